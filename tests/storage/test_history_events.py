"""Single events, pages of them, and epochs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from coughd.storage.history import History
from coughd.storage.reading import pages
from coughd.storage.records import EventRescored, EventReviewed
from coughd.storage.store import EventStore

from .facts import EPOCH_US, SOURCE, by_hear, covered, event, open_store, seen
from .opened import DAY_S, HOUR_S, OTHER, ZURICH, microphone, moment, opened


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
    monkeypatch.setattr(pages, "PAGE_ROWS", 3)
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


def test_epochs_go_on_from_page_to_page(
    store_path: Path, write: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "PAGE_ROWS", 3)
    # Five at one onset; the last but one of a page and the first of the next are one epoch.
    onsets_ms = [0, 0, 0, 0, 0, 500, 9000, 20_000, 20_900]
    write(seen(), *(event(f"{number}", at_ms) for number, at_ms in enumerate(onsets_ms)))
    with opened(store_path) as history:
        found = [(epoch.epoch_id, epoch.coughs) for epoch in history.epochs()]
        assert found == [("0", 6), ("6", 1), ("7", 2)]
        assert (history.summary(gap_s=2.5).epochs, history.summary(gap_s=9).epochs) == (3, 2)


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
        assert (epoch.coughs, [*history.epochs(moment(night_ms / 1000))]) == (2, [])


def test_a_later_score_and_a_review_change_the_history(store_path: Path) -> None:
    with open_store(store_path) as store, open_history_after(store, store_path) as history:
        store.write([EventRescored("one", by_hear(counted=False, probability=0.1))])
        assert (history.summary().coughs, history.summary().rejected) == (1, 1)
        store.write([EventReviewed("two", "reject", None, "anna", "", EPOCH_US)])
        assert (history.summary().coughs, history.summary().rejected) == (0, 2)


def open_history_after(store: EventStore, path: Path) -> History:
    store.write([seen(), covered(0, 60), event("one"), event("two", 5000)])
    return opened(path)
