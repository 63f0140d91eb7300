"""What one cough is (ARCHITECTURE.md, words), asked of the shipped models with synthetic sounds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hearing import coughs, write
from numpy.typing import NDArray

from coughd.detectors.synthesis import bundled_scene, room_noise, synth_cough

RATE_HZ = 16_000
ROOM_DBFS = -75.0


def room_with(
    sounds: list[tuple[float, NDArray[np.float32]]], seconds: float
) -> NDArray[np.float32]:
    rng = np.random.default_rng(3)
    room = room_noise(round(seconds * RATE_HZ), ROOM_DBFS, rng)
    for onset_s, sound in sounds:
        start = round(onset_s * RATE_HZ)
        room[start : start + sound.size] += sound
    return room


@pytest.mark.parametrize("gain_db", [-30.0, 0.0, 12.0])
@pytest.mark.parametrize("bare", [True, False])
def test_three_explosive_sounds_in_a_row_are_three_coughs(
    tmp_path: Path, gain_db: float, bare: bool
) -> None:
    rng = np.random.default_rng(8)
    gain = 10 ** (gain_db / 20)
    onsets_s = (2.0, 2.35, 2.7)
    sounds = [
        synth_cough(rng, duration_s=0.25, voiced_tail_s=0.0, explosive_only=bare) for _ in onsets_s
    ]
    sound = room_with([(s, gain * one) for s, one in zip(onsets_s, sounds, strict=True)], 6.0)
    found = coughs(write(tmp_path / "three.wav", np.clip(sound, -1.0, 1.0)))

    assert [event.onset_sample / RATE_HZ for event in found] == pytest.approx(onsets_s, abs=0.05)


def test_a_long_voiced_tail_belongs_to_its_cough(tmp_path: Path) -> None:
    rng = np.random.default_rng(8)
    cough = 0.5 * synth_cough(rng, voiced_tail_s=0.6)
    found = coughs(write(tmp_path / "tail.wav", room_with([(2.0, cough)], 6.0)))

    assert [event.onset_sample / RATE_HZ for event in found] == pytest.approx([2.0], abs=0.05)


def test_the_bundled_scene_is_counted_right(tmp_path: Path) -> None:
    scene = bundled_scene()
    found = coughs(write(tmp_path / "scene.wav", scene.samples))
    expected_s = [one.onset_s for one in scene.annotations if one.label == "cough"]

    assert [event.onset_sample / RATE_HZ for event in found] == pytest.approx(expected_s, abs=0.05)
