"""The capture side's own recording."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
import soundfile

from coughd.daemon.sources import recording
from coughd.daemon.sources.recording import Recording


def test_it_is_readable_at_any_moment_and_private(tmp_path: Path) -> None:
    path = tmp_path / "heard.wav"
    taken = Recording(path, 48_000, 2)
    for blocks in range(1, 4):
        taken.write(memoryview(bytes(960 * 4)))
        assert soundfile.info(path).frames == 960 * blocks
    taken.close()
    assert (soundfile.info(path).samplerate, soundfile.info(path).channels) == (48_000, 2)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_nothing_is_written_over(tmp_path: Path) -> None:
    path = tmp_path / "heard.wav"
    for _ in range(3):
        taken = Recording(path, 16_000, 1)
        taken.write(memoryview(bytes(2)))
        taken.close()
    names = sorted(file.name for file in tmp_path.iterdir())
    assert names == ["heard-2.wav", "heard-3.wav", "heard.wav"]


def test_a_full_file_is_followed_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "_MAX_SOUND_BYTES", 5_000)
    taken = Recording(tmp_path / "heard.wav", 16_000, 1)
    for _ in range(3):
        taken.write(memoryview(bytes(2_000)))
    taken.close()
    assert soundfile.info(tmp_path / "heard.wav").frames == 2_000
    assert soundfile.info(tmp_path / "heard-2.wav").frames == 1_000


def test_a_folder_that_is_not_there_is_an_oserror(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Recording(tmp_path / "none" / "heard.wav", 16_000, 1)
