"""A second counts once, by the cough that begins in it."""

from __future__ import annotations

from annotated import claim, cough, truth

from coughd.detectors.evaluation.scoring.cough_seconds import cough_second_tally
from coughd.detectors.evaluation.scoring.outcome import Tally


def test_two_coughs_in_a_second_are_one_cough_second() -> None:
    tally = cough_second_tally(truth(cough(1.1), cough(1.6)), [claim(1.1), claim(7.0)])

    assert tally == Tally(hits=1, misses=0, false_alarms=1, duration_s=60.0)


def test_a_claim_over_the_edge_of_a_second_misses_it() -> None:
    assert cough_second_tally(truth(cough(1.99)), [claim(2.01)]) == Tally(0, 1, 1, 60.0)


def test_a_second_with_an_unsure_cough_only_counts_neither_way() -> None:
    recording = truth(cough(1.1, sure=False))

    assert cough_second_tally(recording, [claim(1.1)]) == Tally(0, 0, 0, 60.0)
    assert cough_second_tally(recording, []) == Tally(0, 0, 0, 60.0)
