"""Whoever answers a subscriber cannot fill its memory."""

from __future__ import annotations

from pathlib import Path

import pytest
import zmq
from patience import PATIENCE_S
from zmq.utils.monitor import recv_monitor_message

from coughd.daemon.stream.connect import LARGEST_FRAME_BYTES, patient_socket


@pytest.mark.parametrize("more", [0, 1])
def test_a_frame_without_measure_ends_the_connection(tmp_path: Path, more: int) -> None:
    address = f"ipc://{tmp_path}/replay.sock"
    with (
        zmq.Context() as context,
        context.socket(zmq.ROUTER) as server,
        patient_socket(context, zmq.DEALER, address) as client,
        client.get_monitor_socket(zmq.Event.DISCONNECTED) as monitor,
    ):
        server.bind(address)
        server.setsockopt(zmq.LINGER, 0)
        client.connect(address)
        client.send(b"?")
        server.send_multipart([server.recv_multipart()[0], bytes(LARGEST_FRAME_BYTES + more)])
        poller = zmq.Poller()
        for each in (client, monitor):
            poller.register(each, zmq.POLLIN)
        ready = dict(poller.poll(round(1000 * PATIENCE_S)))
        assert (client in ready, monitor in ready) == (more == 0, more == 1)
        if more:
            assert recv_monitor_message(monitor)["event"] == zmq.Event.DISCONNECTED
        client.disable_monitor()
