"""Asking again where a server may be back in a moment; clock and chance are passed in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from ...config.errors import ModelError

FIRST_REST_S = 0.2
LONGEST_REST_S = 5.0
_T = TypeVar("_T")


class UnreachableError(ModelError):
    """The server did not answer, or said that it cannot now: another try may help."""


class NotLetInError(ModelError):
    """The server wants another token: no other try helps until somebody has mended that."""


@dataclass(frozen=True, slots=True)
class Retrying:
    """Tries once and `retries` times more, with rests that double and are drawn.

    Each rest is drawn between half and one and a half of its length, so that the nodes of a fleet
    do not all come back at the same moment.
    """

    retries: int
    rest: Callable[[float], None]
    """Waits so many seconds."""
    chance: Callable[[], float]
    """Draws from 0..1."""

    def call(self, ask: Callable[[], _T]) -> _T:
        """Give what `ask` gives; UnreachableError, the last one, where no try got through."""
        rest_s = FIRST_REST_S
        for _ in range(self.retries):
            try:
                return ask()
            except UnreachableError:
                self.rest(rest_s * (0.5 + self.chance()))
                rest_s = min(2 * rest_s, LONGEST_REST_S)
        return ask()


def longest_call_s(timeout_s: float, retries: int) -> float:
    """How long a call may take in the worst case."""
    rests_s = sum(min(FIRST_REST_S * 2.0**at, LONGEST_REST_S) * 1.5 for at in range(retries))
    return (retries + 1) * timeout_s + rests_s
