"""How sure a cough rate is."""

from __future__ import annotations

from math import sqrt

_Z_95 = 1.959964
"""Standard normal quantile of a two-sided 95 % interval."""


def poisson_interval(count: int) -> tuple[float, float]:
    """Give the 95 % interval of the mean behind a count, by Byar's approximation.

    Source: Breslow and Day, Statistical Methods in Cancer Research II (IARC 1987), page 69. It
    holds for independent events. Coughs come in bouts, so the true uncertainty is wider.
    """
    low = 0.0
    if count > 0:
        low = count * (1 - 1 / (9 * count) - _Z_95 / (3 * sqrt(count))) ** 3
    more = count + 1
    high = more * (1 - 1 / (9 * more) + _Z_95 / (3 * sqrt(more))) ** 3
    return low, high
