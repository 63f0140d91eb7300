"""What a soak lets pass, and what it does not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest

from .balance import Line
from .bench import Burden
from .nights import Report

MEGABYTE = 1_000_000
SAMPLES = 500
MINUTES = 25.0
EVEN = Burden(240 * MEGABYTE, 51, 15)
SMALL = Burden(200 * MEGABYTE, 49, 15)


def report(burdens: Sequence[Burden], difference: int = 0, embedded: int = 9) -> Report:
    return Report(
        seed=1,
        nights=1,
        played_s=60.0,
        took_s=10.0,
        faults=Counter(),
        back_s={},
        stops_s=[],
        lines=[Line("coughs", {"played": 5 + difference, "stored": 5})],
        embedded=embedded,
        burdens=burdens,
        doctor=[],
        left_over=[],
    )


def growing(megabytes: float = 0.0, descriptors: float = 0.0) -> list[Burden]:
    """So much more each minute of a long life."""
    minutes = [MINUTES * number / SAMPLES for number in range(SAMPLES)]
    return [
        Burden(
            EVEN.resident_bytes + round(minute * megabytes * MEGABYTE),
            EVEN.descriptors + int(minute * descriptors),
            EVEN.threads,
        )
        for minute in minutes
    ]


def test_what_fills_up_in_the_beginning_is_no_growth() -> None:
    assert report([*[SMALL] * 100, *[EVEN] * 400]).is_balanced


@pytest.mark.parametrize(
    ("burdens", "grown"),
    [
        (growing(megabytes=1.0), ["memory"]),
        (growing(descriptors=0.5), ["descriptors"]),
        ([*[EVEN] * 450, *[Burden(EVEN.resident_bytes, 51, 16)] * 50], ["threads"]),
    ],
    ids=["memory", "descriptors", "a thread"],
)
def test_a_life_that_goes_on_growing_fails(burdens: list[Burden], grown: list[str]) -> None:
    assert report(burdens).grown == grown
    assert not report(burdens).is_balanced


def test_a_difference_of_one_fails() -> None:
    assert not report([EVEN] * SAMPLES, difference=1).is_balanced


def test_without_an_embedding_hears_process_has_proved_nothing() -> None:
    assert not report([EVEN] * SAMPLES, embedded=0).is_balanced
