"""Windows that wait for HeAR: bounded; the oldest gives way."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .batching import batch_to_take


@dataclass(frozen=True, slots=True, eq=False)
class WaitingWindow:
    """A window and whose it is."""

    request_id: str
    window: NDArray[np.float32]
    """[shape=(32000,), range -1..1]"""
    since_s: float = 0.0
    """When it came, by the client's clock."""
    failures: int = 0
    """How often the embedder died or refused while it had this window."""


class WaitingWindows:
    """First in, first out. Holds `bound` windows, and for a moment one batch more that came back.

    Not thread-safe.
    """

    def __init__(self, bound: int) -> None:
        self._bound = bound
        self._windows: deque[WaitingWindow] = deque()

    def __len__(self) -> int:
        """How many wait."""
        return len(self._windows)

    @property
    def is_full(self) -> bool:
        """True if the next `add` costs the oldest window its place."""
        return len(self._windows) >= self._bound

    def due_s(self, fill: int, wait_s: float) -> float | None:
        """When the next batch is to be sent; None where nothing waits.

        At once where `fill` windows wait, or one that failed before; else when the oldest has
        waited `wait_s` for others.
        """
        if not self._windows:
            return None
        oldest = self._windows[0]
        at_once = len(self._windows) >= fill or oldest.failures
        return oldest.since_s if at_once else oldest.since_s + wait_s

    def add(self, window: WaitingWindow) -> WaitingWindow | None:
        """Append `window`; return the oldest one where it had to give way."""
        gave_way = self._windows.popleft() if self.is_full else None
        self._windows.append(window)
        return gave_way

    def take(self, batch_sizes: Sequence[int]) -> list[WaitingWindow]:
        """Take the next batch; a window that failed before goes alone, to take no others along."""
        if self._windows and self._windows[0].failures:
            return [self._windows.popleft()]
        fresh = 0
        for window in self._windows:
            if window.failures:
                break
            fresh += 1
        return [self._windows.popleft() for _ in range(batch_to_take(fresh, batch_sizes))]

    def put_back(self, windows: Sequence[WaitingWindow]) -> None:
        """Return a batch that failed to the front, in its order, with one failure more each."""
        for window in reversed(windows):
            self._windows.appendleft(replace(window, failures=window.failures + 1))
