"""Moments by the clock on the wall, as people read them."""

from __future__ import annotations

from datetime import datetime

CELLS = 23
"""How wide `to_millisecond` is, but for what a second passage adds."""


def to_millisecond(when: datetime) -> str:
    """Write a moment as `2026-11-21 14:03:22.417`."""
    return f"{when:%Y-%m-%d %H:%M:%S}.{when.microsecond // 1000:03}{_again(when)}"


def to_minute(when: datetime) -> str:
    """Write a moment as `2026-11-21 14:03`."""
    return f"{when:%Y-%m-%d %H:%M}{_again(when)}"


def _again(when: datetime) -> str:
    """Tell the second passage of a clock that was set back from the first."""
    return f"{when:%z}" if when.fold else ""
