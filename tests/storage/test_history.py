"""Rates, monitored time and coverage, each in a case of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from coughd.storage.history import History
from coughd.storage.records import Listening

from .facts import EPOCH_US, SOURCE, covered, event, seen
from .opened import DAY_S, HOUR_S, OTHER, at_s, microphone, moment, opened


def test_a_rate_is_coughs_by_monitored_hours(
    store_path: Path, write: Callable[..., object]
) -> None:
    write(microphone(), covered(0, 6 * HOUR_S), *(event(f"{n}", n * 60_000) for n in range(12)))
    with opened(store_path, now_s=8 * HOUR_S) as history:
        total = history.summary()
    assert (total.coughs, total.monitored_s, total.elapsed_s) == (12, 6 * HOUR_S, 8 * HOUR_S)
    assert total.coverage == 0.75
    assert total.rate_withheld is None
    assert total.rate_per_hour == 2.0
    assert total.rate_low == pytest.approx(6.20 / 6, rel=0.01)
    assert total.rate_high == pytest.approx(20.96 / 6, rel=0.01)


def test_below_the_stated_coverage_there_is_no_rate(
    store_path: Path, write: Callable[..., object]
) -> None:
    write(microphone(), covered(0, HOUR_S), event())
    with opened(store_path, now_s=4 * HOUR_S) as history:
        total = history.summary()
        first, *later = history.by_hour(moment(0), moment(4 * HOUR_S))
    assert (total.rate_per_hour, total.rate_low, total.rate_high) == (None, None, None)
    assert total.rate_withheld == (
        "Only 25 % of the time was monitored, less than the 50 % from which a cough rate is given."
    )
    assert first.rate_per_hour == 1.0
    assert {row.rate_withheld for row in later} == {
        "Nothing was monitored, so there is no cough rate."
    }
    with History.open(store_path, minimum_coverage=0.2, clock=at_s(4 * HOUR_S)) as history:
        assert history.summary().rate_per_hour == 1.0


def test_silent_and_dropped_time_is_not_monitored(
    store_path: Path, write: Callable[..., object]
) -> None:
    write(
        microphone(),
        covered(0, 100),
        covered(100, 250, "silent"),
        covered(250, 450, "dropped"),
        covered(450, 500, "clipped"),
    )
    with opened(store_path, now_s=500) as history:
        total = history.summary()
    assert (total.monitored_s, total.elapsed_s, total.coverage) == (150, 500, 0.3)


def test_an_unfinished_hour_has_elapsed_until_now(
    store_path: Path, write: Callable[..., object]
) -> None:
    write(microphone(), covered(0, HOUR_S + 600), event("late", (HOUR_S + 30) * 1000))
    with opened(store_path, now_s=HOUR_S + 600) as history:
        *_, unfinished = history.by_hour(moment(0), moment(2 * HOUR_S))
    assert (unfinished.elapsed_s, unfinished.coverage) == (600, 1.0)
    assert unfinished.rate_per_hour == 6.0


def test_a_short_range_round_an_hours_border_is_two_rows(
    store_path: Path, write: Callable[..., object]
) -> None:
    write(microphone(), covered(HOUR_S - 10, HOUR_S + 10), event("late", HOUR_S * 1000 + 300))
    with opened(store_path) as history:
        before, after = history.by_hour(moment(HOUR_S - 1), moment(HOUR_S + 2))
    assert [(row.coughs, row.monitored_s) for row in (before, after)] == [(0, 1), (1, 2)]


def test_a_source_added_later_takes_no_coverage_from_what_was_before(
    store_path: Path, write: Callable[..., object]
) -> None:
    write(microphone(), covered(0, 2 * HOUR_S), microphone(OTHER, seen_s=HOUR_S))
    with opened(store_path, now_s=2 * HOUR_S) as history:
        hours = history.by_hour()
    assert [1.0, 0.5] == [row.coverage for row in hours]
    assert [HOUR_S, 2 * HOUR_S] == [row.elapsed_s for row in hours]


def test_a_file_ends_where_it_was_last_heard(
    store_path: Path, write: Callable[..., object]
) -> None:
    write(seen(), covered(0, 90), event())
    with opened(store_path, now_s=DAY_S) as history:
        assert (history.summary().elapsed_s, history.summary().coverage) == (90, 1.0)
        assert history.extent() == (moment(0), moment(90))


def test_two_claims_on_the_same_time_do_not_cover_it_twice(
    store_path: Path, write: Callable[..., object]
) -> None:
    write(microphone(), covered(0, 60), covered(0, 60, stretch_id="after the clock went back"))
    with opened(store_path, now_s=60) as history:
        assert history.summary().coverage == 1.0


def test_coverage_is_told_with_the_time_off(store_path: Path, write: Callable[..., object]) -> None:
    write(microphone(), covered(60, 120), covered(120, 180, "silent"), covered(300, 360))
    with opened(store_path, now_s=400) as history:
        spans = list(history.coverage(moment(30), moment(1000)))
    assert [
        (30, 60, "off"),
        (60, 120, "ok"),
        (120, 180, "silent"),
        (180, 300, "off"),
        (300, 360, "ok"),
        (360, 400, "off"),
    ] == [
        (
            (span.start_us - EPOCH_US) / 1e6,
            (span.end_us - EPOCH_US) / 1e6,
            span.state,
        )
        for span in spans
    ]


def test_a_microphone_that_was_taken_away_costs_no_coverage_afterwards(
    store_path: Path, write: Callable[..., object]
) -> None:
    write(Listening((SOURCE, OTHER)), microphone(), microphone(OTHER))
    write(covered(0, HOUR_S), covered(0, HOUR_S, source_id=OTHER, stretch_id="other"))
    with opened(store_path, now_s=2 * HOUR_S) as history:
        assert history.summary().coverage == 0.5
    write(Listening((SOURCE,)), covered(HOUR_S, 3 * HOUR_S))
    with opened(store_path, now_s=3 * HOUR_S) as history:
        total = history.summary()
        assert (total.coverage, total.elapsed_s) == (1.0, 4 * HOUR_S)
        assert [span.state for span in history.coverage(source_ids=[OTHER])] == ["ok"]
    write(Listening((SOURCE, OTHER)))
    with opened(store_path, now_s=3 * HOUR_S) as history:
        assert history.summary(source_ids=[OTHER]).coverage == pytest.approx(1 / 3)
