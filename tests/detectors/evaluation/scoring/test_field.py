"""timescoring's arithmetic, with the field's parameters and an hourly rate."""

from __future__ import annotations

from annotated import claim, cough, truth

from coughd.detectors.evaluation.scoring.field import field_tally
from coughd.detectors.evaluation.scoring.outcome import Tally
from coughd.detectors.evaluation.sounds import Sound


def test_a_found_a_missed_and_a_wrong_one() -> None:
    found = field_tally(truth(cough(1.0), cough(5.0)), [claim(1.0), claim(9.0)])

    assert found == Tally(hits=1, misses=1, false_alarms=1, duration_s=60.0)


def test_it_forgives_what_counting_does_not() -> None:
    # Three coughs under one long claim: found, all three; events are not matched one to one.
    coughs = [cough(1.0, 0.3), cough(1.4, 0.3), cough(1.8, 0.3)]

    assert field_tally(truth(*coughs), [cough(1.0, 1.1)]).hits == 3


def test_a_long_annotation_counts_once_for_each_part() -> None:
    tally = field_tally(truth(cough(1.0, 1.1)), [claim(1.0)])

    assert tally.hits + tally.misses == 2


def test_what_is_as_long_as_the_longest_event_is_one_event() -> None:
    recording = truth(Sound(3.4, 4.0))

    assert 4.0 - 3.4 > 0.6
    assert field_tally(recording, recording.coughs) == Tally(1, 0, 0, 60.0)
    assert field_tally(recording, [claim(3.4)]) == Tally(1, 0, 0, 60.0)


def test_a_found_cough_whose_end_is_told_too_late_is_a_hit_and_a_false_alarm() -> None:
    assert field_tally(truth(cough(1.0)), [cough(1.0, 1.0)]) == Tally(1, 0, 1, 60.0)


def test_a_claim_between_the_points_of_the_grid_finds_nothing_and_is_a_false_alarm() -> None:
    recording = truth(Sound(1.06, 1.14))

    assert field_tally(recording, recording.coughs) == Tally(0, 1, 1, 60.0)


def test_unsure_coughs_are_left_out_both_ways() -> None:
    assert field_tally(truth(cough(1.0, sure=False)), [claim(1.0)]) == Tally(0, 0, 0, 60.0)


def test_claims_may_come_in_any_order_and_reach_over_the_end() -> None:
    recording = truth(cough(1.0), cough(9.8), duration_s=10.0)

    assert field_tally(recording, [claim(9.8), claim(1.0)]).hits == 2


def test_coughs_marked_by_a_point_are_as_long_as_one_and_end_before_the_next() -> None:
    recording = truth(cough(1.0, 0.0), cough(1.25, 0.0), cough(9.0, 0.0), duration_s=9.1)

    assert field_tally(recording, recording.coughs) == Tally(3, 0, 0, 9.1)
    assert field_tally(recording, [claim(1.25), claim(5.0)]) == Tally(2, 1, 1, 9.1)
    assert field_tally(truth(cough(1.0)), [cough(1.1, 0.0)]).hits == 1
