"""The history against plain sums over what was written."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from coughd.storage.reading.intervals import Interval, Tally
from coughd.storage.reading.local_time import to_us
from coughd.storage.records import Change, Covered, EventFinished
from coughd.storage.store import EventStore

from .facts import ORIGIN, SOURCE, covered, event
from .opened import DAY_S, HOUR_S, OTHER, ZURICH, at_s, microphone, moment, opened

# Many small stores: a busy disk would take seconds to sync each.
IN_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None


@st.composite
def facts(draw: st.DrawFn) -> list[Change]:
    """Two sources with a few stretches of coverage each, coughs and rejected triggers in them."""
    changes: list[Change] = []
    for source_id in (SOURCE, OTHER):
        changes.append(microphone(source_id))
        start_s = 0
        for number in range(draw(st.integers(1, 4))):
            stretch_id = f"{source_id}/{number}"
            start_s += draw(st.integers(0, 2 * HOUR_S))
            for state in draw(
                st.lists(st.sampled_from(["ok", "clipped", "silent", "dropped"]), max_size=4)
            ):
                end_s = start_s + draw(st.integers(1, 3 * HOUR_S))
                changes.append(
                    covered(start_s, end_s, state, source_id=source_id, stretch_id=stretch_id)
                )
                onsets_ms = st.integers(start_s * 1000, end_s * 1000)
                near_ms = draw(onsets_ms)
                onsets_ms |= st.integers(near_ms, near_ms + 20_000)
                changes += [
                    event(
                        f"{stretch_id}:{state}:{onset_ms}",
                        onset_ms,
                        length_ms=draw(st.integers(1, 3000)),
                        counted=draw(st.booleans()),
                        source_id=source_id,
                        stretch_id=stretch_id,
                    )
                    for onset_ms in draw(st.lists(onsets_ms, max_size=8, unique=True))
                ]
                start_s = end_s
    # Where two of one state touch an onset may be drawn twice, and an event is stored once.
    named = {_name(one) or str(number): one for number, one in enumerate(changes)}
    return list(named.values())


def _name(change: Change) -> str | None:
    return change.event_id if isinstance(change, EventFinished) else None


RANGES = st.tuples(st.integers(-DAY_S, 2 * DAY_S), st.integers(0, 2 * DAY_S)).map(
    lambda pair: (moment(pair[0] + 0.25), moment(pair[0] + pair[1] + 0.75))
)
ZONES = st.sampled_from(
    [ZURICH, "UTC", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns", "Pacific/Chatham"]
)


def plain_sum(changes: list[Change], start: datetime, end: datetime, source_ids: set[str]) -> Tally:
    start_us, end_us = to_us(start), to_us(end)
    inside = [
        one
        for one in changes
        if isinstance(one, EventFinished)
        and one.source_id in source_ids
        and start_us <= one.onset_us < end_us
    ]
    coughs = [one for one in inside if one.scored.counted]
    heard = {"ok": 0, "clipped": 0, "silent": 0, "dropped": 0}
    for span in changes:
        if isinstance(span, Covered) and span.source_id in source_ids:
            heard[span.state] += max(min(span.end_us, end_us) - max(span.start_us, start_us), 0)
    return Tally(
        coughs=len(coughs),
        cough_seconds=len({(one.source_id, one.onset_us // 1_000_000) for one in coughs}),
        epochs=sum(not _follows(one, changes, 2_000_000) for one in coughs),
        rejected=len(inside) - len(coughs),
        ok_us=heard["ok"],
        clipped_us=heard["clipped"],
        silent_us=heard["silent"],
        dropped_us=heard["dropped"],
    )


def _follows(one: EventFinished, changes: list[Change], gap_us: int) -> bool:
    return any(
        isinstance(before, EventFinished)
        and before.scored.counted
        and before.stretch_id == one.stretch_id
        and before.onset_us < one.onset_us
        and one.onset_us - before.offset_us < gap_us
        for before in changes
    )


def added(intervals: list[Interval]) -> Tally:
    total = Tally()
    for interval in intervals:
        total = total.plus(interval.tally)
    return total


@settings(max_examples=40, deadline=None)
@given(facts(), RANGES, ZONES, st.sampled_from([{SOURCE}, {OTHER}, {SOURCE, OTHER}]))
def test_hours_add_up_to_days_to_the_total_to_what_was_written(
    changes: list[Change], asked: tuple[datetime, datetime], zone: str, source_ids: set[str]
) -> None:
    start, end = asked
    chosen = sorted(source_ids)
    with TemporaryDirectory(dir=IN_MEMORY) as folder:
        path = Path(folder) / "coughd.db"
        with EventStore.open(path, ORIGIN, at_s(0)) as store:
            store.write(changes)
        with opened(path, timezone=zone) as history:
            hours = history.by_hour(start, end, source_ids=chosen)
            days = history.by_day(start, end, source_ids=chosen)
            total = history.summary(start, end, source_ids=chosen)
            epochs = [*history.epochs(start, end, source_ids=chosen)]
            # A gap of its own, however close, is derived from the events.
            derived = history.by_hour(start, end, source_ids=chosen, gap_s=2.000_000_1)
            bouts = history.by_day(start, end, source_ids=chosen, minimum_coughs=2)
    assert plain_sum(changes, start, end, source_ids) == total.tally
    for rows in (hours, days):
        assert total.tally == added(rows)
        assert total.elapsed_us == sum(row.elapsed_us for row in rows)
        for row in rows:
            assert plain_sum(changes, row.start, row.end, source_ids) == row.tally
    assert [row.tally for row in hours] == [row.tally for row in derived]
    assert total.epochs == len(epochs)
    for row in hours:
        assert row.epochs == sum(row.start <= epoch.onset < row.end for epoch in epochs)
    for day in bouts:
        begun = [epoch for epoch in epochs if day.start <= epoch.onset < day.end]
        assert day.epochs == sum(epoch.coughs >= 2 for epoch in begun)
