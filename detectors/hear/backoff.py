"""How long to rest between two tries."""

from __future__ import annotations


class Backoff:
    """Rests that double from `first_s` to `longest_s`."""

    def __init__(self, first_s: float, longest_s: float) -> None:
        self._first_s = first_s
        self._longest_s = longest_s
        self._next_s = first_s

    def next_s(self) -> float:
        """Return the rest before the next try."""
        rest_s = self._next_s
        self._next_s = min(2 * rest_s, self._longest_s)
        return rest_s

    def lengthen(self) -> None:
        """The next try cannot help soon: rest longest from now on."""
        self._next_s = self._longest_s

    def reset(self) -> None:
        """It worked: start over with the shortest rest."""
        self._next_s = self._first_s
