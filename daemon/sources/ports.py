"""What a source tells the pipeline, whatever it is.

The order is always: `Opened`, then `Block` and `Gap`, then `Lost` (and perhaps `Opened` again) or
`Finished` for good. Samples count at the native rate from the opening, lost ones included, so a
second `Opened` begins a second count. `RateChecked` may stand among the blocks of a microphone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Opened:
    """Sound comes from here on."""

    sample_rate_hz: int
    """Native: what the file holds or the device was opened with, 8,000 to 192,000."""
    channels: int
    first_sample: int
    """Index of the first sample of the first block; 0 for files and microphones."""
    starts_at_us: int | None
    """UTC of `first_sample` where it is known beforehand (a file with `starts_at`)."""
    detail: str
    """For a person: which device or file, such as `hw:CARD=Snowball,DEV=0, 44100 Hz, 1 channel`."""


@dataclass(frozen=True, slots=True)
class Block:
    """Consecutive native samples; any number of them, at least one."""

    first_sample: int
    samples: NDArray[np.float32]
    """Mono [shape=(n,), range -1..1]: the channels' mean, or the chosen channel."""
    magnitudes: NDArray[np.float32]
    """[shape=(n,), >= 0] The largest magnitude among the channels heard, before they were mixed
    and limited: clipping and digital silence are judged by this. Integer sound clips at
    32767/32768; decoded mp3 and float files may exceed 1."""
    monotonic_s: float | None
    """`time.monotonic()` when the first sample was heard; None for a file read `fast`."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Sound is missing here: the stretch ends, the next block begins another."""

    first_sample: int
    """Index of the first lost sample."""
    lost_samples: int
    """The next block begins at `first_sample + lost_samples`. 0: some were lost inside the
    device, and nobody can say how many."""
    reason: str


@dataclass(frozen=True, slots=True)
class RateChecked:
    """By the clock, samples come faster or slower than they should, or rightly again."""

    measured_hz: float
    wrong: bool


LossCause: TypeAlias = Literal["gone", "frozen", "unavailable", "wrong_rate"]
"""The device or its process ended; it gives nothing though it is open; it cannot be opened; it is
opened again in the hope of its right rate."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The source is away; it tries again by itself. Told once per outage and reason."""

    reason: str
    """One sentence for a person."""
    cause: LossCause


@dataclass(frozen=True, slots=True)
class Finished:
    """Nothing will come any more."""

    reason: str
    """One sentence for a person."""
    damaged: bool
    """The file broke off or turned unreadable here; what was readable has been delivered."""


Item: TypeAlias = Opened | Block | Gap | RateChecked | Lost | Finished


@dataclass(frozen=True, slots=True)
class SourceCounters:
    """Since the source was made, all openings together; for `status` and the health line."""

    heard_samples: int
    dropped_samples: int
    """At the native rate: counted where the daemon was too slow, estimated by the clock where the
    device lost them."""
    overflows: int
    """Losses inside the device that it reported; their number is estimated by the clock."""
    openings: int
    lost: int
    """Outages: deaths and stalls of the capture process, failed openings."""


class Source(Protocol):
    """One microphone or file, served by one loop thread together with all others.

    The loop waits until any `fileno()` is readable or the earliest `next_due_s()` has come, then
    calls `poll`. Nothing here waits: a call costs at most the decoding of a second of sound.
    """

    @property
    def source_id(self) -> str:
        """The configured id."""

    @property
    def content_sha256(self) -> str | None:
        """Of a file's bytes, so that a rerun finds its own events; None for a microphone."""

    @property
    def counters(self) -> SourceCounters:
        """What went well and wrong so far; may be read from any thread."""

    def fileno(self) -> int | None:
        """Readable when a poll is worth while; None where there is no such descriptor now.

        It changes when a microphone is opened again: ask after every poll.
        """

    def next_due_s(self) -> float | None:
        """`time.monotonic()` at which a poll is worth while even if nothing is readable.

        Long past for a file read `fast`; None when finished.
        """

    def poll(self, now_monotonic_s: float) -> list[Item]:
        """What has come since the last call, in order.

        A second of sound at most from a file, what one read of the pipe gives from a microphone.
        Never raises for bad sound.
        """

    def close(self) -> None:
        """Let go of the file or end the capture process; at most two seconds. Idempotent."""
