"""Whether a process that owes something still works at it."""

from __future__ import annotations


class Stillness:
    """Loading takes minutes and a batch seconds, but neither is done without processor time."""

    def __init__(self, longest_s: float) -> None:
        self._longest_s = longest_s
        self._ticks: int | None = None
        self._since_s = 0.0

    def lasts(self, now_s: float, ticks: int | None) -> bool:
        """Whether the processor time stood still for too long; None: nothing is owed now."""
        if ticks is None or ticks != self._ticks:
            self._ticks = ticks
            self._since_s = now_s
        return ticks is not None and now_s - self._since_s >= self._longest_s
