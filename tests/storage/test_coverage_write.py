"""Intervals of coverage: grown, told again, never counted twice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coughd.storage.coverage_write import uncovered
from coughd.storage.records import Covered
from coughd.storage.rollup import read_rollup, recompute
from coughd.storage.schema import coverage
from coughd.storage.store import EventStore

from .facts import EPOCH_US, RATE_HZ, covered, reading


def stored_intervals(path: Path) -> list[tuple[float, float, str]]:
    """Start and end in seconds, and the state; and the sums must agree with them."""
    with reading(path) as connection:
        assert read_rollup(connection) == recompute(connection)
        found = connection.execute(coverage.select().order_by(coverage.c.start_sample)).all()
    for row in found:
        assert row.end_us - row.start_us == (row.end_sample - row.start_sample) * 1_000_000 / 16_000
    return [(row.start_sample / RATE_HZ, row.end_sample / RATE_HZ, row.state) for row in found]


def test_a_claim_sent_again_extends_its_interval(store: EventStore, store_path: Path) -> None:
    for end_s in (10, 20, 20, 15, 2_000):
        store.write([covered(0, end_s)])
    assert stored_intervals(store_path) == [(0, 2_000, "ok")]


def test_intervals_side_by_side_stay_apart(store: EventStore, store_path: Path) -> None:
    store.write([covered(0, 10), covered(10, 20), covered(20, 30, "silent"), covered(10, 20)])
    assert stored_intervals(store_path) == [(0, 10, "ok"), (10, 20, "ok"), (20, 30, "silent")]


def test_only_its_own_claim_lets_an_interval_grow(store: EventStore, store_path: Path) -> None:
    store.write([covered(0, 100), covered(50, 150), covered(50, 200)])
    assert stored_intervals(store_path) == [(0, 100, "ok"), (100, 200, "ok")]


def test_a_file_heard_again_with_other_settings_counts_no_time_twice(
    store: EventStore, store_path: Path
) -> None:
    store.write([covered(0, 100), covered(100, 200, "silent"), covered(200, 250)])
    store.write(
        [covered(0, 120), covered(120, 180, "silent"), covered(180, 300), covered(180, 400)]
    )
    assert stored_intervals(store_path) == [
        (0, 100, "ok"),
        (100, 200, "silent"),
        (200, 400, "ok"),
    ]


def test_a_wall_clock_set_back_takes_no_heard_time_away(
    store: EventStore, store_path: Path
) -> None:
    store.write([covered(0, 10)])
    store.write([replace(covered(0, 11), end_us=EPOCH_US + 9_000_000)])
    with reading(store_path) as connection:
        (row,) = connection.execute(coverage.select()).all()
        assert read_rollup(connection) == recompute(connection)
    assert (row.end_sample, row.end_us) == (11 * RATE_HZ, EPOCH_US + 10_000_000)


claims = st.lists(
    st.tuples(
        st.integers(0, 2_000), st.integers(1, 1_500), st.sampled_from(["ok", "silent", "dropped"])
    ),
    min_size=1,
    max_size=8,
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(told=claims)
def test_any_claims_in_any_order_cover_their_time_once(
    store: EventStore, store_path: Path, told: list[tuple[int, int, str]]
) -> None:
    stretch_id = f"stretch of {told}"
    expected: dict[int, str] = {}
    for start_s, length_s, state in told:
        store.write([covered(start_s, start_s + length_s, state, stretch_id=stretch_id)])
        for second in range(start_s, start_s + length_s):
            expected.setdefault(second, state)
    with reading(store_path) as connection:
        assert read_rollup(connection) == recompute(connection)
        found = connection.execute(
            coverage.select().where(coverage.c.stretch_id == stretch_id)
        ).all()
    assert sorted(
        (second, row.state)
        for row in found
        for second in range(row.start_sample // RATE_HZ, row.end_sample // RATE_HZ)
    ) == sorted(expected.items())


@given(
    claim=st.tuples(st.integers(0, 50), st.integers(0, 50)).map(sorted),
    borders=st.lists(st.integers(0, 50), unique=True).map(sorted),
)
def test_pieces_and_stored_intervals_share_no_sample(claim: list[int], borders: list[int]) -> None:
    begin, end = claim
    stored = [
        covered(start, stop)
        for start, stop in zip(borders[::2], borders[1::2], strict=False)
        if start < end and stop > begin
    ]
    held = {second for each in stored for second in seconds(each)}
    pieces = uncovered(covered(begin, end), stored)
    free = [second for piece in pieces for second in seconds(piece)]
    assert free == [second for second in range(begin, end) if second not in held]
    for piece in pieces:
        assert (piece.start_us - EPOCH_US) * RATE_HZ == piece.start_sample * 1_000_000
        assert (piece.end_us - EPOCH_US) * RATE_HZ == piece.end_sample * 1_000_000


def seconds(interval: Covered) -> range:
    return range(interval.start_sample // RATE_HZ, interval.end_sample // RATE_HZ)
