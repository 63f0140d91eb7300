import numpy as np
import pytest

from coughd.daemon.drift import DriftMeter

RATE_HZ = 48_000


def measure(true_rate_hz: float, seconds: int, seed: int = 0) -> DriftMeter:
    """Blocks of 20 ms, each up to 30 ms late."""
    meter = DriftMeter(RATE_HZ)
    rng = np.random.default_rng(seed)
    for sample in range(0, seconds * RATE_HZ, 960):
        late_s = rng.uniform(0, 0.03)
        meter.add(sample, round((sample / true_rate_hz + late_s) * 1_000_000))
    return meter


@pytest.mark.parametrize("parts_per_million", [-150, 0, 40])
def test_the_rate_is_found_through_late_blocks(parts_per_million: int) -> None:
    true_rate_hz = RATE_HZ * (1 + parts_per_million / 1e6)
    assert measure(true_rate_hz, 600).device_rate_hz == pytest.approx(true_rate_hz, rel=5e-6)


def test_the_rate_is_nominal_until_it_can_be_known() -> None:
    assert measure(RATE_HZ * 1.01, 60).device_rate_hz == RATE_HZ


def test_a_window_yields_its_least_late_point() -> None:
    meter = DriftMeter(1_000)
    late_us = {0: 900, 3_000: 100, 6_000: 500}
    points = [
        meter.add(sample, sample * 1_000 + late_us.get(sample, 700))
        for sample in range(0, 11_000, 1_000)
    ]
    assert points[:10] == [None] * 10
    point = points[10]
    assert point is not None
    assert (point.sample, point.monotonic_us) == (3_000, 3_000_100)
