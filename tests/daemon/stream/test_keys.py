"""Who is let in over tcp: real sockets, right and wrong keys, and garbage."""

from __future__ import annotations

import logging
import os
import socket
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from patience import PATIENCE_S, until

from coughd.config.errors import ConfigError
from coughd.daemon.stream.address import Admission
from coughd.daemon.stream.client_key import ClientKey
from coughd.daemon.stream.guard import Guard
from coughd.daemon.stream.key_ring import KeyRing, client_file, write_secret
from coughd.daemon.stream.publisher import Publisher
from coughd.daemon.stream.replay import ReplayServer
from coughd.daemon.subscriber import Message, Subscriber
from coughd.daemon.supervision.status_client import Asked, ask_status

from .fakes import FakeOutbox, durable, heartbeat

NOW = "2026-11-21T12:00:00+00:00"


def own_addresses() -> list[str]:
    """The loopback, and an address of this machine off it where there is one."""
    said = subprocess.run(
        ["hostname", "--all-ip-addresses"], capture_output=True, text=True, check=False
    )
    others = [each for each in said.stdout.split() if ":" not in each]
    return ["127.0.0.1", *others[:1]]


def free_port(host: str) -> int:
    with socket.create_server((host, 0)) as found:
        return int(found.getsockname()[1])


class Daemon:
    """Both sockets on tcp, with keys, over an outbox in memory."""

    def __init__(self, data_dir: Path, host: str) -> None:
        self.ring = KeyRing(data_dir)
        self.outbox = FakeOutbox()
        self.publish_address = f"tcp://{host}:{free_port(host)}"
        self.replay_address = f"tcp://{host}:{free_port(host)}"
        self.last_seq = 0
        admission = Admission(keys=KeyRing(data_dir))
        self.publisher = Publisher(
            self.publish_address,
            heartbeat=heartbeat,
            heartbeat_s=0.05,
            last_seq=0,
            oldest_seq=1,
            admission=admission,
        )
        self.replay = ReplayServer(
            self.replay_address,
            outbox=self.outbox,
            store_id=lambda: "A",
            boot_id="boot",
            admission=admission,
            status=lambda: '{"schema": "coughd.status/1"}',
        )

    def commit(self) -> None:
        self.last_seq += 1
        row = durable(self.last_seq)
        self.outbox.append(row)
        self.publisher.publish([row])

    def listen(self, key: ClientKey | Path | None) -> Subscriber:
        return Subscriber(self.publish_address, self.replay_address, key=key, since_seq=0)


@contextmanager
def running(data_dir: Path, host: str) -> Iterator[Daemon]:
    daemon = Daemon(data_dir, host)
    with daemon.publisher, daemon.replay:
        yield daemon


@pytest.fixture(params=own_addresses())
def daemon(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Daemon]:
    with running(tmp_path, request.param) as daemon:
        yield daemon


def heard(subscriber: Subscriber, count: int) -> list[int | None]:
    """The next so many durable messages; fails where they do not come."""
    seqs = []
    for item in subscriber.messages(PATIENCE_S):
        assert isinstance(item, Message)
        seqs.append(item.seq)
        if len(seqs) == count:
            break
    return seqs


def says_nothing(subscriber: Subscriber) -> None:
    """It hears nothing until it knows that it is refused."""

    def refused() -> bool:
        assert next(subscriber.messages(0.1), None) is None
        return subscriber.refused

    until(refused)
    assert not subscriber.was_heard


def test_holders_of_a_key_hear_everything(daemon: Daemon, tmp_path: Path) -> None:
    file = tmp_path / "alice.key"
    write_secret(file, client_file("alice", daemon.ring.add("alice", NOW)))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    daemon.commit()
    with daemon.listen(file) as alice:
        assert heard(alice, 1) == [1]
        daemon.commit()
        assert heard(alice, 1) == [2]
        assert not alice.refused


@pytest.mark.parametrize("whose", ["a stranger", "another daemon's"])
def test_a_wrong_key_hears_nothing_and_disturbs_nobody(
    daemon: Daemon, tmp_path: Path, whose: str, caplog: pytest.LogCaptureFixture
) -> None:
    alice_key = daemon.ring.add("alice", NOW)
    stranger = KeyRing(tmp_path / "elsewhere").add("eve", NOW)
    if whose == "a stranger":
        stranger = ClientKey(stranger.public_key, stranger.secret_key, alice_key.server_key)
    daemon.commit()
    with daemon.listen(alice_key) as alice:
        assert heard(alice, 1) == [1]
        with caplog.at_level(logging.WARNING, "coughd.stream"), daemon.listen(stranger) as eve:
            says_nothing(eve)
            daemon.commit()
            assert heard(alice, 1) == [2]
    assert daemon.replay.counts.refused_keys
    said = [each for each in caplog.messages if "refused" in each]
    assert 1 <= len(said) <= 4, said  # one for each socket, and perhaps one each a second later
    assert stranger.secret_key not in caplog.text


def test_without_a_key_nothing_is_heard(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with running(tmp_path, "127.0.0.1") as daemon:
        daemon.commit()
        with caplog.at_level(logging.WARNING, "coughd.stream"), daemon.listen(None) as eve:
            says_nothing(eve)
            until(lambda: "without a key" in caplog.text)
        assert ask_status(daemon.replay_address, 0.3) == Asked(reached=True, document=None)


def test_a_revoked_key_is_cut_off_at_once_and_others_miss_nothing(daemon: Daemon) -> None:
    alice_key, eve_key = daemon.ring.add("alice", NOW), daemon.ring.add("eve", NOW)
    daemon.commit()
    with daemon.listen(alice_key) as alice, daemon.listen(eve_key) as eve:
        assert heard(alice, 1) == heard(eve, 1) == [1]
        daemon.ring.revoke("eve")

        def cut_off() -> bool:
            for _ in eve.messages(0.05):
                pytest.fail("she heard something")
            return eve.refused

        until(cut_off)
        for _ in range(20):
            daemon.commit()
        assert heard(alice, 20) == list(range(2, 22))
        assert next(eve.messages(0.5), None) is None


def test_a_key_made_while_the_daemon_runs_is_good_at_once(daemon: Daemon) -> None:
    daemon.commit()
    with daemon.listen(daemon.ring.add("late", NOW)) as late:
        assert heard(late, 1) == [1]


def test_garbage_disturbs_nobody(daemon: Daemon) -> None:
    with daemon.listen(daemon.ring.add("alice", NOW)) as alice:
        for address in (daemon.publish_address, daemon.replay_address):
            host, _, port = address.removeprefix("tcp://").rpartition(":")
            for noise in (b"GET / HTTP/1.1\r\n\r\n" * 100, os.urandom(4096), b"\xff" * 64, b""):
                with socket.create_connection((host, int(port))) as peer:
                    peer.sendall(noise)
        daemon.commit()
        assert heard(alice, 1) == [1]


def test_commands_on_the_daemons_machine_need_no_further_key(tmp_path: Path) -> None:
    with running(tmp_path, "127.0.0.1") as daemon:
        ring = KeyRing(tmp_path)
        asked = ask_status(daemon.replay_address, key=ring.own_client_key())
        assert asked.document == {"schema": "coughd.status/1"}
        assert daemon.replay.counts.refused_keys == 0
    assert ask_status(daemon.replay_address, 0.1, ring.own_client_key()) == Asked(
        reached=False, document=None
    )


def test_an_unreadable_list_lets_nobody_in(tmp_path: Path) -> None:
    with running(tmp_path, "127.0.0.1") as daemon:
        key = daemon.ring.add("alice", NOW)
        (tmp_path / "keys" / "clients.json").write_text("{")
        assert ask_status(daemon.replay_address, 0.5, key).document is None


def test_without_the_daemons_own_key_nobody_is_let_in(tmp_path: Path) -> None:
    with running(tmp_path, "127.0.0.1") as daemon:
        key = daemon.ring.add("alice", NOW)
        (tmp_path / "keys" / "server.json").unlink()
        assert ask_status(daemon.replay_address, 0.5, key).document is None
        assert not (tmp_path / "keys" / "server.json").exists()


def test_a_guard_outlives_a_defect(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with running(tmp_path, "127.0.0.1") as daemon:
        key = daemon.ring.add("alice", NOW)
        with monkeypatch.context() as broken:
            broken.setattr(KeyRing, "name_of", lambda _ring, _key: 1 // 0)
            assert ask_status(daemon.replay_address, 0.5, key).document is None
        assert ask_status(daemon.replay_address, key=key).document is not None


def test_without_a_guard_nobody_is_let_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(_guard: Guard, _frames: object) -> list[bytes]:
        raise RuntimeError("a defect")

    with running(tmp_path, "127.0.0.1") as daemon:
        key = daemon.ring.add("alice", NOW)
        stranger = KeyRing(tmp_path / "elsewhere").add("eve", NOW)
        stranger = ClientKey(stranger.public_key, stranger.secret_key, key.server_key)
        with monkeypatch.context() as broken:
            broken.setattr(Guard, "_answer_or_refuse", dies)
            assert ask_status(daemon.replay_address, 0.5, key).document is None
        until(lambda: not daemon.replay.is_guarded)
        assert daemon.publisher.is_guarded
        for each in (stranger, key):
            assert ask_status(daemon.replay_address, 0.5, each).document is None


def test_off_the_loopback_there_is_no_listening_without_keys(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"stream\.curve: true"):
        Publisher(
            "tcp://0.0.0.0:5570", heartbeat=heartbeat, heartbeat_s=1, last_seq=0, oldest_seq=1
        ).__enter__()
    with (
        pytest.raises(ConfigError, match="a key is needed"),
        Subscriber("tcp://192.0.2.77:5570", "tcp://192.0.2.77:5571"),
    ):
        pytest.fail("it connected")
