"""What `coughd run --show` hears of its own daemon where that asks for keys."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from patience import until

from coughd.config.places import Places
from coughd.config.settings import Settings, StreamSettings
from coughd.daemon.commands.views.show import showing
from coughd.daemon.stream.address import Admission
from coughd.daemon.stream.key_ring import KeyRing
from coughd.daemon.stream.publisher import Publisher
from coughd.daemon.stream.replay import ReplayServer

from ...stream.fakes import FakeOutbox, durable, heartbeat


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@pytest.mark.parametrize("host", ["127.0.0.1", "*"])
def test_its_own_daemon_lets_it_in(
    host: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    at = [f"tcp://{host}:{free_port()}" for _ in range(2)]
    settings = Settings(stream=StreamSettings(publish=at[0], replay=at[1], curve=True))
    places = Places(tmp_path, tmp_path / "store", at[0], at[1], tmp_path)
    admission = Admission(keys=KeyRing(tmp_path))
    outbox = FakeOutbox()
    shown = ""

    def hears(publisher: Publisher) -> bool:
        nonlocal shown
        row = durable(1 + outbox.page(0, 1).last_seq)
        outbox.append(row)
        publisher.publish([row])
        shown += capfd.readouterr().out
        return "Bedroom" in shown

    with (
        Publisher(
            at[0],
            heartbeat=heartbeat,
            heartbeat_s=0.05,
            last_seq=0,
            oldest_seq=1,
            admission=admission,
        ) as publisher,
        ReplayServer(
            at[1], outbox=outbox, store_id=lambda: "A", boot_id="boot", admission=admission
        ),
        showing(settings, places),
    ):
        until(lambda: hears(publisher))
