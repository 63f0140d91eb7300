"""One sound file, read forwards; the only place that knows the decoder."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from ...config.errors import InputError
from .broken_off import broken_off

MIN_RATE_HZ = 8_000
MAX_RATE_HZ = 192_000

_PART_S = 0.1
"""The decoder loses the whole call in which it meets damage: keep the calls small."""
_MP3_SLACK_S = 0.5
"""The length that an mp3 claims may be an estimate."""


class _ForwardDecoder(soundfile.SoundFile):  # type: ignore[misc] # it comes without types
    """Reads straight on.

    soundfile itself seeks after each read, which makes mp3 fall silent (the bit reservoir is lost)
    and Ogg slow.
    """

    def seekable(self) -> bool:
        return False


class SoundFile:
    """An open file. One thread.

    Raises InputError where it is missing, empty, not sound, or outside what we resample.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            _refuse_streams(path)
            with path.open("rb") as file:
                self.content_sha256 = hashlib.file_digest(file, "sha256").hexdigest()
                self._broken_off = broken_off(file)
                size = os.fstat(file.fileno()).st_size
        except (OSError, ValueError) as error:  # ValueError: a NUL in its name
            why = getattr(error, "strerror", None) or str(error)
            raise InputError(f"'{path}' cannot be read: {why}; check path and rights.") from error
        if size == 0:
            raise InputError(f"'{path}' is empty; give a file that holds sound.")
        self._decoder = _decoder(path)
        self.sample_rate_hz: int = self._decoder.samplerate
        self.channels: int = self._decoder.channels
        try:
            self._check()
        except InputError:
            self._decoder.close()
            raise
        self._read_frames = 0
        self.damage: str | None = None
        """Set once the sound has turned unreadable or ended too early: one sentence."""

    def _check(self) -> None:
        if self._decoder.frames == 0:
            raise InputError(f"'{self._path}' holds no sound; give a file that does.")
        if not MIN_RATE_HZ <= self.sample_rate_hz <= MAX_RATE_HZ:
            raise InputError(
                f"'{self._path}' has a sample rate of {self.sample_rate_hz} Hz; convert it to "
                f"something between {MIN_RATE_HZ} and {MAX_RATE_HZ} Hz."
            )

    @property
    def description(self) -> str:
        """Such as `cough.flac, 48000 Hz, 2 channels`."""
        plural = "" if self.channels == 1 else "s"
        return f"{self._path.name}, {self.sample_rate_hz} Hz, {self.channels} channel{plural}"

    @property
    def claimed_frames(self) -> int:
        """How long the file says it is."""
        frames: int = self._decoder.frames
        return frames

    def read(self, n: int) -> NDArray[np.float32]:
        """The next frames [shape=(<= n, channels)], fewer only at the end or at damage."""
        part = max(1, round(self.sample_rate_hz * _PART_S))
        parts = [np.empty((0, self.channels), np.float32)]
        missing = n
        while missing > 0 and self.damage is None:
            frames = self._read_part(min(part, missing))
            if frames.shape[0] == 0:
                self.damage = self.damage or self._early_end()
                break
            parts.append(frames)
            missing -= frames.shape[0]
            self._read_frames += frames.shape[0]
        return np.concatenate(parts)

    def _read_part(self, n: int) -> NDArray[np.float32]:
        try:
            frames: NDArray[np.float32] = self._decoder.read(n, dtype="float32", always_2d=True)
        except soundfile.SoundFileError:
            self.damage = f"'{self._path}' cannot be decoded from {self._where(0)} on."
            return np.empty((0, self.channels), np.float32)
        sound = np.isfinite(frames).all(axis=1)
        if not sound.all():
            good = int(np.argmin(sound))
            self.damage = f"'{self._path}' holds a value that is no number at {self._where(good)}."
            return frames[:good]
        return frames

    def _early_end(self) -> str | None:
        slack = self.sample_rate_hz * _MP3_SLACK_S if self._decoder.format == "MP3" else 0
        if self._broken_off or self._read_frames < self._decoder.frames - slack:
            return f"'{self._path}' breaks off at {self._where(0)}; its end is missing."
        return None

    def _where(self, ahead: int) -> str:
        sample = self._read_frames + ahead
        return f"sample {sample} ({sample / self.sample_rate_hz:.3f} s)"

    def rewind(self) -> None:
        """Begin again at the first sample."""
        self._decoder.seek(0)
        self._read_frames = 0

    def close(self) -> None:
        """Idempotent."""
        self._decoder.close()


def _refuse_streams(path: Path) -> None:
    """Look before a pipe is opened, which would wait for its writer; OSError, InputError."""
    mode = path.stat().st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise InputError(
            f"'{path}' is a pipe or a device, and sound is read twice; write it into a file first."
        )


def _decoder(path: Path) -> _ForwardDecoder:
    # By descriptor, so that the content decides what it is, not the name.
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return _ForwardDecoder(descriptor, closefd=True)
    except soundfile.SoundFileError as error:
        raise InputError(
            f"'{path}' is not sound that can be decoded (WAV, FLAC, Ogg or MP3), whatever its name "
            "says; convert it or leave it out."
        ) from error
