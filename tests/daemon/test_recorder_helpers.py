"""What the recorder asks of those beside it: who tells of commits, and who keeps room for them."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import pytest
from fake_store import FakeStore, NobodyListens, NothingToTidy, fact, make_recorder
from patience import until

from coughd.config.errors import StorageError, StorageFullError
from coughd.daemon import recorder as module
from coughd.storage.records import Change, OutboxRow


class Told(NobodyListens):
    """Remembers what it was told, and how much was stored then."""

    def __init__(self, store: FakeStore) -> None:
        self.seqs: list[int] = []
        self.oldest_seqs: list[int] = []
        self.was_ahead = False
        self._store = store

    def publish(self, rows: Sequence[OutboxRow]) -> None:
        self.seqs += [row.seq for row in rows]
        self.was_ahead |= len(self.seqs) > len(self._store.written)

    def kept_from(self, oldest_seq: int) -> None:
        self.oldest_seqs.append(oldest_seq)


@pytest.fixture(autouse=True)
def short_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that refuses is asked again soon."""
    monkeypatch.setattr(module, "FIRST_REST_S", 0.01)


def test_what_is_committed_is_told_in_its_order_and_nothing_before() -> None:
    store = FakeStore()
    told = Told(store)
    with make_recorder(store, announcer=told) as recorder:
        for number in range(1000):
            recorder.keep(fact(number))
    assert told.seqs == list(range(1, 1001))
    assert not told.was_ahead


def test_a_change_is_stored_as_the_housekeeper_gives_it() -> None:
    class Light(NothingToTidy):
        def lighten(self, changes: Sequence[Change]) -> Sequence[Change]:
            return [fact(0) for _ in changes]

    store = FakeStore()
    with make_recorder(store, housekeeper=Light()) as recorder:
        recorder.keep(fact(1))
    assert store.written == [fact(0)]


def test_it_tidies_before_anything_comes_and_tells_what_is_gone() -> None:
    class Tidy(NothingToTidy):
        def tidy(self) -> bool:
            return True

    store = FakeStore()
    told = Told(store)
    with make_recorder(store, housekeeper=Tidy(), announcer=told):
        pass
    assert told.oldest_seqs == [7]


def test_what_cannot_be_tidied_is_said_again_after_it_could(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Moody(NothingToTidy):
        turns = 0

        def tidy(self) -> bool:
            self.turns += 1
            if self.turns != 3:
                raise StorageError("a page is damaged")
            return False

    housekeeper = Moody()
    with make_recorder(FakeStore(), housekeeper=housekeeper) as recorder:
        for turn in range(2, 5):
            recorder.keep(fact(turn))
            until(lambda wanted=turn: housekeeper.turns >= wanted)  # type: ignore[misc]
    said = "a page is damaged; it is tried again, and events are stored meanwhile"
    assert caplog.messages == [said, said]


@pytest.mark.parametrize("also_fails", [False, True])
def test_a_full_disk_has_room_made_until_it_takes_what_was_heard(*, also_fails: bool) -> None:
    class MakesRoom(NothingToTidy):
        turns = 0

        def make_room(self) -> None:
            self.turns += 1
            if also_fails and self.turns == 1:
                raise StorageFullError("not even a page can be given up")
            store.refusing = None

    store = FakeStore()
    store.refusing = StorageFullError("the disk is full")
    housekeeper = MakesRoom()
    with make_recorder(store, housekeeper=housekeeper) as recorder:
        recorder.keep(fact(1))
    assert store.written == [fact(1)]
    assert housekeeper.turns == 1 + also_fails


def test_no_room_is_made_for_what_has_another_reason() -> None:
    class MakesRoom(NothingToTidy):
        turns = 0

        def make_room(self) -> None:
            self.turns += 1

    store = FakeStore()
    store.refusing = StorageError("the disk is broken")
    housekeeper = MakesRoom()
    with make_recorder(store, housekeeper=housekeeper) as recorder:
        recorder.keep(fact(1))
        store.until(lambda: store.refused >= 2)
        store.refusing = None
    assert housekeeper.turns == 0


def test_why_nothing_is_taken_is_said_once_and_so_is_its_end(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    store = FakeStore()
    store.refusing = StorageError("the disk is broken")
    with make_recorder(store) as recorder:
        recorder.keep(fact(1))
        store.until(lambda: store.refused >= 3)
        assert recorder.counts.refused == "the disk is broken"
        store.refusing = None
        until(lambda: recorder.counts.refused is None)
    assert caplog.messages == [
        "the disk is broken; everything heard waits in memory meanwhile",
        "the store takes events again",
    ]


def test_the_last_commit_is_as_old_as_it_says() -> None:
    now_s = 100.0
    store = FakeStore()
    with make_recorder(store, clock=lambda: now_s) as recorder:
        now_s = 105.0
        assert recorder.counts.commit_age_s == 5.0
        recorder.keep(fact(1))
        until(lambda: recorder.counts.commit_age_s == 0.0)


def test_what_is_lost_is_said_beside_the_error_that_ends_the_daemon(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "CLOSE_S", 0.2)
    store = FakeStore()
    store.refusing = StorageError("the disk is broken")
    recorder = make_recorder(store)
    recorder.__enter__()
    recorder.keep(fact(1))
    recorder.__exit__(ZeroDivisionError, ZeroDivisionError(), None)
    assert caplog.messages[-1] == "the store took no more: 1 changes are not written"
