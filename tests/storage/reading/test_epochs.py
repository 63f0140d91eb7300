"""Grouping coughs, on its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coughd.storage.reading.epochs import Cough, CoughGroup, group_coughs

LATE = 10**15


def cough(onset_us: int, offset_us: int, stretch: str = "a", source: str = "mic") -> Cough:
    return Cough(f"{source}-{stretch}-{onset_us}", source, stretch, onset_us, offset_us)


def groups(coughs: list[Cough], gap_us: int) -> list[CoughGroup]:
    return [*group_coughs(coughs, gap_us=gap_us, begin_before_us=LATE, carried_offsets_us={})]


def test_a_pause_of_the_gap_ends_an_epoch_and_a_shorter_one_does_not() -> None:
    assert [2] == [g.coughs for g in groups([cough(0, 300), cough(2_299, 2_600)], 2_000)]
    assert [1, 1] == [g.coughs for g in groups([cough(0, 300), cough(2_300, 2_600)], 2_000)]


def test_the_pause_is_measured_from_the_latest_end() -> None:
    (group,) = groups([cough(0, 5_000), cough(100, 200), cough(6_000, 6_100)], 2_000)
    assert (group.onset_us, group.offset_us, group.coughs) == (0, 6_100, 3)
    assert group.epoch_id == "mic-a-0"


def test_an_epoch_ends_where_its_stretch_ends() -> None:
    assert [1, 1] == [g.coughs for g in groups([cough(0, 300, "a"), cough(400, 700, "b")], 2_000)]


def test_two_sources_do_not_share_an_epoch() -> None:
    heard = [cough(0, 300, source="x"), cough(10, 310, source="y"), cough(900, 990, source="x")]
    assert [("x", 2), ("y", 1)] == [(g.source_id, g.coughs) for g in groups(heard, 2_000)]


COUGHS = st.lists(
    st.tuples(st.integers(0, 200), st.integers(1, 12), st.sampled_from("ab")), max_size=40
).map(
    lambda rows: [cough(onset, onset + length, stretch) for onset, length, stretch in sorted(rows)]
)


@given(COUGHS, st.integers(1, 20))
def test_equals_looking_at_every_pause(coughs: list[Cough], gap_us: int) -> None:
    found = groups(coughs, gap_us)
    assert sum(group.coughs for group in found) == len(coughs)
    assert [g.onset_us for g in found] == sorted(g.onset_us for g in found)
    for stretch in "ab":
        mine = [one for one in coughs if one.stretch_id == stretch]
        assert sum(g.epoch_id.split("-")[1] == stretch for g in found) == _breaks(mine, gap_us)


def _breaks(coughs: list[Cough], gap_us: int) -> int:
    count = 0
    for number, one in enumerate(coughs):
        earlier = coughs[:number]
        count += all(one.onset_us - before.offset_us >= gap_us for before in earlier)
    return count


@given(COUGHS, st.integers(1, 20), st.integers(0, 220), st.integers(0, 220))
def test_a_range_has_the_epochs_that_begin_in_it_whole(
    coughs: list[Cough], gap_us: int, one_us: int, other_us: int
) -> None:
    start_us, end_us = sorted((one_us, other_us))
    carried: dict[tuple[str, str], int] = {}
    for before in coughs:
        if before.onset_us < start_us:
            key = (before.source_id, before.stretch_id)
            carried[key] = max(before.offset_us, carried.get(key, 0))
    found = group_coughs(
        [one for one in coughs if one.onset_us >= start_us],
        gap_us=gap_us,
        begin_before_us=end_us,
        carried_offsets_us=carried,
    )
    assert [*found] == [g for g in groups(coughs, gap_us) if start_us <= g.onset_us < end_us]


def test_stops_reading_once_no_epoch_can_grow() -> None:
    def coughs() -> Iterator[Cough]:
        yield cough(90, 95)
        yield cough(110, 115)
        yield cough(200, 205)
        pytest.fail("read on")

    found = group_coughs(coughs(), gap_us=20, begin_before_us=100, carried_offsets_us={})
    assert [(90, 115, 2)] == [(g.onset_us, g.offset_us, g.coughs) for g in found]


def test_an_epoch_is_given_once_it_is_complete() -> None:
    def coughs() -> Iterator[Cough]:
        yield cough(0, 5)
        yield cough(10, 15, "b")
        yield cough(20, 25)
        yield cough(45, 50, "b")
        pytest.fail("read on")

    found = group_coughs(coughs(), gap_us=20, begin_before_us=LATE, carried_offsets_us={})
    first = next(found)
    assert (first.onset_us, first.offset_us, first.coughs) == (0, 25, 2)
