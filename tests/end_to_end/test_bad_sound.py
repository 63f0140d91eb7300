"""Sound that is no good, through the commands: its sentence, its exit code, the rest is heard."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import fake_sounddevice
import numpy as np
import pytest
import soundfile
import soxr
from command_line import coughd
from numpy.typing import NDArray

from coughd.detectors.ports import SAMPLE_RATE_HZ
from coughd.detectors.synthesis import bundled_scene

_LENGTH_S = 3.5
"""One cough, at 1.5 s."""


def scene(rate_hz: int = SAMPLE_RATE_HZ, seconds: float = _LENGTH_S) -> NDArray[np.float32]:
    sound = bundled_scene().samples[: round(seconds * SAMPLE_RATE_HZ)]
    resampled: NDArray[np.float32] = soxr.resample(sound, SAMPLE_RATE_HZ, rate_hz)
    return resampled


def truncated(folder: Path) -> Path:
    path = folder / "truncated.flac"
    soundfile.write(path, scene(), SAMPLE_RATE_HZ)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 9 // 10])
    return path


def mislabelled(folder: Path) -> Path:
    path = folder / "mislabelled.wav"
    path.write_text("a shopping list, not a sound\n" * 100)
    return path


def empty(folder: Path) -> Path:
    path = folder / "empty.wav"
    path.touch()
    return path


def not_a_number(folder: Path) -> Path:
    path = folder / "nan.wav"
    sound = scene().copy()
    sound[50_000] = np.nan
    soundfile.write(path, sound, SAMPLE_RATE_HZ, subtype="FLOAT")
    return path


@pytest.mark.parametrize(
    ("make", "says", "coughs"),
    [
        (truncated, "cannot be decoded from sample", 1),
        (mislabelled, "is not sound that can be decoded", 0),
        (empty, "is empty", 0),
        (not_a_number, "holds a value that is no number at sample 50000", 1),
    ],
)
def test_a_bad_file_is_named_and_the_good_one_is_heard(
    make: Callable[[Path], Path], says: str, coughs: int, tmp_path: Path
) -> None:
    good = tmp_path / "good.wav"
    soundfile.write(good, scene(), SAMPLE_RATE_HZ)
    bad = make(tmp_path)
    said = coughd("scan", "--json", bad, good)
    assert said.exit_code == os.EX_DATAERR
    assert f"'{bad}' {says}" in said.complaints
    assert "Traceback" not in said.complaints
    found = [json.loads(line)["file"] for line in said.lines]
    assert found == [str(bad)] * coughs + [str(good)]


@pytest.mark.parametrize("rate_hz", [8_000, 192_000])
def test_odd_rates_hold_the_same_cough(rate_hz: int, tmp_path: Path) -> None:
    path = tmp_path / "odd.wav"
    soundfile.write(path, scene(rate_hz), rate_hz)
    # the synthetic cough without what lies above 4 kHz is less of a cough than a real one
    said = coughd("scan", "--json", "--threshold", "0.5", path)
    assert (said.exit_code, said.complaints) == (0, "")
    (found,) = (json.loads(line) for line in said.lines)
    assert found["onset_s"] == pytest.approx(1.5, abs=0.06)


def test_eight_channels_are_one_room(tmp_path: Path) -> None:
    path = tmp_path / "array.wav"
    soundfile.write(path, np.tile(scene()[:, None], 8), SAMPLE_RATE_HZ)
    said = coughd("scan", "--json", path)
    assert said.exit_code == 0
    (found,) = (json.loads(line) for line in said.lines)
    assert found["onset_s"] == pytest.approx(1.5, abs=0.06)


def test_a_second_and_a_half_is_too_short_for_a_window_but_no_error(tmp_path: Path) -> None:
    path = tmp_path / "short.wav"
    soundfile.write(path, scene()[SAMPLE_RATE_HZ : SAMPLE_RATE_HZ * 5 // 2], SAMPLE_RATE_HZ)
    said = coughd("scan", "--json", "--rejected", path)
    assert said.exit_code == 0
    assert [json.loads(line)["scored_by"] for line in said.lines] == ["gate"]


@pytest.mark.parametrize(
    ("fake", "says"),
    [
        (fake_sounddevice.MISSING, "PortAudio is missing"),
        (fake_sounddevice.NO_MICROPHONE, "no microphone was found"),
    ],
)
def test_devices_without_any_has_its_sentence_and_exit_code(
    fake: str, says: str, tmp_path: Path
) -> None:
    (tmp_path / "sounddevice.py").write_text(fake)
    said = coughd("devices", python_path=tmp_path)
    assert said.exit_code == os.EX_UNAVAILABLE
    assert says in said.complaints
    assert "Traceback" not in said.complaints
