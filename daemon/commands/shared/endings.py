"""Events by the last characters of their ids, as the history shows them."""

from __future__ import annotations

from collections.abc import Sequence

from ....config.errors import UsageError

_SHORTEST = 4


def refuse_short(ending: str) -> None:
    """Raise UsageError for what half the events may end in."""
    if len(ending) < _SHORTEST:
        raise UsageError(f"{ending!r} is too short; give four characters of the event's id or more")


def only(ending: str, found: Sequence[str], none: str) -> str:
    """Give the one id that ends so; UsageError where there is none, which `none` says, or more."""
    if not found:
        raise UsageError(none)
    if len(found) > 1:
        raise UsageError(
            f"{len(found)} events' ids end in {ending!r}; give more of it: {', '.join(found[:3])}"
        )
    return found[0]
