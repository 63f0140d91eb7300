"""Sound that goes missing without a word, told from a machine that is merely busy."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from coughd.daemon.sources.arrival import ArrivalWatch, Missing
from coughd.daemon.sources.ports import RateChecked

RATE_HZ = 16_000
BLOCK = 320


class Device:
    """Gives blocks of 20 ms, each up to 30 ms late; what it loses it does not count."""

    def __init__(self, true_rate_hz: float = RATE_HZ, seed: int = 1) -> None:
        self.watch = ArrivalWatch(RATE_HZ)
        self.rate_hz = true_rate_hz
        self.heard_samples = 0
        self.now_s = 1_000.0
        self.busy_s: Callable[[float], float] = lambda _since_s: 0.0
        self._counted = 0
        self._rng = np.random.default_rng(seed)

    def play(self, seconds: float) -> list[Missing | RateChecked]:
        told: list[Missing | RateChecked] = []
        began_s = self.now_s
        while self.now_s < began_s + seconds:
            late_s = self._rng.uniform(0, 0.03) + self.busy_s(self.now_s - began_s)
            verdict = self.watch.hear(self._counted, self.now_s + late_s)
            if verdict is not None:
                told.append(verdict)
            if isinstance(verdict, Missing):
                self._counted += verdict.samples
            self._counted += BLOCK
            self.now_s += BLOCK / self.rate_hz
        return told

    def lose(self, seconds: float) -> None:
        self.now_s += seconds

    def admit(self, seconds: float) -> None:
        self.lose(seconds)
        late_s = self._rng.uniform(0, 0.03) + self.busy_s(0.0)
        self._counted += self.watch.admitted(self._counted, self.now_s + late_s)


def hangs(every_s: float, longest_s: float, seed: int = 1) -> Callable[[float], float]:
    """A machine that hangs now and then, and catches up at once."""
    rng = np.random.default_rng(seed)
    until_s = next_s = 0.0

    def busy_s(since_s: float) -> float:
        nonlocal until_s, next_s
        if since_s >= next_s:
            until_s = since_s + rng.uniform(0.1, longest_s)
            next_s = since_s + rng.exponential(every_s)
        return max(0.0, until_s - since_s)

    return busy_s


@pytest.mark.parametrize("lost_s", [0.2, 0.5, 3.0, 60.0])
def test_a_loss_is_found_once_and_about_right(lost_s: float) -> None:
    device = Device()
    assert device.play(30) == []
    device.lose(lost_s)
    (missing,) = device.play(5)
    assert isinstance(missing, Missing)
    assert missing.samples / RATE_HZ == pytest.approx(lost_s, abs=0.02)
    assert device.play(60) == []


def test_a_loss_is_found_where_most_blocks_are_late() -> None:
    device = Device()
    rng = np.random.default_rng(2)
    device.busy_s = lambda _since_s: rng.uniform(0, 0.3)
    assert device.play(60) == []
    device.lose(0.4)
    (missing,) = device.play(10)
    assert isinstance(missing, Missing)
    assert missing.samples / RATE_HZ == pytest.approx(0.4, abs=0.06)


def test_each_loss_is_found() -> None:
    device = Device()
    told = []
    for _ in range(5):
        device.lose(0.3)
        told += device.play(7)
    assert len(told) >= 4


@pytest.mark.parametrize("hang_s", [0.3, 1.0, 1.9])
def test_a_machine_that_hangs_and_catches_up_lost_nothing(hang_s: float) -> None:
    device = Device()
    device.play(10)
    device.busy_s = lambda since_s: max(0.0, hang_s - since_s)
    assert device.play(60) == []


@pytest.mark.parametrize("parts_per_million", [-2_000, -200, 200, 2_000])
def test_a_drift_is_no_loss_and_no_wrong_rate(parts_per_million: int) -> None:
    assert Device(RATE_HZ * (1 + parts_per_million / 1e6)).play(600) == []


@pytest.mark.parametrize(
    "true_rate_hz", [12_160, 14_700, 15_520, 15_550, 15_600, 15_880, 16_130, 17_415]
)
def test_a_wrong_rate_is_measured_and_told_once_and_is_no_loss(true_rate_hz: int) -> None:
    (checked,) = Device(true_rate_hz).play(300)
    assert isinstance(checked, RateChecked)
    assert checked.wrong
    assert checked.measured_hz == pytest.approx(true_rate_hz, rel=0.01)


@pytest.mark.parametrize(("true_rate_hz", "soon_s"), [(14_700, 11), (15_520, 15), (15_900, 63)])
def test_a_rate_is_told_the_sooner_the_farther_it_is_off(true_rate_hz: int, soon_s: int) -> None:
    assert len(Device(true_rate_hz).play(soon_s)) == 1


def test_a_wrong_rate_is_found_on_a_busy_machine() -> None:
    device = Device(14_700)
    device.busy_s = hangs(every_s=2.0, longest_s=0.5)
    (checked,) = device.play(120)
    assert isinstance(checked, RateChecked)


@pytest.mark.parametrize("seed", range(5))
def test_losses_that_are_admitted_are_no_wrong_rate(seed: int) -> None:
    """An estimate that is a little wrong adds to the next one, as a wrong rate would."""
    device = Device(seed=seed)
    rng = np.random.default_rng(seed)
    told = []
    for _ in range(100):
        told += device.play(rng.uniform(0.5, 6.0))
        device.admit(rng.uniform(0.05, 0.25))
    assert told == []


@pytest.mark.parametrize("seed", range(5))
def test_a_machine_that_hangs_again_and_again_gives_the_right_rate(seed: int) -> None:
    device = Device(seed=seed)
    device.busy_s = hangs(every_s=3.0, longest_s=2.0, seed=seed)
    assert device.play(1_200) == []


@pytest.mark.parametrize("shift_s", [0.12, -0.12])
def test_a_delay_that_changes_in_two_steps_is_no_rate(shift_s: float) -> None:
    """As when programs come and go that ask a sound server for other delays."""
    device = Device()
    told = device.play(20)
    for _ in range(2):
        device.lose(shift_s)
        told += device.play(5)
    assert told + device.play(60) == []


def test_a_rate_that_is_right_again_is_told() -> None:
    device = Device(14_700)
    assert len(device.play(60)) == 1
    device.rate_hz = RATE_HZ
    (checked,) = device.play(60)
    assert isinstance(checked, RateChecked)
    assert not checked.wrong


def test_what_a_device_admits_is_estimated_by_the_clock() -> None:
    device = Device()
    assert device.watch.admitted(0, 1_000.0) == 0
    device.play(10)
    device.lose(0.4)
    lost = device.watch.admitted(round(10 * RATE_HZ), device.now_s)
    assert lost / RATE_HZ == pytest.approx(0.4, abs=0.06)
