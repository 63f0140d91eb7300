"""Recordings that go away while they are scored, and what two configurations heard alike."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from annotated import claim, cough, heard, truth

from coughd.config.errors import InputError
from coughd.daemon.offline import picturing
from coughd.daemon.offline.evaluating import heard_by_all, learnt_from
from coughd.daemon.offline.gathering import Gathered, first_of
from coughd.daemon.offline.picturing import picture_cases
from coughd.detectors.evaluation.annotations.rows import Notice
from coughd.detectors.evaluation.report.document import System
from coughd.detectors.known_sound import KnownSound, write_known


def system(*names: str) -> System:
    return System({}, 0.5, tuple(heard(truth(name=name)) for name in names), names)


def test_a_recording_that_is_gone_has_nobody_who_knows_it(tmp_path: Path) -> None:
    there, gone = tmp_path / "there.wav", tmp_path / "gone.wav"
    for path in (there, gone):
        path.write_bytes(b"sound")
    write_known(tmp_path, [there])
    known = KnownSound(tmp_path)
    gone.unlink()
    gathered = Gathered((there, gone), {}, (), (there, gone))

    names, notices = learnt_from(known, gathered, system("there.wav", "gone.wav").heard)

    assert names == ["there.wav"]
    assert [(notice.path, "nobody knows" in notice.sentence) for notice in notices] == [
        (str(gone), True)
    ]


def test_two_are_scored_on_what_both_have_heard() -> None:
    first, second = system("a", "b", "c"), system("b", "c")
    shorter = replace(second, heard=(second.heard[0], heard(truth(name="c", duration_s=5.0))))

    kept, notices = heard_by_all([first, shorter])

    assert [[one.truth.name for one in some.heard] for some in kept] == [["b"], ["b"]]
    assert [some.learnt_from for some in kept] == [("b",), ("b",)]
    assert [notice.path for notice in notices] == ["a", "c"]
    assert heard_by_all([first]) == ([first], [])


def test_a_mistake_whose_recording_is_gone_has_no_picture(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def read(path: Path, spans_s: list[tuple[float, float]]) -> tuple[list[object], int]:
        if path.name == "gone.wav":
            raise InputError("gone")
        return [np.ones(1_600, np.float32) for _ in spans_s], 16_000

    monkeypatch.setattr(picturing, "read_excerpts", read)
    paths = tuple(tmp_path / name for name in ("there.wav", "gone.wav"))
    one = System(
        {}, 0.5, tuple(heard(truth(cough(1.0), name=path.name), claim(9.0)) for path in paths)
    )

    pictured, notices = picture_cases(Gathered(paths, {}, (), paths), one)

    assert {case.file for case, _ in pictured} == {"there.wav"}
    assert [notice.path for notice in notices] == [str(paths[1])]


def test_many_sentences_are_told_in_part() -> None:
    notices = [Notice(str(number), None, "is left out.") for number in range(25)]

    assert first_of(notices[:20], "!") == [str(notice) for notice in notices[:20]]
    assert first_of(notices, "; there.")[20:] == ["and 5 more; there."]
