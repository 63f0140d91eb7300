"""Whoever answers a subscriber cannot fill its memory; whoever is gone is noticed."""

from __future__ import annotations

import os
import socket
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


def test_a_machine_that_closed_nothing_when_it_went_is_noticed() -> None:
    """By the kernel's word: to lose a machine takes two of them."""
    with (
        zmq.Context() as context,
        context.socket(zmq.PUB) as server,
        patient_socket(context, zmq.SUB, "tcp://127.0.0.1") as client,
        client.get_monitor_socket(zmq.Event.CONNECTED) as monitor,
    ):
        client.connect(f"tcp://127.0.0.1:{server.bind_to_random_port('tcp://127.0.0.1')}")
        assert monitor.poll(round(1000 * PATIENCE_S))
        connected = recv_monitor_message(monitor)["value"]
        with socket.socket(fileno=os.dup(connected)) as connection:
            assert connection.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
            waits = (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)
            idle_s, interval_s, count = (
                connection.getsockopt(socket.IPPROTO_TCP, wait) for wait in waits
            )
        assert idle_s + interval_s * count <= 60
        client.disable_monitor()
