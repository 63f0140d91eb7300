"""Numbers in files that anybody may have written."""

from __future__ import annotations

import sys


def number_of(said: object) -> float:
    """Read a finite number; ValueError for anything else, `true` too."""
    if (
        isinstance(said, int | float)
        and not isinstance(said, bool)
        # A NaN is in no range, and a whole number beyond this one would be no float.
        and -sys.float_info.max <= said <= sys.float_info.max
    ):
        return float(said)
    raise ValueError(f"{said!r:.40}, wanted a number")


def share_of(said: object) -> float:
    """Read a number in 0..1; ValueError for anything else."""
    number = number_of(said)
    if not 0.0 <= number <= 1.0:
        raise ValueError(f"{said!r:.40}, wanted 0 to 1")
    return number
