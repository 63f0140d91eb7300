"""Shares as people read them, where rounding must not hide a difference."""

from __future__ import annotations

_MOST_DIGITS = 12


def percent_given(share: float) -> str:
    """Write a share of 0..1 that somebody chose as it was chosen: `50 %`, `62.5 %`."""
    return f"{100 * share:.10g} %"


def percent_below(share: float, limit: float) -> str:
    """Write a share with as many digits as show that it is below the limit: `49.9 %`.

    `under 50 %` where no reasonable number of them does.
    """
    for digits in range(_MOST_DIGITS):
        text = f"{100 * share:.{digits}f}"
        if float(text) < float(f"{100 * limit:.10g}"):
            return f"{text} %"
    return f"under {percent_given(limit)}"
