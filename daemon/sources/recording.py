"""What a capture process sent, also as WAV files: audio at rest, only where it was asked for."""

from __future__ import annotations

import os
import wave
from pathlib import Path
from typing import BinaryIO

_MAX_SOUND_BYTES = 1 << 31
"""A WAV header counts to 4 GiB, and many readers to 2."""


class Recording:
    """int16 frames into PATH, or PATH-2, PATH-3, ... where that exists or is full.

    Readable at any moment up to the last write: the header is kept true. OSError from any call.
    """

    def __init__(self, path: Path, sample_rate_hz: int, channels: int) -> None:
        self._path = path
        self._sample_rate_hz = sample_rate_hz
        self._channels = channels
        self._wav, self._file = self._next_file()
        self._bytes = 0

    def write(self, sound: memoryview) -> None:
        """Append int16, little endian, channels interleaved."""
        if self._bytes + len(sound) > _MAX_SOUND_BYTES:
            self.close()
            self._wav, self._file = self._next_file()
            self._bytes = 0
        self._wav.writeframes(sound)
        self._bytes += len(sound)

    def close(self) -> None:
        """Idempotent."""
        self._wav.close()
        self._file.close()

    def _next_file(self) -> tuple[wave.Wave_write, BinaryIO]:
        path = self._path
        number = 1
        while path.exists():
            number += 1
            path = self._path.with_name(f"{self._path.stem}-{number}{self._path.suffix}")
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        file = os.fdopen(handle, "wb", buffering=0)
        wav = wave.Wave_write(file)
        wav.setnchannels(self._channels)
        wav.setsampwidth(2)
        wav.setframerate(self._sample_rate_hz)
        return wav, file
