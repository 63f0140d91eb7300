"""The history against plain sums over what was written."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coughd.config.errors import StorageError, UsageError
from coughd.storage import history as history_module
from coughd.storage.history import History
from coughd.storage.reading.intervals import Interval, Tally
from coughd.storage.reading.local_time import from_us, to_us
from coughd.storage.records import (
    Change,
    Covered,
    EventDeleted,
    EventFinished,
    EventRescored,
    SourceSeen,
)
from coughd.storage.store import EventStore

from .facts import EPOCH_US, ORIGIN, SOURCE, by_hear, covered, event, open_store, seen

HOUR_S = 3600
DAY_S = 24 * HOUR_S
OTHER = "kitchen"
ZURICH = "Europe/Zurich"
# Many small stores: a busy disk would take seconds to sync each.
IN_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None


def moment(seconds: float) -> datetime:
    return from_us(EPOCH_US + round(seconds * 1_000_000), UTC)


def at_s(seconds: float) -> Callable[[], int]:
    return lambda: EPOCH_US + round(seconds * 1_000_000)


def microphone(source_id: str = SOURCE, *, seen_s: float = 0) -> SourceSeen:
    return SourceSeen(source_id, source_id.title(), "microphone", at_s(seen_s)())


@pytest.fixture
def write(store_path: Path) -> Iterator[Callable[..., object]]:
    with open_store(store_path) as store:
        yield lambda *changes: store.write(changes)


def opened(path: Path, *, timezone: str | None = "UTC", now_s: float = 10 * DAY_S) -> History:
    return History.open(path, timezone=timezone, clock=at_s(now_s))


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
    return changes


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
            epochs = history.epochs(start, end, source_ids=chosen)
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
        "Only 25% of the time was monitored, less than the 50% from which a cough rate is given."
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


def test_an_event_tells_what_is_known_of_it(store_path: Path, write: Callable[..., object]) -> None:
    write(seen(), event(onset_ms=1500))
    with opened(store_path, timezone=None) as history:
        (found,) = history.events()
        (source,) = history.sources()
    assert found.onset == moment(1.5)
    assert found.onset.tzinfo == history.zone == ZoneInfo(ZURICH)
    assert found.offset - found.onset == timedelta(milliseconds=300)
    assert (found.source_id, found.source_name, found.label) == (SOURCE, "Bedroom", "cough")
    assert (found.probability, found.scored_by, found.embedder) == (0.9, "open", "open@1a2b3c4d")
    assert found.scores["cough"] == 0.9
    assert (found.timezone, found.revision, found.counted, found.reason) == (ZURICH, 1, True, None)
    assert (source.source_id, source.name, source.kind) == (SOURCE, "Bedroom", "file")


def test_rejected_triggers_come_when_asked_for(
    store_path: Path, write: Callable[..., object]
) -> None:
    write(seen(), event("yes"), event("no", 5000, counted=False))
    with opened(store_path) as history:
        assert ["yes"] == [one.event_id for one in history.events()]
        found = list(history.events(counted_only=False))
    assert [("yes", None), ("no", "below_threshold")] == [(e.event_id, e.reason) for e in found]


def test_pages_lose_and_repeat_nothing(
    store_path: Path, write: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history_module, "PAGE_ROWS", 3)
    names = [f"{n:02}" for n in range(10)]
    # Four at the same onset, more than fit on a page.
    write(
        seen(),
        seen(OTHER),
        *(
            event(name, max(n - 3, 0) * 10, source_id=(SOURCE, OTHER)[n % 2])
            for n, name in enumerate(names)
        ),
    )
    with opened(store_path) as history:
        assert names == [one.event_id for one in history.events()]
        assert names[::-1] == [one.event_id for one in history.events(newest_first=True)]
        assert names[1::2] == [one.event_id for one in history.events(source_ids=[OTHER])]
        for limit in (0, 1, 3, 4, 9, 10, 11):
            assert names[:limit] == [one.event_id for one in history.events(limit=limit)]


def test_epochs_depend_on_gap_and_minimum(store_path: Path, write: Callable[..., object]) -> None:
    write(seen(), covered(0, 60), event("a", 0), event("b", 1000), event("c", 5000))
    with opened(store_path) as history:
        assert [("a", 2), ("c", 1)] == [(e.epoch_id, e.coughs) for e in history.epochs()]
        assert [("a", 3)] == [(e.epoch_id, e.coughs) for e in history.epochs(gap_s=4)]
        assert ["a"] == [e.epoch_id for e in history.epochs(minimum_coughs=2)]
        assert (1, 1) == (
            history.summary(gap_s=4).epochs,
            history.by_hour(minimum_coughs=2)[0].epochs,
        )
        assert history.by_hour(gap_s=4)[0].terms.gap_s == 4
        with pytest.raises(ValueError, match="gap above 0 s"):
            history.epochs(gap_s=0)


def test_an_epoch_belongs_to_the_day_of_its_first_onset(
    store_path: Path, write: Callable[..., object]
) -> None:
    # EPOCH_US is 08:00 UTC; sixteen hours later is midnight.
    night_ms = 16 * HOUR_S * 1000
    write(
        microphone(),
        covered(0, DAY_S),
        event("before midnight", night_ms - 500),
        event("after midnight", night_ms + 500),
    )
    with opened(store_path, now_s=DAY_S) as history:
        assert [(1, 1), (1, 0)] == [(day.coughs, day.epochs) for day in history.by_day()]
        assert [(1, 1), (1, 0)] == [(d.coughs, d.epochs) for d in history.by_day(gap_s=3)]
        (epoch,) = history.epochs(end=moment(night_ms / 1000))
        assert (epoch.coughs, history.epochs(moment(night_ms / 1000))) == (2, [])


def test_a_later_score_and_a_deletion_change_the_history(store_path: Path) -> None:
    with open_store(store_path) as store, open_history_after(store, store_path) as history:
        store.write([EventRescored("one", by_hear(counted=False, probability=0.1))])
        assert (history.summary().coughs, history.summary().rejected) == (1, 1)
        store.write([EventDeleted("two")])
        assert (history.summary().coughs, history.summary().rejected) == (0, 1)


def open_history_after(store: EventStore, path: Path) -> History:
    store.write([seen(), covered(0, 60), event("one"), event("two", 5000)])
    return opened(path)


def test_a_missing_store_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="there is no store yet"):
        History.open(tmp_path / "nothing.db")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0 but broken", b"hello\n" * 1000])
def test_another_file_is_no_store(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.db"
    path.write_bytes(content)
    with pytest.raises(StorageError, match=r"other\.db"):
        History.open(path)
    assert path.read_bytes() == content


def test_another_programs_database_is_no_store(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE meta (key, value)")
    connection.close()
    with pytest.raises(StorageError, match="not a coughd store"):
        History.open(path)


@pytest.mark.sqlite
@pytest.mark.parametrize(("version", "advice"), [("99", "upgrade coughd"), ("0", "coughd run")])
def test_a_store_of_another_version_is_refused(
    store_path: Path, write: Callable[..., object], version: str, advice: str
) -> None:
    write(seen())
    with sqlite3.connect(store_path) as connection:
        connection.execute("UPDATE meta SET value = ? WHERE key = 'schema_version'", [version])
    connection.close()
    with pytest.raises(StorageError, match=advice):
        History.open(store_path)


def test_an_empty_store_answers_with_nothing(
    store_path: Path, write: Callable[..., object]
) -> None:
    with opened(store_path, timezone=None) as history:
        assert (history.sources(), list(history.events()), history.by_hour()) == ([], [], [])
        assert history.summary().rate_withheld is not None
        assert str(history.zone) == "UTC"


def test_questions_that_make_no_sense_are_refused(
    store_path: Path, write: Callable[..., object]
) -> None:
    write(seen())
    with opened(store_path) as history:
        with pytest.raises(UsageError, match=r"no source 'attic'; it has: usb:1-1.2"):
            history.summary(source_ids=["attic"])
        with pytest.raises(ValueError, match="no UTC offset"):
            history.by_day(datetime(2026, 1, 1))  # noqa: DTZ001
        with pytest.raises(ValueError, match="before it begins"):
            history.by_day(moment(10), moment(0))


def test_reads_what_is_committed_while_the_store_is_written(store_path: Path) -> None:
    with open_store(store_path) as store:
        store.write([seen()])
        with opened(store_path) as history:
            pending = history.events()
            for number in range(3):
                store.write([event(f"{number}", number * 1000)])
                assert history.summary().coughs == number + 1
            assert len(list(pending)) <= 3


def test_several_threads_share_a_history(store_path: Path, write: Callable[..., object]) -> None:
    write(seen(), covered(0, HOUR_S), *(event(f"{n}", n * 100) for n in range(200)))
    answers: list[int] = []
    with opened(store_path) as history:

        def ask() -> None:
            for _ in range(5):
                answers.append(history.summary().coughs)
                answers.append(sum(1 for _ in history.events()))

        threads = [threading.Thread(target=ask) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert answers == [200] * 60


def test_the_documented_example_runs(
    store_path: Path, write: Callable[..., object], capsys: pytest.CaptureFixture[str]
) -> None:
    write(microphone(), covered(0, HOUR_S), event())
    page = (Path(__file__).parents[2] / "docs" / "history.md").read_text(encoding="utf-8")
    example = page.partition("```python\n")[2].partition("```")[0]
    assert "/var/lib/coughd/coughd.sqlite3" in example
    exec(
        compile(example.replace("/var/lib/coughd/coughd.sqlite3", str(store_path)), "docs", "exec")
    )
    told = capsys.readouterr().out.splitlines()
    assert told[0] == f"{SOURCE} Usb:1-1.2"
    assert told[-1] == "2027-01-15 09:00:00+01:00 Usb:1-1.2 0.9"
