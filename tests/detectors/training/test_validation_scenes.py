"""Validation scenes: the same from the same seed, whole, and annotated by the rules."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("scipy", reason="comes with the extra coughd[train]")

from coughd.detectors.ports import SAMPLE_RATE_HZ, Samples
from coughd.detectors.synthesis import synth_cough, synth_sound
from coughd.detectors.training.clips.bank import Bank, Sound
from coughd.detectors.training.clips.pack import Mark, Span
from coughd.detectors.training.scenes.composing import SceneRecipe
from coughd.detectors.training.scenes.length import SCENE_S
from coughd.detectors.training.validation_scenes import (
    Plan,
    plans,
    record,
    single_coughs,
    write_folder,
)

RECIPE = SceneRecipe(cough_snr_db=(10.0, 10.0), quiet_share=0.0)


def sound(samples: Samples, kind: str) -> Sound:
    whole = Span(0.0, samples.size / SAMPLE_RATE_HZ)
    return Sound(samples, (whole,), kind, SAMPLE_RATE_HZ, (0,))


@pytest.fixture(scope="module")
def bank() -> Bank:
    rng = np.random.default_rng(4)
    noise = rng.standard_normal(3 * SAMPLE_RATE_HZ).astype(np.float32)
    return Bank(
        coughs=tuple(sound(synth_cough(rng), "cough") for _ in range(4)),
        negatives={kind: (sound(synth_sound(kind, rng), kind),) for kind in ("laugh", "door")},
        speech=(sound(synth_sound("speech", rng), "speech"),),
        beds=(sound(noise, "noise"),),
        music=(sound(synth_sound("music", rng), "music"),),
        rooms=(),
    )


def test_a_recording_is_whole_and_the_same_from_the_same_seed(bank: Bank) -> None:
    first, second = (record(bank, RECIPE, np.random.default_rng(6)) for _ in range(2))

    np.testing.assert_array_equal(first.samples, second.samples)
    assert first.marks == second.marks
    assert first.samples.size / SAMPLE_RATE_HZ == pytest.approx(3 + 6 * SCENE_S - 7 * 0.2, abs=0.01)
    assert np.isfinite(first.samples).all()
    assert np.abs(first.samples).max() <= 1.0
    onsets = [mark.onset_s for mark in first.marks]
    assert onsets == sorted(onsets)
    assert onsets[0] >= 0.8
    assert onsets[-1] < first.samples.size / SAMPLE_RATE_HZ - 1.8


def test_coughs_are_single() -> None:
    marks = [
        Mark(1.0, 1.6, "cough", 0.0),
        Mark(1.1, 1.3, "cough", 0.0),
        Mark(1.1, 9.0, "speech", 0),
    ]
    marks += [Mark(1.5, 1.9, "cough", 0.0), Mark(3.0, 3.1, "cough", 0.0)]
    spans = [(mark.onset_s, mark.offset_s) for mark in single_coughs(marks)]

    assert spans == [(1.0, 1.5), (1.5, 1.9), (3.0, 3.1)]


def test_a_folder_holds_as_many_coughs_as_were_asked_for(bank: Bank, tmp_path: Path) -> None:
    counted = write_folder(bank, Plan("snr_10", 1, RECIPE, 5, 1), tmp_path, seed=0)
    with (tmp_path / "snr_10" / "coughs.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    with (tmp_path / "snr_10" / "sounds.csv").open(newline="") as file:
        listed = {row["file"] for row in csv.DictReader(file)}

    assert counted >= 5
    assert len(rows) == counted
    assert {row["snr_db"] for row in rows} == {"10"}
    assert listed == {path.name for path in (tmp_path / "snr_10").glob("*.flac")}


def test_one_folder_has_no_coughs() -> None:
    *loud, without = plans(500, 60)

    assert [plan.name for plan in loud] == ["snr_20", "snr_10", "snr_5", "snr_0", "snr_-5"]
    assert (without.coughs, without.recipe.coughs, without.recordings) == (0, False, 60)
