import csv
from pathlib import Path

import numpy as np
import pytest
import soundfile

from coughd.detectors.acoustics import samples_in
from coughd.detectors.ports import SAMPLE_RATE_HZ, Samples
from coughd.detectors.synthesis import (
    SOUNDS,
    bundled_scene,
    render,
    room_noise,
    synth_cough,
    synth_sound,
    write_scene,
)


def level_db(sound: Samples) -> Samples:
    """RMS of each 10 ms."""
    frames = sound[: sound.size // 160 * 160].reshape(-1, 160)
    level: Samples = 10 * np.log10(np.mean(frames**2, axis=1) + 1e-12)
    return level


@pytest.mark.parametrize("label", SOUNDS)
def test_a_sound_is_full_scale_and_follows_its_seed(label: str) -> None:
    first, again, other = (synth_sound(label, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert first.dtype == np.float32
    assert np.abs(first).max() == 1
    assert np.array_equal(first, again)
    assert not np.array_equal(first[:800], other[:800])


@pytest.mark.parametrize("seed", range(20))
def test_a_cough_begins_with_its_peak_and_has_one_burst(seed: int) -> None:
    level = level_db(synth_cough(np.random.default_rng(seed), voiced_tail_s=0.7))
    assert int(np.argmax(level)) <= 4
    smooth = np.convolve(level, np.full(3, 1 / 3), "valid")
    rises_db = smooth - np.minimum.accumulate(smooth)
    assert rises_db[10:].max() < 8


def test_lengths_are_as_asked() -> None:
    rng = np.random.default_rng(0)
    assert samples_in(0.5) == synth_cough(rng, duration_s=0.2, voiced_tail_s=0.3).size
    assert synth_cough(rng, explosive_only=True).size < samples_in(0.12)


def test_room_noise_has_the_level() -> None:
    quiet = room_noise(SAMPLE_RATE_HZ, -75.0, np.random.default_rng(3))
    assert quiet.shape == (SAMPLE_RATE_HZ,)
    assert 10 * np.log10(np.mean(quiet.astype(np.float64) ** 2)) == pytest.approx(-75, abs=0.1)


def test_the_bundled_scene_holds_ten_coughs_where_it_says() -> None:
    scene = bundled_scene()
    coughs = [note for note in scene.annotations if note.label == "cough"]
    assert len(coughs) == 10
    level = level_db(scene.samples)
    for note in scene.annotations:
        assert note.onset_s < note.offset_s < scene.samples.size / SAMPLE_RATE_HZ
    for cough in coughs:
        frame = round(cough.onset_s * 100)
        assert level[frame : frame + 5].max() > level[frame - 3 : frame].max() + 10


def test_the_coughs_of_a_bout_stay_apart() -> None:
    onsets_s = [note.onset_s for note in bundled_scene().annotations if note.label == "cough"]
    gaps_s = np.diff(onsets_s)
    assert gaps_s.min() > 0.3
    assert np.count_nonzero(gaps_s < 0.5) == 2


def test_scenes_follow_their_seed() -> None:
    assert np.array_equal(render(5).samples, render(5).samples)
    assert not np.array_equal(render(5).samples, render(6).samples)


def test_a_written_scene_reads_back(tmp_path: Path) -> None:
    scene = bundled_scene()
    csv_path = write_scene(scene, tmp_path / "scene.flac")
    samples, rate_hz = soundfile.read(tmp_path / "scene.flac", dtype="float32")
    assert rate_hz == SAMPLE_RATE_HZ
    assert np.abs(samples - scene.samples).max() < 1e-4
    with csv_path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["label"] for row in rows] == [note.label for note in scene.annotations]
    assert float(rows[0]["onset_s"]) == scene.annotations[0].onset_s
