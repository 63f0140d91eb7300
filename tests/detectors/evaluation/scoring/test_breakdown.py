"""The same counts, sorted by what the coughs were like."""

from __future__ import annotations

import pytest
from annotated import claim, cough, heard, truth

from coughd.detectors.evaluation.scoring.breakdown import (
    by_background,
    by_place,
    by_snr,
    by_source,
    snr_groups,
)
from coughd.detectors.evaluation.scoring.outcome import examine
from coughd.detectors.evaluation.scoring.resampling import Resampling
from coughd.detectors.evaluation.scoring.units import units_of_sounds
from coughd.detectors.evaluation.sounds import Backdrop

TRUTH = truth(
    cough(1.0, snr_db=0.0, source="x"),
    cough(5.0, snr_db=20.0, source="x"),
    cough(9.0, snr_db=20.0, source="y"),
    cough(15.0, source="y"),
    cough(20.0, snr_db=0.0, sure=False),
    duration_s=3_600.0,
    backdrops=(Backdrop(0.0, 900.0, "music"), Backdrop(900.0, 1_800.0, "speech")),
)
OUTCOMES = [examine(heard(TRUTH, claim(5.0), claim(9.0), claim(15.0), claim(1_000.0)))]
UNITS = units_of_sounds([TRUTH])
DRAWS = Resampling(1)


def test_by_snr_from_the_loudest_down() -> None:
    groups = by_snr(OUTCOMES, UNITS, DRAWS)

    assert [(g.name, g.hits, g.misses) for g in groups] == [
        ("20 dB", 2, 0),
        ("0 dB", 0, 1),
        ("unknown", 1, 0),
    ]
    assert all(group.false_alarms is None for group in groups)


def test_by_source() -> None:
    groups = by_source(OUTCOMES, UNITS, DRAWS)

    assert [(g.name, g.hits, g.misses) for g in groups] == [("x", 1, 1), ("y", 2, 0)]


def test_by_place_among_other_coughs() -> None:
    heard_coughs = truth(
        cough(1.0),
        cough(10.0),
        cough(12.9, sure=False),
        cough(15.8),
        cough(30.0),
        cough(33.1),
        duration_s=60.0,
    )
    outcomes = [examine(heard(heard_coughs, claim(10.0), claim(30.0)))]
    groups = by_place(outcomes, units_of_sounds([heard_coughs]), DRAWS)

    assert [(g.name, g.hits, g.misses) for g in groups] == [
        ("alone", 1, 2),
        ("first of several", 1, 0),
        ("after another", 0, 1),
    ]


def test_by_background_with_its_hours() -> None:
    groups = {group.name: group for group in by_background(OUTCOMES, UNITS, DRAWS)}

    assert {name: group.hours for name, group in groups.items()} == {
        "music": pytest.approx(0.25),
        "none": pytest.approx(0.5),
        "speech": pytest.approx(0.25),
    }
    rate = groups["speech"].false_alarms_per_hour
    assert rate is not None
    assert rate.value == pytest.approx(4.0)


def test_many_snrs_go_into_steps() -> None:
    name = snr_groups([cough(float(snr), snr_db=snr + 0.3) for snr in range(-4, 8)])

    assert name(cough(0.0, snr_db=-3.7)) == "-5 to 0 dB"
    assert name(cough(0.0, snr_db=5.0)) == "5 to 10 dB"
