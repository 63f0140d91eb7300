"""What a count of none or of all still allows, which no draw can show. Pure.

One-sided and exact, as if every one of the counted stood for itself: the rule of three in general.
"""

from __future__ import annotations

import math

from .resampling import LEVEL


def most_of_none(number: int) -> float:
    """The largest share of which 0 of `number` (>= 1) is still likely enough."""
    return 1.0 - least_of_all(number)


def least_of_all(number: int) -> float:
    """The smallest share of which `number` (>= 1) of `number` is still likely enough."""
    return float((1.0 - LEVEL) ** (1.0 / number))


def most_per_hour_of_none(hours: float) -> float:
    """The largest rate of which none in so many hours (> 0) is still likely enough."""
    return -math.log(1.0 - LEVEL) / hours


def share_bound(what: str, part: int, whole: int) -> list[str]:
    """A clause on a share that is 0 or 1; none for others."""
    if not whole or 0 < part < whole:
        return []
    if part:
        return [f"{what} at least {least_of_all(whole):.3f} ({part} of {whole})"]
    return [f"{what} at most {most_of_none(whole):.3f} (0 of {whole})"]


def rate_bound(what: str, count: int, hours: float) -> list[str]:
    """A clause on a rate of which none was counted; none for others."""
    if count or hours <= 0.0:
        return []
    return [f"at most {most_per_hour_of_none(hours):.1f} {what} per hour (0 in {hours:.2f} hours)"]
