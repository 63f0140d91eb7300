"""What a pipe gets of an evaluation: columns between tabs, and sentences behind a #."""

from __future__ import annotations

import sys

import pytest
from evaluated import recordings, report

from coughd.daemon.commands.views.evaluate_lines import print_report
from coughd.detectors.evaluation.annotations.rows import Notice


def test_the_first_lines_are_the_counts(capsys: pytest.CaptureFixture[str]) -> None:
    print_report(report(recordings()))
    lines = capsys.readouterr().out.splitlines()

    assert lines[1] == "# 18 of 24 coughs found, 6 missed, 12 false alarms, 0 claims neither way."
    assert "# Left out or understood otherwise: 2, named above." in lines
    assert "# Intervals: 95 %, percentile bootstrap, 2000 draws over 6 recordings." in lines
    assert "laugh\t12\t120.0\t6\tlaugh (12)" in lines
    assert any(line.startswith("in use\t0.5\t0.750\t0.600\t") for line in lines)


def test_each_of_two_has_its_own_interval(capsys: pytest.CaptureFixture[str]) -> None:
    uneven = (*recordings(false_alarms=1)[:3], *recordings(false_alarms=0)[3:])
    print_report(report(recordings(), uneven))
    lines = capsys.readouterr().out.splitlines()
    (heading,) = [line.split("\t") for line in lines if line.startswith("score\t")]
    (ppv,) = [line.split("\t") for line in lines if line.startswith("Counting, one to one: PPV")]

    assert heading[1:] == [
        "1: at 0.5", "95 % of 1", "2: at 0.5", "95 % of 2", "2 - 1", "95 % of 2 - 1", "perfect",
    ]  # fmt: skip
    assert ppv[2] == "-"
    assert " to " in ppv[4]
    assert " to " in ppv[6]
    assert [line[:4] for line in lines[1:3]] == ["# 1:", "# 2:"]


def test_of_many_left_out_it_says_how_many_were_named(capsys: pytest.CaptureFixture[str]) -> None:
    notices = [Notice(f"{number}.wav", None, "is left out.") for number in range(31)]
    print_report(report(recordings(), notices=notices))

    assert "otherwise: 31, the first 20 of them named above." in capsys.readouterr().out


def test_only_backgrounds_have_false_alarms_of_their_own(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_report(report(recordings()))
    lines = capsys.readouterr().out.splitlines()

    assert "SNR\tcoughs\tsensitivity\t95 % interval" in lines
    assert "20 dB\t6\t1.000\t-" in lines


def test_a_terminal_gets_scores_under_their_titles(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    print_report(report(recordings()))
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]

    assert lines[1].startswith("18 of 24 coughs found")
    assert "Counting, one to one" in lines
    assert any(line.startswith("  F1 ") for line in lines)
    assert not any("…" in line for line in lines)
    assert all(len(line) <= 80 for line in lines if line.startswith("Note: "))


@pytest.mark.parametrize(
    ("columns", "left_out"),
    [(120, ""), (80, "95 % of 1, 95 % of 2"), (70, "95 % of 1, 95 % of 2, perfect")],
)
def test_a_comparison_breaks_no_line_of_a_narrow_terminal(
    columns: int,
    left_out: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    uneven = (*recordings(false_alarms=1)[:3], *recordings(false_alarms=0)[3:])
    print_report(report(recordings(), uneven))
    told = capsys.readouterr().out
    scores = told[told.index("score   ") : told.index("Intervals:")].splitlines()
    ppv = next(line for line in scores if line.startswith("  PPV"))

    assert "95 % of 2 - 1" in scores[0]
    assert ppv.count(" to ") == (1 if left_out else 2)
    assert not any(line.rstrip().endswith(" to") for line in scores)
    assert ("No room here" in told) == bool(left_out)
    assert left_out in told
