"""How often each peer may ask."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

MOST_PEERS = 1024
_BURST = 2
_NEWCOMERS = 4
"""So many times one peer's share for all that are new together: who connects anew for every
question gains no more by it."""


@dataclass(slots=True)
class _Share:
    left: float
    at_s: float

    def take(self, per_s: float, now_s: float) -> bool:
        self.left = min(_BURST * per_s, self.left + (now_s - self.at_s) * per_s)
        self.at_s = now_s
        if self.left < 1:
            return False
        self.left -= 1
        return True


class RateLimit:
    """A token bucket for each peer: `per_s` questions a second, twice as many at once. One thread.

    Of 1024 peers the one that was silent longest is forgotten, and is new when it comes again.
    """

    def __init__(self, per_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_s = per_s
        self._clock = clock
        self._peers: OrderedDict[Hashable, _Share] = OrderedDict()
        self._newcomers = _Share(_BURST * _NEWCOMERS * per_s, clock())

    def allows(self, peer: Hashable) -> bool:
        """Whether this peer may ask now; counts as asked if so."""
        now_s = self._clock()
        share = self._peers.get(peer)
        if share is None:
            if not self._newcomers.take(_NEWCOMERS * self._per_s, now_s):
                return False
            share = self._peers[peer] = _Share(_BURST * self._per_s, now_s)
            if len(self._peers) > MOST_PEERS:
                self._peers.popitem(last=False)
        self._peers.move_to_end(peer)
        return share.take(self._per_s, now_s)
