from __future__ import annotations

import itertools
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import zmq

from coughd.config.errors import ConfigError, InputError, UsageError
from coughd.daemon.stream.items import Message
from coughd.daemon.subscriber import Subscriber

from .stream.fakes import FakeDaemon, start_message
from .subscribed import WAIT_S, at_the_end, seqs, take


@pytest.fixture
def daemon(tmp_path: Path) -> FakeDaemon:
    return FakeDaemon(tmp_path)


def test_from_now_gives_what_is_committed_from_now_on(daemon: FakeDaemon) -> None:
    for _ in range(5):
        daemon.commit()
    with daemon.running() as publisher, daemon.listen() as subscriber:
        assert at_the_end(subscriber, daemon)
        for lost in (False, False, True, True, False, True):
            daemon.commit(None if lost else publisher)
        publisher.publish([])
        daemon.commit(publisher)
        assert seqs(take(subscriber, 7)) == list(range(6, 13))


def test_thousands_come_page_by_page(daemon: FakeDaemon) -> None:
    for _ in range(3210):
        daemon.commit()
    with daemon.running(), daemon.listen(since_seq=0) as subscriber:
        assert seqs(take(subscriber, 3210)) == list(range(1, 3211))
        assert subscriber.counts.replayed == 3210


def test_a_lost_tail_shows_without_another_message(daemon: FakeDaemon) -> None:
    with daemon.running() as publisher, daemon.listen() as subscriber:
        assert at_the_end(subscriber, daemon)
        daemon.commit()
        publisher.publish([])
        publisher._last_seq = 1  # as if the queue had been full
        assert seqs(take(subscriber, 1)) == [1]


def test_a_cursor_goes_on_behind_what_was_taken(daemon: FakeDaemon, tmp_path: Path) -> None:
    cursor = tmp_path / "cursor.json"
    for _ in range(10):
        daemon.commit()
    with daemon.running():
        with daemon.listen(cursor_file=cursor, since_seq=0) as subscriber:
            assert seqs(take(subscriber, 4)) == [1, 2, 3, 4]
        # The body of the fourth was not followed by another turn: it may have been cut short.
        with daemon.listen(cursor_file=cursor) as subscriber:
            assert seqs(take(subscriber, 3)) == [4, 5, 6]
            subscriber.acknowledge()
        with daemon.listen(cursor_file=cursor, since_seq=0) as subscriber:
            assert seqs(take(subscriber, 4)) == [7, 8, 9, 10]


def test_what_was_cut_short_is_not_taken_by_entering_again(
    daemon: FakeDaemon, tmp_path: Path
) -> None:
    again = daemon.listen(cursor_file=tmp_path / "cursor.json", since_seq=0)
    for _ in range(3):
        daemon.commit()
    with daemon.running():
        for _ in range(2):
            with again as subscriber:
                assert seqs(take(subscriber, 1)) == [1]
        with daemon.listen(cursor_file=tmp_path / "cursor.json", since_seq=0) as other:
            assert seqs(take(other, 1)) == [1]


def test_from_now_is_kept_before_the_first_item(daemon: FakeDaemon, tmp_path: Path) -> None:
    cursor = tmp_path / "cursor.json"
    with daemon.running():
        daemon.commit()
        with daemon.listen(cursor_file=cursor) as subscriber:
            assert at_the_end(subscriber, daemon)
        daemon.commit()
        with daemon.listen(cursor_file=cursor) as subscriber:
            assert seqs(take(subscriber, 1)) == [2]


def test_a_daemon_that_is_away_is_waited_for(daemon: FakeDaemon) -> None:
    with daemon.listen(since_seq=0) as subscriber:
        assert list(subscriber.messages(0.1)) == []
        with daemon.running() as publisher:
            daemon.commit(publisher)
            assert seqs(take(subscriber, 1)) == [1]
        daemon.commit()
        assert list(subscriber.messages(0.1)) == []
        with daemon.running() as publisher:
            daemon.commit(publisher)
            assert seqs(take(subscriber, 2)) == [2, 3]


def test_the_filter_is_local_and_sees_no_gaps(daemon: FakeDaemon, tmp_path: Path) -> None:
    cursor = tmp_path / "cursor.json"
    with (
        daemon.running() as publisher,
        daemon.listen(
            cursor_file=cursor,
            since_seq=0,
            topics=["cough.event"],
            sources=["a"],
            labels=["cough", "sneeze"],
            accept=lambda message: message.seq != 9,
        ) as subscriber,
    ):
        for source, label in itertools.product("ab", ("cough", "speech", "sneeze")):
            daemon.commit(publisher, source=source, label=label)
        for _ in range(4):
            daemon.commit(publisher, source="a")
        assert seqs(take(subscriber, 5)) == [1, 3, 7, 8, 10]
        daemon.commit(publisher, source="b")
        assert at_the_end(subscriber, daemon)
        assert json.loads(cursor.read_text())["seq"] == 11


def test_ephemeral_messages_come_if_asked_for(daemon: FakeDaemon) -> None:
    with (
        daemon.running() as publisher,
        daemon.listen(ephemeral=True, topics=["cough"]) as subscriber,
        daemon.listen() as deaf,
    ):
        assert at_the_end(subscriber, daemon)
        assert at_the_end(deaf, daemon)
        publisher.publish_ephemeral(start_message("event-1"))
        daemon.commit(publisher)
        first, second = take(subscriber, 2)
        assert isinstance(first, Message)
        assert (first.topic, first.seq) == ("cough.event.start.home.mic", None)
        assert seqs([second]) == [1]
        assert seqs(take(deaf, 1)) == [1]


def test_a_start_that_its_end_overtook_is_dropped(daemon: FakeDaemon) -> None:
    with (
        daemon.running() as publisher,
        daemon.listen(ephemeral=True, topics=["cough"]) as subscriber,
    ):
        assert at_the_end(subscriber, daemon)
        daemon.commit(publisher)
        take(subscriber, 1)
        publisher.publish_ephemeral(start_message("event-1"))
        publisher.publish_ephemeral(start_message("event-2"))
        (item,) = take(subscriber, 1)
        assert isinstance(item, Message)
        assert item.body["event_id"] == "event-2"


def test_silence_is_measured(daemon: FakeDaemon) -> None:
    now_s = [100.0]
    with daemon.listen(clock=lambda: now_s[0]) as subscriber:
        now_s[0] += 60.0
        assert subscriber.silent_s == 60.0


@pytest.mark.parametrize("address", ["", "ipc", "foo://x", "tcp://127.0.0.1"])
def test_an_address_that_is_none_is_said(address: str) -> None:
    with pytest.raises(ConfigError, match="cannot connect"), Subscriber(address, address):
        pass


def test_a_cursor_that_is_none_is_said(daemon: FakeDaemon, tmp_path: Path) -> None:
    (tmp_path / "cursor").write_text("my novel")
    with pytest.raises(InputError), daemon.listen(cursor_file=tmp_path / "cursor"):
        pass


def test_importing_the_client_brings_nothing_heavy() -> None:
    program = "import sys, coughd.daemon.subscriber; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    heavy = {"tensorflow", "sounddevice", "onnxruntime", "sqlalchemy", "numpy", "soundfile"}
    assert heavy.isdisjoint(done.stdout.split())


def test_a_seq_below_zero_is_refused(daemon: FakeDaemon) -> None:
    with pytest.raises(UsageError):
        daemon.listen(since_seq=-1)


def test_a_store_that_cannot_be_read_delays_only(
    daemon: FakeDaemon, caplog: pytest.LogCaptureFixture
) -> None:
    daemon.commit()
    daemon.outbox.fail = True
    with daemon.running(), daemon.listen(since_seq=0) as subscriber:
        while subscriber.counts.failed_replays < 2:
            assert list(subscriber.messages(0.1)) == []
        assert "the disk is gone" in caplog.text
        daemon.outbox.fail = False
        assert seqs(take(subscriber, 1)) == [1]


def test_a_question_that_died_with_its_daemon_is_asked_again(daemon: FakeDaemon) -> None:
    daemon.commit()
    standing_still = 0.0  # so that no time-out can help
    with daemon.listen(since_seq=0, clock=lambda: standing_still) as subscriber:
        coughs = iter(subscriber)
        with zmq.Context() as context, context.socket(zmq.ROUTER) as dying:
            dying.bind(daemon.replay_address)
            with ThreadPoolExecutor() as pool:
                first = pool.submit(next, coughs)
                dying.recv_multipart()
                dying.close()
                Path(daemon.replay_address.removeprefix("ipc://")).unlink()
                with daemon.running():
                    assert seqs([first.result(WAIT_S)]) == [1]


def test_nonsense_on_the_wire_is_counted(daemon: FakeDaemon) -> None:
    with (
        zmq.Context() as context,
        context.socket(zmq.PUB) as noise,
        context.socket(zmq.ROUTER) as liar,
    ):
        noise.bind(daemon.publish_address)
        liar.bind(daemon.replay_address)
        with daemon.listen(since_seq=0) as subscriber:
            while subscriber.counts.malformed < 3:
                noise.send(b"noise")
                assert list(subscriber.messages(0.05)) == []
                if liar.poll(0):
                    peer, _ = liar.recv_multipart()
                    liar.send_multipart([peer, b"lies"])
