"""The interval of a count against the exact Poisson limits."""

from __future__ import annotations

import pytest

from coughd.storage.reading.rates import poisson_interval


@pytest.mark.parametrize(
    ("count", "low", "high"),
    # Exact limits, chi-square / 2, as printed in tables of Poisson confidence limits.
    [(5, 1.6235, 11.6683), (10, 4.7954, 18.3904), (100, 81.3640, 121.6272)],
)
def test_comes_close_to_the_exact_limits(count: int, low: float, high: float) -> None:
    assert poisson_interval(count) == pytest.approx((low, high), rel=0.02)


def test_no_cough_still_has_an_upper_limit() -> None:
    low, high = poisson_interval(0)
    assert low == 0.0
    assert high == pytest.approx(3.689, rel=0.01)


def test_holds_the_count_and_narrows_as_it_grows() -> None:
    widths = []
    for count in (1, 10, 100, 10_000):
        low, high = poisson_interval(count)
        assert low < count < high
        widths.append((high - low) / count)
    assert widths == sorted(widths, reverse=True)
