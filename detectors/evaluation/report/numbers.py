"""Numbers as the report has them: rounded, and null where not defined. Pure."""

from __future__ import annotations

import math
from typing import Any

from ..scoring.resampling import Measured

Json = dict[str, Any]
_DIGITS = 6


def measured(one: Measured) -> Json:
    """A value and its interval."""
    low, high = one.interval or (math.nan, math.nan)
    return {"value": rounded(one.value), "low": rounded(low), "high": rounded(high)}


def rounded(number: float | None) -> float | None:
    """Six digits; None where it is not finite."""
    return None if number is None or not math.isfinite(number) else round(number, _DIGITS)
