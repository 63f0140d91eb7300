from __future__ import annotations

from coughd.detectors.hear.backoff import Backoff


def rests(backoff: Backoff, count: int) -> list[float]:
    return [backoff.next_s() for _ in range(count)]


def test_rests_double_up_to_the_longest() -> None:
    assert [1, 2, 4, 8, 16, 32, 60, 60] == rests(Backoff(1, 60), 8)


def test_success_starts_over() -> None:
    backoff = Backoff(1, 60)
    rests(backoff, 5)
    backoff.reset()
    assert [1, 2] == rests(backoff, 2)


def test_a_hopeless_fault_rests_longest_at_once() -> None:
    backoff = Backoff(1, 60)
    backoff.lengthen()
    assert [60, 60] == rests(backoff, 2)
