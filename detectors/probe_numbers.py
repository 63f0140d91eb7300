"""The numbers of a probe file, refused where no probability could follow from them. Pure."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from .said import number_of, share_of

Vector = NDArray[np.float64]
MOST = 1e12
"""So large may a number be, so that what is made of it is finite for any embedding."""


def threshold_of(said: object) -> float:
    """Between 0, where every trigger would count, and 1, where next to none would; ValueError."""
    threshold = share_of(said)
    if threshold in (0.0, 1.0):
        raise ValueError(f"threshold {said!r}, wanted more than 0 and less than 1")
    return threshold


def number(name: str, said: object) -> float:
    """A number of either sign; ValueError."""
    found = number_of(said)
    if abs(found) > MOST:
        raise ValueError(f"{name} {said!r:.40}, wanted {-MOST:g} to {MOST:g}")
    return found


def array(
    document: Mapping[str, object], name: str, shape: tuple[int, ...], least: float = -MOST
) -> Vector:
    """The numbers of that name, none of them under `least`; KeyError, TypeError, ValueError."""
    found = np.array(document[name], dtype=np.float64)
    if found.shape != shape:
        raise ValueError(f"{name} of shape {found.shape}, wanted {shape}")
    # A NaN is in no range.
    if not ((found >= least) & (found <= MOST)).all():
        raise ValueError(f"{name}, wanted {least:g} to {MOST:g}")
    return found
