from __future__ import annotations

import socket
import threading
from pathlib import Path

import pytest
import zmq

from coughd.daemon.privacy.mechanism import asks_for_key
from coughd.daemon.stream.address import Admission
from coughd.daemon.stream.key_ring import KeyRing
from coughd.daemon.stream.socket_thread import SocketThread


@pytest.mark.parametrize("keys", [True, False])
def test_a_port_says_itself_whether_it_asks_for_a_key(tmp_path: Path, *, keys: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    leave = threading.Event()

    def work(endpoint: zmq.Socket[bytes]) -> None:
        leave.wait(20.0)
        endpoint.close()

    admission = Admission(keys=KeyRing(tmp_path) if keys else None)
    bound = SocketThread("one", zmq.PUB, f"tcp://127.0.0.1:{port}", {}, work, admission)
    try:
        assert asks_for_key(f"127.0.0.1:{port}") is keys
    finally:
        leave.set()
        bound.join(20.0)
    assert not asks_for_key(f"127.0.0.1:{port}")


def test_a_port_of_another_kind_asks_for_none() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert not asks_for_key(f"127.0.0.1:{silent.getsockname()[1]}")
