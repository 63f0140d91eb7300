"""The report as a whole: what it says of a good detector, of a perfect one, and of nothing."""

from __future__ import annotations

import re

import numpy as np
import pytest
from annotated import claim, cough, heard, sound, truth
from evaluated import recordings, report

from coughd.detectors.evaluation.page.spectrogram import spectrogram_png
from coughd.detectors.evaluation.page.whole import make_page
from coughd.detectors.evaluation.scoring.cases import worst_cases
from coughd.detectors.evaluation.scoring.outcome import examine
from coughd.detectors.evaluation.sounds import Claim, Heard


def test_its_keys_stay() -> None:
    document = report(recordings())

    assert set(document) == {
        "schema", "coughd", "made", "rules", "totals", "intervals", "notes", "left_out", "systems",
        "difference",
    }  # fmt: skip
    assert set(document["systems"][0]) == {
        "learnt_from", "description", "threshold", "counting", "onset_error", "field",
        "cough_seconds", "hourly", "gate", "by", "false_alarms", "misses", "calibration",
        "threshold_curve", "recordings",
    }  # fmt: skip
    assert document["schema"] == "coughd.evaluation/1"
    assert document["rules"]["field"]["max_event_duration_s"] == 0.6


def test_its_numbers_are_those_of_the_recordings() -> None:
    document = report(recordings())
    (system,) = document["systems"]
    counting = system["counting"]

    assert document["totals"]["coughs"] == 24
    assert (counting["hits"], counting["misses"], counting["false_alarms"]) == (18, 6, 12)
    assert counting["sensitivity"] == {"value": 0.75, "low": None, "high": None, "perfect": 1.0}
    assert counting["ppv"]["value"] == 0.6
    assert counting["false_alarms_per_hour"]["value"] == pytest.approx(120.0)
    assert system["onset_error"]["median_abs_s"]["value"] == pytest.approx(0.02)
    assert [one["group"] for one in system["by"]["snr"]] == ["20 dB", "10 dB", "0 dB", "-10 dB"]
    stages = {"gate": 0, "merge": 0, "level": 0, "probe": 6, "edge": 0}
    assert system["misses"]["by_stage"] == stages
    assert system["false_alarms"]["by_label"][0]["label"] == "laugh"
    assert system["false_alarms"]["by_label"][0]["likeliest_other"] == {"laugh": 12}
    assert system["gate"]["sensitivity"]["value"] == 1.0
    assert system["threshold_curve"]["best_f1"]["threshold"] == 0.81
    assert document["left_out"][0] == {"path": "t.csv", "line": 3, "sentence": "is <left> out."}


def test_a_perfect_detector_gets_what_is_printed_beside_the_scores() -> None:
    def perfect(one: Heard) -> Heard:
        claims = tuple(
            Claim(c.onset_s, c.offset_s, counted=True, probability=1.0, gate_score=1.0,
                  scores={"cough": 1.0})
            for c in one.truth.coughs
        )  # fmt: skip
        return Heard(one.truth, claims)

    (system,) = report(tuple(perfect(one) for one in recordings()))["systems"]

    for section in ("counting", "field", "cough_seconds"):
        for measure in ("sensitivity", "ppv", "f1", "false_alarms_per_hour"):
            scored = system[section][measure]
            assert scored["value"] == scored["perfect"]
    assert system["counting"]["f1"]["value"] == 1.0
    assert system["hourly"]["bias_per_hour"]["value"] == 0.0
    assert system["calibration"]["ece"]["value"] == system["calibration"]["ece"]["perfect"] == 0.0


def test_no_coughs_at_all_is_said_and_not_scored() -> None:
    quiet = tuple(heard(truth(name=f"{n}", duration_s=600.0), claim(9.0)) for n in range(3))
    document = report(quiet)
    (system,) = document["systems"]

    assert document["notes"][0].startswith("No sure cough is annotated")
    for section in ("counting", "field", "cough_seconds"):
        for measure in ("sensitivity", "ppv", "f1"):
            assert system[section][measure]["value"] is None
            assert system[section][measure]["perfect"] is None
        assert system[section]["false_alarms_per_hour"]["value"] == pytest.approx(6.0)
    assert system["threshold_curve"]["best_f1"] is None
    assert system["hourly"]["concordance"]["value"] is None
    assert any("concordance is not defined" in note for note in document["notes"])
    assert "not defined" in make_page(document, [])


def test_a_silent_detector_has_no_calibration() -> None:
    document = report(tuple(heard(one.truth) for one in recordings()))
    (system,) = document["systems"]

    assert system["calibration"]["ece"]["value"] is None
    assert system["counting"]["ppv"]["value"] is None
    assert system["counting"]["f1"]["value"] == 0.0
    assert any("calibration is not defined" in note for note in document["notes"])
    assert "<svg" in make_page(document, [])


def test_two_systems_are_compared_on_the_same_draws() -> None:
    document = report(recordings(), recordings(false_alarms=1))
    difference = document["difference"]

    assert difference["counting"]["false_alarms_per_hour"]["value"] == pytest.approx(-60.0)
    assert difference["counting"]["sensitivity"]["value"] == 0.0
    assert len(document["systems"]) == 2
    page = make_page(document, [])
    assert "2 - 1" in page
    assert "s1" in page


def test_a_second_system_that_claims_nothing_is_compared_too() -> None:
    document = report(recordings(), tuple(heard(one.truth) for one in recordings()))
    difference = document["difference"]

    assert difference["counting"]["sensitivity"]["value"] == -0.75
    for section in ("onset_error", "calibration"):
        for measured in difference[section].values():
            assert measured == {"value": None, "low": None, "high": None}
    assert "not defined" in make_page(document, [])


def test_the_page_says_how_to_have_its_numbers_again() -> None:
    document = report(recordings())
    page = make_page(document, [])

    assert document["made"] == {
        "utc": "2026-02-03T04:05:06Z",
        "arguments": ["evaluate", "my <nights>"],
    }
    assert "<code>coughd evaluate &#x27;my &lt;nights&gt;&#x27;</code>" in page
    assert "Made 2026-02-03T04:05:06Z by coughd 1.2.3" in page
    assert "tolerance of 0.25 s at the start" in page
    assert "no merging, marks without an end 0.3 s long" in page
    assert "2000 draws over 6 recordings" in page
    assert "<strong>18 of 24 coughs found, 6 missed" in page
    assert "<h2>Operating points</h2>" in page
    assert "<h2>False alarms</h2>" in page


def test_a_page_of_two_says_whose_everything_is() -> None:
    heard_ones = recordings()
    document = report(heard_ones, recordings(false_alarms=1))
    (case, *_) = worst_cases(heard_ones, [examine(one) for one in heard_ones])
    page = make_page(document, [(case, spectrogram_png(np.ones(8_000, np.float32), 16_000))])

    assert "The worst cases of configuration 1" in page
    for title in ("Recordings", "Operating points", "False alarms"):
        assert f">{title} (1)<" in page
        assert f">{title} (2)<" in page


def test_the_page_stands_alone_and_escapes_what_it_shows() -> None:
    heard_ones = recordings()
    document = report(heard_ones)
    cases = worst_cases(heard_ones, [examine(one) for one in heard_ones])
    image = spectrogram_png(np.ones(8_000, np.float32), 16_000)
    page = make_page(document, [(case, image) for case in cases])

    assert len(cases) == 12 + 6
    assert page.count("data:image/png;base64,") == 18
    assert "is &lt;left&gt; out." in page
    assert "<script" not in page
    assert not re.search(r'(?:src|href)="(?!data:)', page)
    assert "no diagnosis" in page


def test_the_worst_come_first() -> None:
    recording = truth(cough(5.0, snr_db=0.0), cough(15.0, snr_db=20.0), cough(25.0))
    one = heard(recording, claim(40.0, 0.6), claim(50.0, 0.95), claim(55.0, None, counted=True))
    cases = worst_cases([one], [examine(one)])

    assert [(case.kind, case.at_s) for case in cases] == [
        ("false alarm", 50.0),
        ("false alarm", 40.0),
        ("false alarm", 55.0),
        ("miss", 15.0),
        ("miss", 5.0),
        ("miss", 25.0),
    ]
    assert cases[0].caption == "background; P(cough) 0.95, if no cough then other"
    assert cases[3].caption == "20 dB; lost at: gate; no trigger of its own"


def test_a_bout_beside_its_single_coughs_is_not_counted_again() -> None:
    recording = truth(
        cough(1.0),
        cough(1.5),
        cough(9.0, sure=False),
        sounds=(sound(1.0, "cough", 1.0), sound(9.0, "cough", 0.5), sound(20.0, "door")),
    )
    document = report((heard(recording, claim(1.0), claim(1.1), claim(1.5), claim(20.0)),))
    (system,) = document["systems"]

    assert document["totals"]["other_sounds"] == system["recordings"][0]["other_sounds"] == 1
    assert document["totals"]["other_sounds_by_label"] == {"door": 1}
    annotated = {row["label"]: row["annotated"] for row in system["false_alarms"]["by_label"]}
    assert annotated == {"cough": 3, "door": 1}
    one = heard(recording, claim(1.0))
    (case, *_) = worst_cases([one], [examine(one)])
    assert case.sounds == recording.coughs[:2]


def test_scores_that_flatter_are_said_to() -> None:
    one, other = recordings(), recordings(shift_s=0.1)
    (note,) = [n for n in report(one, learnt_from=("1.flac", "2.flac"))["notes"] if "learnt" in n]
    assert note.startswith("These models have learnt from 1.flac, 2.flac: ")

    many = report(one, learnt_from=tuple(f"{n}.flac" for n in range(1_800)))
    assert "learnt from 0.flac, 1.flac, 2.flac and 1797 more: " in many["notes"][-1]
    assert len(many["systems"][0]["learnt_from"]) == 1_800

    document = report(one, other, learnt_from=("1.flac",))
    assert [system["learnt_from"] for system in document["systems"]] == [[], ["1.flac"]]
    assert any(note.startswith("The second models have learnt") for note in document["notes"])

    both = report(one, other, learnt_from=("1.flac",), have_all_learnt=True)
    (note,) = [note for note in both["notes"] if "learnt" in note]
    assert note.startswith("Both configurations' models have learnt from 1.flac: ")
