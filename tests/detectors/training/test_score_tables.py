"""The thresholds, scores and tables that the model cards print."""

from __future__ import annotations

import pytest

pytest.importorskip("scipy", reason="comes with the extra coughd[train]")

from coughd.detectors.training.counting import Claim, Reference
from coughd.detectors.training.score_tables import (
    Scores,
    counting_section,
    quiet_threshold,
    score_section,
    untested_section,
)
from coughd.detectors.training.strangers import Heard
from coughd.detectors.training.validate import Judged

STRANGER = Heard("laugh", 6.0, (), (Claim(1.0, 1.3, 0.9),))


def recording(*probabilities: float) -> Judged:
    claims = [Claim(10.0 * k, 10.0 * k + 0.3, p, p / 2) for k, p in enumerate(probabilities)]
    return Judged("hour", (), tuple(claims), 3_600.0)


def test_the_quiet_threshold_leaves_six_false_alarms() -> None:
    hour = [recording(*([0.9] * 4), 0.7, 0.7, 0.502), recording(0.3)]
    assert quiet_threshold(hour) == pytest.approx(0.505)


def test_six_at_any_threshold_need_none() -> None:
    assert quiet_threshold([recording(*([0.999] * 6))]) == pytest.approx(0.1)


def test_seven_certain_ones_leave_no_threshold() -> None:
    assert quiet_threshold([recording(*([1.0] * 7))]) == 1.0


def test_doubtful_coughs_are_not_judged() -> None:
    references = (Reference(1.0, 1.3), Reference(5.0, 5.3, sure=False))
    claims = (Claim(1.0, 1.3, 0.9), Claim(5.0, 5.3, 0.8), Claim(8.0, 8.3, 0.2))
    judged = Judged("one", references, claims, 10.0)
    assert judged.judgements() == [(0.9, True), (0.2, False)]


def test_the_section_tells_alarms_and_scores() -> None:
    heard = Judged("d01", (Reference(1.0, 1.3),), (Claim(1.0, 1.3, 0.9, 0.25),), 60.0)
    hour = [recording(*([0.6] * 7))]
    section = score_section(Scores(0.5, {"easy": [heard]}, hour, [heard], [STRANGER]))

    assert "has 7\nfalse alarms at that threshold, and 6 at most from 0.605 on" in section
    assert "\n0.305 on, and the sensitivity there is, in the order of the table, 0.000," in section
    assert "| easy | 1 | 1.000 (1.000-1.000) |" in section
    assert "d01 0." in section
    assert "easy 0.100 (0.1" in section  # 0.9 is wrong by 0.1, or by 0.9 once in ten
    assert "| laugh | 1 | 0.1 |  | 1 (0) |" in section


def test_few_clips_have_no_intervals() -> None:
    heard = Judged("d01", (Reference(1.0, 1.3),), (Claim(1.0, 1.3, 0.9, 0.25),), 60.0)
    section = counting_section({"easy": [heard]}, [recording(0.6)], 0.5, few_clips=3)

    assert "no intervals: nearly all coughs are of 3 clips." in section
    assert "| easy | 1 | 1.000 | 1.000 | 1.000 |" in section


def test_each_card_has_the_survey_of_its_model() -> None:
    scores = Scores(0.5, {}, [], [], [], seeds="| s |", refitted="| r |", treated="| t |")

    for stem, table in (("gate", "| t |"), ("embedder", "| s |"), ("probe-open", "| r |")):
        assert scores.survey(stem).endswith(f":\n\n{table}")


def test_models_without_a_test_say_whose_scores_to_read() -> None:
    section = untested_section("../twin/gate.md", "own table", "twin's table")

    assert "[../twin/gate.md](../twin/gate.md)" in section
    assert section.index("own table") < section.index("twin's table")
