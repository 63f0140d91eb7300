"""A file as a source: as a microphone would hear it, or as fast as the machine can."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from ...config.errors import InputError
from .mix import Channel, to_block
from .ports import Finished, Item, Opened, SourceCounters
from .sound_file import SoundFile

_REALTIME_BLOCK_S = 0.04
_POLL_S = 1.0


class FileSource:
    """A `Source` that reads one file; its constructor raises InputError.

    What precedes damage is delivered; then it is finished, and says where the damage is.

    Parameters
    ----------
    pace
        `realtime`: block k is due when its last sample would have been heard, counted from the
        first poll. `fast`: always due.
    loop
        Begin again at the end, without a seam: the samples go on counting.
    starts_at_us
        UTC of the first sample, where it is known.
    block_samples
        Size of each block but the last; 40 ms (`realtime`) or a second (`fast`) by default.
    """

    def __init__(
        self,
        source_id: str,
        path: Path,
        *,
        pace: Literal["realtime", "fast"] = "fast",
        loop: bool = False,
        channel: Channel = "mix",
        starts_at_us: int | None = None,
        block_samples: int | None = None,
    ) -> None:
        self._source_id = source_id
        self._path = path
        self._file = SoundFile(path)
        if channel != "mix" and channel >= self._file.channels:
            self._file.close()
            raise InputError(
                f"'{path}' has {self._file.channels} channels; choose `mix` or a channel from 0 "
                f"to {self._file.channels - 1}, not {channel}."
                if self._file.channels > 1
                else f"'{path}' has one channel; choose `mix` or channel 0, not {channel}."
            )
        self._fast = pace == "fast"
        self._loop = loop
        self._channel = channel
        self._starts_at_us = starts_at_us
        rate_hz = self._file.sample_rate_hz
        self._poll_samples = round(rate_hz * _POLL_S)
        default = self._poll_samples if self._fast else round(rate_hz * _REALTIME_BLOCK_S)
        self._block_samples = block_samples or default
        self._next_sample = 0
        self._began_s: float | None = None
        self._finished = False

    @property
    def source_id(self) -> str:
        """The configured id."""
        return self._source_id

    @property
    def content_sha256(self) -> str:
        """Of the file's bytes."""
        return self._file.content_sha256

    @property
    def sample_rate_hz(self) -> int:
        """Native."""
        return self._file.sample_rate_hz

    @property
    def channels_mixed(self) -> int:
        """How many of its channels are heard as one."""
        return self._file.channels if self._channel == "mix" else 1

    @property
    def claimed_s(self) -> float:
        """How long the file says it is, in seconds; a broken one is shorter."""
        return self._file.claimed_frames / self._file.sample_rate_hz

    @property
    def counters(self) -> SourceCounters:
        """A file loses nothing."""
        openings = int(self._began_s is not None)
        return SourceCounters(self._next_sample, 0, 0, openings, 0)

    def fileno(self) -> None:
        """A file is always readable: nothing to wait for."""

    def next_due_s(self) -> float | None:
        """See `Source`."""
        if self._finished:
            return None
        if self._fast or self._began_s is None:
            return 0.0
        return self._began_s + self._seconds(self._next_sample + self._block_samples)

    def poll(self, now_monotonic_s: float) -> list[Item]:
        """See `Source`."""
        items: list[Item] = []
        if self._finished:
            return items
        if self._began_s is None:
            self._began_s = now_monotonic_s
            items.append(self._opened())
        enough = self._next_sample + self._poll_samples
        while not self._finished and self._next_sample < enough and self._is_due(now_monotonic_s):
            items.extend(self._next_items())
        return items

    def close(self) -> None:
        """Let go of the file."""
        self._finished = True
        self._file.close()

    def _opened(self) -> Opened:
        file = self._file
        return Opened(
            file.sample_rate_hz, file.channels, 0, self._starts_at_us, detail=file.description
        )

    def _is_due(self, now_monotonic_s: float) -> bool:
        due_s = self.next_due_s()
        return due_s is not None and due_s <= now_monotonic_s

    def _next_items(self) -> list[Item]:
        frames = self._file.read(self._block_samples)
        items: list[Item] = []
        if frames.shape[0] > 0:
            items.append(to_block(frames, self._channel, self._next_sample, self._heard_s()))
            self._next_sample += frames.shape[0]
        if frames.shape[0] < self._block_samples:
            if self._loop and self._file.damage is None:
                self._file.rewind()
            else:
                self._finished = True
                reason = self._file.damage or f"'{self._path}' has been heard to its end."
                items.append(Finished(reason, damaged=self._file.damage is not None))
        return items

    def _heard_s(self) -> float | None:
        if self._fast or self._began_s is None:
            return None
        return self._began_s + self._seconds(self._next_sample)

    def _seconds(self, samples: int) -> float:
        return samples / self._file.sample_rate_hz
