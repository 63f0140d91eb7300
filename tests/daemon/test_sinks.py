"""Where the loop hands over: what goes to stream, store, status and log."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import replace

import pytest
from fake_store import FakeStore, make_recorder
from fakes import FakeClock

from coughd.daemon.clips.ports import NoClips
from coughd.daemon.pipeline import Started
from coughd.daemon.recorder import Recorder
from coughd.daemon.sinks import Committed, StoreAndStream
from coughd.daemon.stream.publisher import Publisher
from coughd.daemon.supervision.latest import LatestEvents
from coughd.daemon.supervision.service_manager import ServiceManager
from coughd.daemon.supervision.tally import Tally
from coughd.storage.messages import Message, Sender
from coughd.storage.records import OutboxRow, SourceChanged

from ..storage.facts import EPOCH_US, ORIGIN, SOURCE, event

ROWS = [OutboxRow(1, "cough.event.end", "{}")]
PULLED = SourceChanged(SOURCE, "down", "gone", EPOCH_US, "it was pulled")


class ToldPublisher(Publisher):
    """Remembers what it was handed."""

    def __init__(self) -> None:
        self.rows: list[OutboxRow] = []
        self.ephemeral: list[Message] = []
        self.oldest_seq = 0

    def publish(self, rows: Sequence[OutboxRow]) -> None:
        self.rows += rows

    def publish_ephemeral(self, message: Message) -> None:
        self.ephemeral.append(message)

    def kept_from(self, oldest_seq: int) -> None:
        self.oldest_seq = oldest_seq


class ToldClips(NoClips):
    """Remembers what was committed."""

    def __init__(self) -> None:
        self.rows: list[OutboxRow] = []

    def told(self, rows: Collection[OutboxRow]) -> None:
        self.rows += rows


class ToldManager(ServiceManager):
    """Counts commits."""

    def __init__(self) -> None:
        super().__init__({})
        self.commits = 0

    def stored(self) -> None:
        self.commits += 1


class Sinks:
    """A sink, and all that stands behind it."""

    def __init__(self, microphones: Collection[str] = (SOURCE,)) -> None:
        clock = FakeClock(utc_us=EPOCH_US)
        self.store = FakeStore()
        self.recorder: Recorder = make_recorder(self.store)
        self.publisher = ToldPublisher()
        self.latest = LatestEvents({SOURCE}, clock)
        self.tally = Tally({SOURCE}, clock)
        self.sender = Sender(ORIGIN, "store")
        self.sink = StoreAndStream(
            lambda: self.sender,
            {SOURCE: "Bedroom"},
            microphones,
            self.recorder,
            self.publisher,
            self.latest,
            self.tally,
            clock,
        )


def test_whoever_waits_for_a_commit_hears_of_it() -> None:
    publisher, clips, manager = ToldPublisher(), ToldClips(), ToldManager()
    committed = Committed(publisher, clips, manager)
    committed.publish(ROWS)
    committed.kept_from(5)
    assert (publisher.rows, clips.rows, manager.commits) == (ROWS, ROWS, 1)
    assert publisher.oldest_seq == 5


def test_a_start_is_told_at_once_and_never_stored() -> None:
    sinks = Sinks()
    sinks.sink.started(Started("event-1", SOURCE, 16_000, EPOCH_US, 0.75))
    (message,) = sinks.publisher.ephemeral
    body = json.loads(message.body)
    assert message.topic.startswith("cough.event.start.")
    assert (body["seq"], body["event_id"], body["source"]["name"]) == (None, "event-1", "Bedroom")
    assert (body["onset_sample"], body["gate_score"]) == (16_000, 0.75)
    assert sinks.recorder.kept == 0


def test_a_start_names_the_store_that_there_is_now() -> None:
    """A database server that comes back with less than it had is another store."""
    sinks = Sinks()
    sinks.sender = Sender(ORIGIN, "another")
    sinks.sink.started(Started("event-1", SOURCE, 16_000, EPOCH_US, 0.75))
    (message,) = sinks.publisher.ephemeral
    assert json.loads(message.body)["store_id"] == "another"


def test_a_fact_is_stored_and_counted_and_reaches_the_stream_by_the_store_alone() -> None:
    sinks = Sinks()
    fact = event()
    with sinks.recorder:
        sinks.sink.keep(fact)
    (written,) = sinks.store.written
    assert written is fact
    assert sinks.tally.source(SOURCE).coughs == 1
    assert sinks.latest.last_cough_us(SOURCE) == fact.onset_us
    assert sinks.publisher.ephemeral == []


@pytest.mark.parametrize(
    ("microphones", "level"), [((SOURCE,), "WARNING"), ((), "INFO")], ids=["microphone", "file"]
)
def test_a_state_is_logged_once_though_it_is_told_again(
    microphones: Collection[str], level: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    sinks = Sinks(microphones)
    sinks.sink.keep(PULLED)
    sinks.sink.keep(replace(PULLED, told_before=True))
    assert [record.levelname for record in caplog.records] == [level]
    assert sinks.recorder.kept == 2
