"""What another detector or a person counted, beside a configuration."""

from __future__ import annotations

import re

import pytest
from annotated import cough, mark, marked, sound, truth
from evaluated import recordings, report

from coughd.detectors.evaluation.page.charts import sensitivity_by_false_alarms
from coughd.detectors.evaluation.page.whole import make_page
from coughd.detectors.evaluation.report.tables import in_use, name_of, operating_table
from coughd.detectors.evaluation.sounds import Heard


def by_somebody(*, probability: float | None = None) -> tuple[Heard, ...]:
    """Every cough of `recordings` but the faintest, at the annotated moment, and the laugh."""
    return tuple(
        marked(
            one.truth,
            *(mark(some.onset_s, probability) for some in one.truth.coughs[:3]),
            mark(50.0, None if probability is None else 0.3),
        )
        for one in recordings()
    )


def test_they_are_counted_as_they_are() -> None:
    document = report(recordings(), by_somebody())
    ours, theirs = document["systems"]

    assert theirs["threshold"] is None
    counting = theirs["counting"]
    assert (counting["hits"], counting["misses"], counting["false_alarms"]) == (18, 6, 6)
    assert theirs["onset_error"]["median_abs_s"]["value"] == 0.0
    assert theirs["misses"]["by_stage"] == {"merge": 0, "threshold": 0, "unmarked": 6}
    assert theirs["misses"]["list"][0]["gate_score"] is None
    assert theirs["false_alarms"]["list"][0]["gate_score"] is None
    assert set(ours["misses"]["by_stage"]) == {"gate", "merge", "level", "probe", "edge"}
    assert document["difference"]["counting"]["ppv"]["value"] == pytest.approx(0.15)


def test_what_only_our_detectors_have_is_not_defined_and_needs_no_note() -> None:
    document = report(recordings(), by_somebody())
    _, theirs = document["systems"]

    for section in ("gate", "calibration"):
        for name, difference in document["difference"][section].items():
            assert difference == {"value": None, "low": None, "high": None}
            assert theirs[section][name]["value"] is None
    assert {"points": [], "best_f1": None}.items() <= theirs["threshold_curve"].items()
    assert not any("calibration is not defined" in note for note in document["notes"])


def test_probabilities_give_other_operating_points() -> None:
    _, theirs = report(recordings(), by_somebody(probability=0.9))["systems"]
    everything, best, *_ = operating_table(theirs).rows

    assert everything == ("as marked", "", "0.750", "0.750", "0.750", "60.0")
    assert best[:4] == ("best F1 on these recordings", "0.31", "0.750", "1.000")
    assert theirs["calibration"]["ece"]["value"] == pytest.approx(0.15)


def test_without_probabilities_there_is_one_operating_point() -> None:
    ours, theirs = report(recordings(), by_somebody())["systems"]

    assert [("as marked", "", "0.750", "0.750", "0.750", "60.0")] == [*operating_table(theirs).rows]
    assert ("at 0.5", "as marked") == (in_use(ours), in_use(theirs))


def test_they_have_their_name() -> None:
    assert "marks of b.csv" == name_of({"description": {"marks": "b.csv", "config": None}})
    assert "o.yaml" == name_of({"description": {"marks": None, "config": "o.yaml"}})
    assert "default configuration" == name_of({"description": {"config": None}})


def test_the_page_draws_them_where_they_lie() -> None:
    document = report(recordings(), by_somebody())
    page = make_page(document, [])

    assert " 2: counted by somebody else, and scored as marked." in page
    assert "Unmarked: the marks have nothing near it." in page
    costs = sensitivity_by_false_alarms(document["systems"])
    assert ["s0", "s1"] == re.findall(r'<circle class="dot (s\d)"', costs)
    assert "Unmarked" not in make_page(report(recordings()), [])


def test_where_there_is_no_cough_only_their_false_alarms_count() -> None:
    quiet = truth(sounds=(sound(9.0, "laugh"),), duration_s=3_600.0)
    document = report((marked(quiet, mark(9.0)),))
    (theirs,) = document["systems"]

    assert theirs["counting"]["false_alarms_per_hour"]["value"] == pytest.approx(1.0)
    assert "No cough to be found" in make_page(document, [])


def test_a_neighbours_mark_is_no_second_one() -> None:
    one = truth(cough(1.0), cough(1.4))
    (theirs,) = report((marked(one, mark(1.2)),))["systems"]

    assert theirs["misses"]["by_stage"] == {"merge": 1, "threshold": 0, "unmarked": 0}
