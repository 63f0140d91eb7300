from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from coughd.daemon.identity import FileIdentity
from coughd.daemon.offline.kept_sound import (
    CHANGED,
    INCOMPLETE,
    NO_SOUND,
    Found,
    SourceFile,
    find_sound,
)
from coughd.daemon.sources.sound_file import SoundFile
from coughd.storage.reading.places_reading import EventPlace

RATE_HZ = 16_000
SAMPLES = (np.arange(20 * RATE_HZ) / 2**19).astype(np.float32)


@pytest.fixture
def file(tmp_path: Path) -> SourceFile:
    path = tmp_path / "bed.wav"
    soundfile.write(path, SAMPLES, RATE_HZ, subtype="FLOAT")
    return SourceFile("bed", path, "mix")


def stretch(file: SourceFile) -> str:
    return FileIdentity(SoundFile(file.path).content_sha256, file.source_id).stretch_id(0)


def place(name: str, stretch_id: str, onset: int, **changes: Any) -> EventPlace:
    basis = EventPlace(name, "bed", stretch_id, onset, 0, 0.9, "complete", "open", 0.5, None, -20.0)
    return replace(basis, **changes)


def no_clips(_event_id: str) -> None:
    return None


def find(
    places: list[EventPlace],
    files: list[SourceFile],
    clips: Callable[[str], NDArray[np.float32] | None] = no_clips,
) -> dict[str, Found]:
    return {found.place.event_id: found for found in find_sound(places, files, clips)}


def test_windows_are_cut_where_they_were(file: SourceFile) -> None:
    """Overlapping ones too, and in any order."""
    onsets = {"c": 250_000, "a": 8_000, "b": 9_000, "d": 250_500}
    found = find([place(name, stretch(file), onset) for name, onset in onsets.items()], [file])
    for name, onset in onsets.items():
        expected = SAMPLES[onset - 8_000 : onset + 24_000]
        np.testing.assert_array_equal(expected, found[name].window)


def test_another_rate_is_cut_at_the_same_moment(tmp_path: Path) -> None:
    rate_hz = 44_100
    moments = np.arange(20 * rate_hz) / rate_hz
    path = tmp_path / "bed.wav"
    soundfile.write(path, np.sin(2 * np.pi * 50 * moments).astype(np.float32), rate_hz)
    file = SourceFile("bed", path, "mix")
    window = find([place("a", stretch(file), 10 * rate_hz)], [file])["a"].window
    assert window is not None
    expected = np.sin(2 * np.pi * 50 * (9.5 + np.arange(32_000) / RATE_HZ))
    np.testing.assert_allclose(window, expected, atol=0.01)


def test_why_there_is_no_sound_is_told(file: SourceFile) -> None:
    heard = stretch(file)
    soundfile.write(file.path, SAMPLES / 2, RATE_HZ, subtype="FLOAT")
    found = find(
        [
            place("changed", heard, 50_000),
            place("cut", heard, 100, window="incomplete"),
            place("live", "stretch-9", 50_000, source_id="mic"),
        ],
        [file],
    )
    assert {"changed": CHANGED, "cut": INCOMPLETE, "live": NO_SOUND} == {
        name: one.why for name, one in found.items()
    }
    assert all(one.window is None for one in found.values())


def test_a_clip_stands_in_where_there_is_one(file: SourceFile) -> None:
    clip = SAMPLES[:32_000]
    live = [place("kept", "stretch-9", 1, source_id="mic"), place("not", "stretch-9", 2)]
    found = find(live, [], lambda event_id: clip if event_id == "kept" else None)
    np.testing.assert_array_equal(clip, found["kept"].window)
    assert found["not"].window is None


def test_a_file_that_is_gone_is_no_error(file: SourceFile) -> None:
    heard = stretch(file)
    file.path.unlink()
    assert CHANGED == find([place("a", heard, 50_000)], [file])["a"].why
