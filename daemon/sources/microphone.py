"""A microphone as a source: the life of its capture processes, one after another."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from math import inf
from pathlib import Path
from typing import Protocol

from .capture_child import CaptureChild, CaptureOrder
from .mix import Channel
from .opening import Opening
from .ports import Block, Gap, Item, LossCause, Lost, RateChecked, SourceCounters
from .wire import BrokenWireError, Flag, Frame, FrameReader, Kind

_log = logging.getLogger(__name__)

STALL_S = 1.5
"""Sound comes every 100 ms: after this long without, the device hangs, whatever it says. Whoever
listens knows it before two seconds have passed."""
OPENING_S = 10.0
FIRST_SOUND_S = 5.0
"""Some devices give sound only seconds after they were opened, as a headset that connects then."""
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
STEADY_S = 10.0
"""Sound for so long ends a series of failures."""
TOLD_AGAIN_S = 3_600.0
"""A device that fails in two ways by turns is told in each of them so often at most."""
RIGHT_RATE_S = 60.0
"""A rate that turns wrong later than this is worth another opening; one that is wrong from the
beginning is the device's own, and better heard wrongly than not at all."""


class Child(Protocol):
    """A running capture process, as `CaptureChild` is one."""

    def fileno(self) -> int | None:
        """The pipe."""

    def read(self) -> bytes | None:
        """What the pipe holds; None where nothing now, b"" at its end."""

    def is_gone(self) -> bool:
        """Whether the process has ended."""

    def kill(self) -> None:
        """End it without waiting."""

    def close(self) -> None:
        """End it and wait for a moment."""


class MicrophoneSource:
    """A `Source` that starts a capture process, and another whenever that dies or hangs.

    It never gives up: a pause of 0.5 s doubles to 30 s between attempts, and no process is
    started while the one before is not dead (a kernel may hold it in a frozen driver).
    """

    def __init__(
        self, source_id: str, device: str, channel: Channel, start: Callable[[], Child]
    ) -> None:
        """`start` makes a capture process and may raise OSError."""
        self._source_id = source_id
        self._device = device
        self._channel = channel
        self._start = start
        self._child: Child | None = None
        self._dying: Child | None = None
        self._reader = FrameReader()
        self._opening: Opening | None = None
        self._heard_since_s: float | None = None
        self._deadline_s = 0.0
        self._pause_s = FIRST_PAUSE_S
        self._fault: str | None = None
        self._told: str | None = None
        self._told_s: dict[str, float] = {}
        self._closed = False
        # Plain numbers: each block changes one, and hardly anybody asks.
        self._heard_samples = self._dropped_samples = 0
        self._overflows = self._openings = self._lost = 0

    @property
    def source_id(self) -> str:
        """The configured id."""
        return self._source_id

    @property
    def content_sha256(self) -> None:
        """A room has none."""

    @property
    def counters(self) -> SourceCounters:
        """See `Source`."""
        return SourceCounters(
            self._heard_samples,
            self._dropped_samples,
            self._overflows,
            self._openings,
            self._lost,
        )

    def fileno(self) -> int | None:
        """The pipe of the present capture process."""
        return None if self._child is None else self._child.fileno()

    def next_due_s(self) -> float | None:
        """When a process must be started, or the present one counts as hanging."""
        return None if self._closed else self._deadline_s

    def begin(self, now_monotonic_s: float) -> None:
        """Start the capture process now; what it hears until the first poll waits in the pipe.

        Where it cannot be started, the first poll tries again and tells.
        """
        with suppress(OSError):
            self._hold(self._start(), now_monotonic_s)

    def poll(self, now_monotonic_s: float) -> list[Item]:
        """See `Source`."""
        if self._closed:
            return []
        if self._child is None:
            return self._try_to_start(now_monotonic_s)
        received = self._child.read()
        if received is None:
            return self._check_deadline(now_monotonic_s)
        if received == b"":
            return self._lose("its capture process died", "gone", now_monotonic_s)
        return self._take(received, now_monotonic_s)

    def close(self) -> None:
        """See `Source`."""
        self._closed = True
        for child in (self._child, self._dying):
            if child is not None:
                child.close()
        self._child = self._dying = None

    def _try_to_start(self, now_s: float) -> list[Item]:
        if now_s < self._deadline_s:
            return []
        if self._dying is not None and not self._dying.is_gone():
            reason = "its last capture process cannot be killed"
            return self._wait_again(reason, "frozen", now_s)
        self._dying = None
        try:
            self._hold(self._start(), now_s)
        except OSError as error:
            reason = f"no capture process can be started ({error})"
            return self._wait_again(reason, "unavailable", now_s)
        return []

    def _hold(self, child: Child, now_s: float) -> None:
        self._child = child
        self._reader = FrameReader()
        self._fault = None
        self._deadline_s = now_s + OPENING_S

    def _check_deadline(self, now_s: float) -> list[Item]:
        if now_s < self._deadline_s:
            return []
        if self._opening is None:
            reason = f"it did not open within {OPENING_S:.0f} s"
            return self._lose(reason, "unavailable", now_s)
        patience_s = FIRST_SOUND_S if self._heard_since_s is None else STALL_S
        return self._lose(f"no sound came for {patience_s:g} s", "frozen", now_s)

    def _take(self, received: bytes, now_s: float) -> list[Item]:
        items: list[Item] = []
        try:
            for frame in self._reader.feed(received):
                items.extend(self._items(frame, now_s))
        except BrokenWireError:
            reason = "its capture process sent what cannot be read"
            items.extend(self._lose(reason, "gone", now_s))
        return items

    def _items(self, frame: Frame, now_s: float) -> list[Item]:
        if frame.kind is Kind.SOUND:
            return [] if self._opening is None else self._hear(self._opening, frame, now_s)
        text = bytes(frame.payload).decode(errors="replace")
        if frame.kind is Kind.OPENED:
            self._opening = Opening(text, self._channel)
            self._heard_since_s = None
            self._deadline_s = now_s + FIRST_SOUND_S
        elif frame.kind is Kind.FAULT:
            self._fault = text
        else:
            _log.warning("capture of '%s': %s", self._source_id, text)
        return []

    def _hear(self, opening: Opening, frame: Frame, now_s: float) -> list[Item]:
        self._deadline_s = now_s + STALL_S
        items = opening.items(frame)
        self._overflows += Flag.OVERFLOW in frame.flags
        self._count(items)
        if self._heard_since_s is None:
            # Told with the first sound and not before: a frozen device can be opened, too.
            self._heard_since_s = now_s
            self._told = None
            self._told_s.clear()
            self._openings += 1
            return [opening.opened, *items]
        heard_s = now_s - self._heard_since_s
        if heard_s > STEADY_S:
            self._pause_s = FIRST_PAUSE_S
        return self._reopen_for_rate(items, now_s) if heard_s > RIGHT_RATE_S else items

    def _count(self, items: list[Item]) -> None:
        for item in items:
            if isinstance(item, Block):
                self._heard_samples += item.samples.size
            elif isinstance(item, Gap):
                self._dropped_samples += item.lost_samples

    def _reopen_for_rate(self, items: list[Item], now_s: float) -> list[Item]:
        """Lose a microphone whose rate has turned wrong: a new opening mends a confused server."""
        for item in items:
            if isinstance(item, RateChecked) and item.wrong:
                reason = f"its rate has turned wrong, {item.measured_hz:.0f} Hz"
                return self._lose(reason, "wrong_rate", now_s)
        return items

    def _lose(self, reason: str, cause: LossCause, now_s: float) -> list[Item]:
        if self._child is not None:
            self._child.kill()
            self._dying, self._child = self._child, None
        if self._fault is not None:
            reason = self._fault
            cause = "unavailable" if self._opening is None else "gone"
        self._opening = None
        return self._wait_again(reason, cause, now_s)

    def _wait_again(self, reason: str, cause: LossCause, now_s: float) -> list[Item]:
        self._lost += 1
        self._deadline_s = now_s + self._pause_s
        self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)
        if reason == self._told or now_s < self._told_s.get(reason, -inf) + TOLD_AGAIN_S:
            return []
        self._told = reason
        # Only those of the last hour matter: there are names of other devices in some.
        self._told_s = {
            said: at_s for said, at_s in self._told_s.items() if now_s < at_s + TOLD_AGAIN_S
        }
        self._told_s[reason] = now_s
        return [Lost(f"microphone '{self._device}': {reason}", cause)]


def open_microphone(
    source_id: str,
    *,
    device: str,
    sample_rate_hz: int | None = None,
    channel: Channel = "mix",
    record_path: Path | None = None,
) -> MicrophoneSource:
    """A source on a real microphone.

    Parameters
    ----------
    device
        A name of `coughd devices`, a part that only one has, or `default`.
    sample_rate_hz
        None for the device's own.
    record_path
        Where the capture process also writes what it sends: audio at rest.
    """
    alone = None if channel == "mix" else channel
    order = CaptureOrder(device, sample_rate_hz, alone, record_path)
    return MicrophoneSource(source_id, device, channel, lambda: CaptureChild(order))
