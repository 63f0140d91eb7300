"""One source's faults: which is told, when, and when it is over."""

from __future__ import annotations

import pytest

from coughd.daemon.sources.ports import Finished, Gap, Lost, Opened, RateChecked
from coughd.daemon.supervision.health import SourceHealth, Turn
from coughd.detectors.condition import Heard, State

RATE_HZ = 8_000
CELL = 800


class Listener:
    """Hands cells of 100 ms to the health of one source."""

    def __init__(self) -> None:
        self.health = SourceHealth()
        self._sample = 0
        self.told = [self.health.opened(Opened(RATE_HZ, 1, 0, None, "a fake"))]

    def hear(
        self, state: State, seconds: float, level_dbfs: float = -40.0, constant: float | None = None
    ) -> list[str]:
        causes: list[str] = []
        for _ in range(round(seconds * 10)):
            end = self._sample + CELL
            turn = self.health.hear([Heard(self._sample, end, state, level_dbfs, constant)])
            self._sample = end
            if turn is not None:
                causes.append(turn.cause)
        return causes


def test_an_opening_is_told_and_good_sound_is_not() -> None:
    listener = Listener()
    assert listener.told == [Turn("up", "opened", "a fake")]
    assert listener.hear("ok", 600) == []


def test_a_file_whose_name_is_no_text_is_told_in_text() -> None:
    turn = SourceHealth().opened(Opened(RATE_HZ, 1, 0, None, "caf\udce9.wav"))
    assert turn is not None
    assert turn.detail == "caf\N{REPLACEMENT CHARACTER}.wav"


@pytest.mark.parametrize(
    ("constant", "cause", "says"),
    [(0.0, "zeros", "muted"), (-0.5, "constant", "-0.5000"), (2**-15, "constant", "stuck")],
)
def test_dead_sound_is_told_apart_by_its_value(constant: float, cause: str, says: str) -> None:
    listener = Listener()
    turn = listener.health.hear([Heard(0, 10 * RATE_HZ, "silent", -120.0, constant)])
    assert turn is not None
    assert (turn.state, turn.cause) == ("silent", cause)
    assert says in turn.detail
    assert listener.hear("silent", 100, constant=constant) == []
    assert listener.hear("ok", 1) == ["well"]


def test_clipping_that_lasts_is_told_and_a_clipped_cough_is_not() -> None:
    listener = Listener()
    for _ in range(20):
        assert listener.hear("clipped", 0.4) == []
        assert listener.hear("ok", 5) == []
    assert listener.hear("clipped", 3) == ["clipping"]
    assert listener.hear("ok", 50) == []
    assert listener.hear("clipped", 0.1) == []
    assert listener.hear("ok", 59.9) == []
    assert listener.hear("ok", 0.5) == ["well"]


def test_a_loss_is_told_until_a_minute_went_well() -> None:
    listener = Listener()
    listener.hear("ok", 5)
    gap = Gap(40_000, 800, "about 800 samples")
    assert listener.health.missed(gap) == Turn("up", "losing", "about 800 samples")
    for _ in range(5):
        listener.hear("ok", 50)
        assert listener.health.missed(gap) is None
    assert listener.hear("ok", 59.9) == []
    assert listener.hear("ok", 0.5) == ["well"]


def test_a_wrong_rate_is_told_in_numbers() -> None:
    listener = Listener()
    turn = listener.health.rate_checked(RateChecked(7_350.0, wrong=True))
    assert turn is not None
    assert (turn.state, turn.cause) == ("up", "wrong_rate")
    assert "about 7350 samples come in a second, not 8000" in turn.detail
    turn = listener.health.rate_checked(RateChecked(8_000.0, wrong=False))
    assert turn is not None
    assert turn.cause == "well"


def test_the_worst_fault_is_told_and_the_next_one_after_it() -> None:
    listener = Listener()
    assert listener.hear("clipped", 2) == ["clipping"]
    listener.health.rate_checked(RateChecked(7_350.0, wrong=True))
    assert listener.hear("silent", 1, constant=0.0) == ["zeros"]
    assert listener.hear("ok", 1) == ["wrong_rate"]
    turn = listener.health.rate_checked(RateChecked(8_000.0, wrong=False))
    assert turn is not None
    assert turn.cause == "clipping"


def test_an_outage_forgets_faults_and_level() -> None:
    listener = Listener()
    listener.hear("silent", 2, constant=0.0)
    turn = listener.health.lost(Lost("it was pulled", "gone"))
    assert turn == Turn("down", "gone", "it was pulled")
    assert listener.health.level_dbfs is None
    listener.health.opened(Opened(RATE_HZ, 1, 0, None, "again"))
    assert listener.hear("silent", 2, constant=0.0) == ["zeros"]


def test_what_was_clipped_before_an_outage_is_forgotten() -> None:
    listener = Listener()
    assert listener.hear("clipped", 2) == ["clipping"]
    listener.health.lost(Lost("it was pulled", "gone"))
    listener.health.opened(Opened(RATE_HZ, 1, 0, None, "again"))
    assert listener.hear("ok", 1) == []
    assert listener.hear("clipped", 0.5) == []


def test_the_end_of_a_file_is_no_outage() -> None:
    turn = Listener().health.finished(Finished("heard to its end", damaged=False))
    assert turn == Turn("down", "finished", "heard to its end")


def test_the_level_is_that_of_the_last_second() -> None:
    listener = Listener()
    listener.hear("ok", 0.9, level_dbfs=-30.0)
    assert listener.health.level_dbfs is None
    listener.hear("ok", 0.2, level_dbfs=-30.0)
    assert listener.health.level_dbfs == pytest.approx(-30.0)
    listener.hear("ok", 2.0, level_dbfs=-60.0)
    assert listener.health.level_dbfs == pytest.approx(-60.0)
