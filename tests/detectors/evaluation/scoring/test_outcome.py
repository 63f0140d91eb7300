"""Every cough and every claim ends up in exactly one place, with its reason."""

from __future__ import annotations

import pytest
from annotated import claim, cough, heard, sound, truth

from coughd.detectors.evaluation.scoring.outcome import Tally, examine, tally


def test_hits_misses_and_false_alarms_are_counted() -> None:
    outcome = examine(heard(truth(cough(1.0), cough(5.0)), claim(1.01), claim(9.0)))

    assert outcome.tally == Tally(hits=1, misses=1, false_alarms=1, duration_s=60.0)
    assert outcome.hits[0].onset_error_s == pytest.approx(0.01)


def test_an_unsure_cough_counts_neither_way() -> None:
    unsure = cough(1.0, sure=False)
    for claims in ((), (claim(1.0),), (claim(0.9), claim(1.1))):
        outcome = examine(heard(truth(unsure), *claims))
        assert outcome.tally == Tally(0, 0, 0, 60.0)
        assert outcome.undecided == claims


def test_a_claim_on_a_sound_of_unknown_label_counts_neither_way() -> None:
    recording = truth(cough(1.0), sounds=(sound(0.5, "unknown", 8.0), sound(20.0, "door")))
    outcome = examine(heard(recording, claim(1.0), claim(5.0), claim(20.0)))

    assert outcome.tally == Tally(hits=1, misses=0, false_alarms=1, duration_s=60.0)
    assert [alarm.label for alarm in outcome.false_alarms] == ["door"]
    assert [one.onset_s for one in outcome.undecided] == [5.0]


def test_a_second_claim_beside_a_sure_cough_is_a_false_alarm() -> None:
    outcome = examine(heard(truth(cough(1.0), cough(1.5, sure=False)), claim(1.0), claim(1.2)))

    # The second one has the unsure cough, so a third has nothing left.
    assert outcome.tally.false_alarms == 0
    third = examine(
        heard(truth(cough(1.0), cough(1.5, sure=False)), claim(0.9), claim(1.1), claim(1.3))
    )
    assert third.tally.false_alarms == 1
    assert third.false_alarms[0].label == "cough"


def test_what_is_not_counted_is_no_false_alarm() -> None:
    assert examine(heard(truth(), claim(1.0, 0.1))).tally == Tally(0, 0, 0, 60.0)


@pytest.mark.parametrize(
    ("claims", "stage"),
    [
        ((), "gate"),
        ((claim(9.0),), "gate"),
        ((claim(1.0, 0.2),), "probe"),
        ((claim(1.0, None, counted=False),), "edge"),
        ((claim(1.0, 0.95, too_quiet=True),), "level"),
        ((claim(1.0, None, counted=False, too_quiet=True),), "level"),
    ],
)
def test_a_miss_knows_its_stage(claims: tuple[object, ...], stage: str) -> None:
    (miss,) = examine(heard(truth(cough(1.0)), *claims)).misses  # type: ignore[arg-type]

    assert miss.stage == stage
    assert (miss.refused is None) == (stage == "gate")


def test_a_cough_that_shares_its_neighbours_claim_is_merged() -> None:
    (miss,) = examine(heard(truth(cough(1.0), cough(1.35)), claim(1.0))).misses

    assert (miss.stage, miss.cough.onset_s) == ("merge", 1.35)


def test_a_false_alarm_knows_what_sounded() -> None:
    recording = truth(
        cough(20.0),
        sounds=(
            sound(0.0, "speech", 10.0),
            sound(5.0, "throat_clear"),
            sound(30.0, "door"),
        ),
    )
    claims = (claim(2.0), claim(5.1), claim(20.0), claim(20.35), claim(30.4), claim(50.0))
    outcome = examine(heard(recording, *claims))

    labels = [alarm.label for alarm in outcome.false_alarms]
    assert labels == ["speech", "throat_clear", "beside_a_cough", "door", "background"]


def test_a_cough_claimed_twice_is_told_from_what_lies_beside_one() -> None:
    bout = sound(10.0, "cough", 3.0)
    recording = truth(cough(5.0), cough(10.0), sounds=(bout,))
    claims = (claim(4.6), claim(5.0), claim(5.2), claim(10.0), claim(11.5))
    outcome = examine(heard(recording, *claims))

    assert [(alarm.claim.onset_s, alarm.label) for alarm in outcome.false_alarms] == [
        (4.6, "beside_a_cough"),
        (5.2, "cough"),
        (11.5, "beside_a_cough"),
    ]


def test_a_claim_tells_what_else_it_may_have_been() -> None:
    assert claim(1.0, 0.6, laugh=0.3, other=0.1).likeliest_other == "laugh"
    assert claim(1.0, None).likeliest_other == "unknown"


def test_the_annotations_themselves_are_perfect() -> None:
    recording = truth(cough(1.0), cough(1.3), cough(2.0, sure=False))

    assert tally(recording, recording.coughs) == Tally(2, 0, 0, 60.0)
