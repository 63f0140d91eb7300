"""The sums stay right whatever comes, in whatever order."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
)

from coughd.config.errors import StorageError
from coughd.storage.engine import open_reader
from coughd.storage.place import store_url
from coughd.storage.records import (
    AnchorSet,
    Change,
    CoverageState,
    Covered,
    EventFinished,
    EventRescored,
    EventReviewed,
)
from coughd.storage.rollup import Tally, bucket_of, read_rollup, recompute, tally_span
from coughd.storage.schema import BUCKET_US, UTC_HOUR_US, rollup_hours
from coughd.storage.store import EventStore

from .facts import EPOCH_US, by_hear, covered, event, open_store, reading, scored, seen

MEMORY = "/dev/shm"
SECOND_US = 1_000_000
STRETCHES = {"a1": "a", "a2": "a", "b1": "b"}
COVERAGE_COLUMNS = {state: f"{state}_us" for state in get_args(CoverageState)}
# Close together and on both sides of a bucket's border, so that neighbours meet.
onsets_ms = st.one_of(
    st.integers(0, 40).map(lambda step: step * 250),
    st.integers(-8, 8).map(lambda step: 900_000 + step * 500),
)


@dataclass
class Kept:
    """What the test remembers of a stored event."""

    change: EventFinished
    counted: bool
    reviewed: bool = False


def expected_of_events(kept: list[Kept]) -> Tally:
    """The definitions of ARCHITECTURE.md, word by word, each cough against all others."""
    sums: Counter[Any] = Counter()
    counted = [each.change for each in kept if each.counted]
    seconds = {(cough.source_id, cough.onset_us // SECOND_US) for cough in counted}
    for source_id, second in seconds:
        sums[bucket_of(second * SECOND_US), source_id, "cough_seconds"] += 1
    for each in kept:
        change = each.change
        column = "coughs" if each.counted else "rejected"
        sums[bucket_of(change.onset_us), change.source_id, column] += 1
    for cough in counted:
        begins = not any(
            other.stretch_id == cough.stretch_id
            and (other.onset_us, other.event_id) < (cough.onset_us, cough.event_id)
            and cough.onset_us - other.offset_us < 2 * SECOND_US
            for other in counted
        )
        if begins:
            sums[bucket_of(cough.onset_us), cough.source_id, "epochs"] += 1
    return sums


def moved(change: EventFinished, by_s: int) -> EventFinished:
    return replace(
        change,
        onset_us=change.onset_us + by_s * SECOND_US,
        offset_us=change.offset_us + by_s * SECOND_US,
    )


def by_utc_hour(quarters: Tally) -> Tally:
    hours: Tally = Counter()
    for (bucket_us, source_id, column), total in quarters.items():
        hours[bucket_us // UTC_HOUR_US * UTC_HOUR_US, source_id, column] += total
    return hours


class RollupMachine(RuleBasedStateMachine):
    """Any facts in any order: stored sums == sums made anew == sums of what was sent."""

    stored = Bundle("stored")

    @initialize()
    def open(self) -> None:
        # Where there is a disk in memory, hundreds of commits need not wait for a real one.
        self.folder = tempfile.TemporaryDirectory(
            dir=MEMORY if os.access(MEMORY, os.W_OK) else None
        )
        self.path = Path(self.folder.name) / "coughd.db"
        self.store = open_store(self.path)
        anchors = [
            AnchorSet(source_id, stretch_id, 0, 16_000, 0, EPOCH_US, 16_000.0)
            for stretch_id, source_id in STRETCHES.items()
        ]
        self.store.write([seen("a"), seen("b"), *anchors])
        self.reader = open_reader(store_url(self.path))
        self.kept: dict[str, Kept] = {}
        self.ends: dict[tuple[str, int], int] = {}
        self.wrong_s = dict.fromkeys(STRETCHES.values(), 0)
        self.number = 0

    def teardown(self) -> None:
        self.reader.dispose()
        self.store.close()
        self.folder.cleanup()

    @rule(
        target=stored,
        found=st.lists(
            st.tuples(
                st.sampled_from(sorted(STRETCHES)),
                onsets_ms,
                st.sampled_from([250, 500, 2_000, 5_000]),
                st.booleans(),
                st.integers(0, 1_000_000),
            ),
            min_size=1,
            max_size=4,
        ),
    )
    def find(self, found: list[tuple[str, int, int, bool, int]]) -> Any:
        changes: list[Change] = []
        for stretch_id, onset_ms, length_ms, counted, shuffle in found:
            self.number += 1
            # Ids out of step with time and with arrival: order must not lean on them.
            event_id = f"{shuffle:07}-{self.number}"
            change = event(
                event_id,
                onset_ms,
                length_ms=length_ms,
                counted=counted,
                source_id=STRETCHES[stretch_id],
                stretch_id=stretch_id,
            )
            change = moved(change, self.wrong_s[change.source_id])
            self.kept[event_id] = Kept(change, counted)
            changes.append(change)
        self.store.write(changes)
        return multiple(
            *(change.event_id for change in changes if isinstance(change, EventFinished))
        )

    @rule(event_id=stored)
    def find_again(self, event_id: str) -> None:
        assert self.store.write([self.kept[event_id].change]) == []

    @rule(event_id=stored, counted=st.booleans())
    def rescore(self, event_id: str, counted: bool) -> None:
        self.store.write([EventRescored(event_id, by_hear(counted=counted))])
        if not self.kept[event_id].reviewed:
            self.kept[event_id].counted = counted

    @rule(
        event_id=stored,
        word=st.sampled_from(
            [("confirm", None), ("reject", None), ("relabel", "sneeze"), ("relabel", "cough")]
        ),
    )
    def review(self, event_id: str, word: tuple[Any, str | None]) -> None:
        verdict, label = word
        self.number += 1
        said_us = EPOCH_US + self.number
        self.store.write([EventReviewed(event_id, verdict, label, "anna", "", said_us)])
        self.kept[event_id].counted = verdict == "confirm" or label == "cough"
        self.kept[event_id].reviewed = True

    @rule(
        stretch_id=st.sampled_from(sorted(STRETCHES)),
        place=st.integers(0, 3),
        reach_s=st.integers(1, 700),
    )
    def cover(self, stretch_id: str, place: int, reach_s: int) -> None:
        """Four intervals of 700 s side by side, each growing, or told again as it was before."""
        start_s, state = place * 700, get_args(CoverageState)[place]
        source_id = STRETCHES[stretch_id]
        claim = covered(
            start_s, start_s + reach_s, state, source_id=source_id, stretch_id=stretch_id
        )
        by_us = self.wrong_s[source_id] * SECOND_US
        claim = replace(claim, start_us=claim.start_us + by_us, end_us=claim.end_us + by_us)
        self.store.write([claim])
        reached_s = self.ends.get((stretch_id, place), 0)
        self.ends[stretch_id, place] = max(reached_s, reach_s)

    @rule(
        source_id=st.sampled_from(["a", "b"]),
        by_s=st.sampled_from([-7_200, -700, -1, 1, 600, 86_400]),
    )
    def correct_the_clock(self, source_id: str, by_s: int) -> None:
        self.number += 1
        anchor = AnchorSet(source_id, source_id + "1", self.number, 16_000, 0, EPOCH_US, 16_000.0)
        anchor = replace(anchor, corrects_us=by_s * SECOND_US)
        told = self.store.write([anchor])
        assert self.store.write([anchor]) == []
        self.wrong_s[source_id] += by_s
        mine = [each for each in self.kept.values() if each.change.source_id == source_id]
        assert len(told) == len(mine)
        for each in mine:
            each.change = moved(each.change, by_s)

    @rule(event_id=stored)
    def fail(self, event_id: str) -> None:
        """A transaction that cannot be finished leaves the sums as they were."""
        other = by_hear(counted=not self.kept[event_id].counted)
        with pytest.raises(StorageError):
            self.store.write([EventRescored(event_id, other), event("x", source_id="unknown")])

    @invariant()
    def sums_agree(self) -> None:
        with self.reader.begin() as connection:
            stored, anew = read_rollup(connection), recompute(connection)
            hours = read_rollup(connection, rollup_hours)
        assert hours == by_utc_hour(stored)
        assert stored == anew
        assert stored == expected_of_events([*self.kept.values()]) + self.expected_coverage()

    def expected_coverage(self) -> Tally:
        sums: Counter[Any] = Counter()
        for (stretch_id, place), reached_s in self.ends.items():
            source_id = STRETCHES[stretch_id]
            column = COVERAGE_COLUMNS[get_args(CoverageState)[place]]
            begin_s = EPOCH_US // SECOND_US + self.wrong_s[source_id] + place * 700
            for second in range(begin_s, begin_s + reached_s):
                sums[bucket_of(second * SECOND_US), source_id, column] += SECOND_US
        return sums


RollupMachine.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
TestRollupMachine = RollupMachine.TestCase


@given(
    start_us=st.integers(0, 4 * BUCKET_US),
    length_us=st.integers(0, 4 * BUCKET_US),
)
def test_a_span_is_cut_at_the_borders_and_loses_nothing(start_us: int, length_us: int) -> None:
    tally: Tally = Counter()
    tally_span(tally, "a", "silent", start_us, start_us + length_us)
    assert sum(tally.values()) == length_us
    for (bucket_us, _, column), total in tally.items():
        assert column == "silent_us"
        overlap = min(bucket_us + BUCKET_US, start_us + length_us) - max(bucket_us, start_us)
        assert total == overlap > 0


def test_a_bucket_begins_at_the_quarter_hour() -> None:
    assert bucket_of(EPOCH_US + BUCKET_US - 1) == EPOCH_US
    assert bucket_of(EPOCH_US + BUCKET_US) == EPOCH_US + BUCKET_US


def test_sums_made_anew_name_each_kind(store: EventStore, store_path: Path) -> None:
    store.write([event(), event("event-2", 5_000, counted=False, scored=scored(counted=False))])
    with reading(store_path) as connection:
        anew = recompute(connection)
    assert dict(anew) == {
        (EPOCH_US, "usb:1-1.2", "coughs"): 1,
        (EPOCH_US, "usb:1-1.2", "cough_seconds"): 1,
        (EPOCH_US, "usb:1-1.2", "epochs"): 1,
        (EPOCH_US, "usb:1-1.2", "rejected"): 1,
    }


def test_time_heard_is_summed_by_its_state(store: EventStore, store_path: Path) -> None:
    facts: list[Covered] = [covered(0, 1000), covered(1000, 1100, "dropped")]
    store.write(facts)
    with reading(store_path) as connection:
        sums = dict(read_rollup(connection))
    assert sums == {
        (EPOCH_US, "usb:1-1.2", "ok_us"): 900 * SECOND_US,
        (EPOCH_US + BUCKET_US, "usb:1-1.2", "ok_us"): 100 * SECOND_US,
        (EPOCH_US + BUCKET_US, "usb:1-1.2", "dropped_us"): 100 * SECOND_US,
    }
