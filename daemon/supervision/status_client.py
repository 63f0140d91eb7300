"""Asking a running daemon how it is."""

from __future__ import annotations

from dataclasses import dataclass

import zmq

from ..stream.client_key import ClientKey
from ..stream.connect import patient_socket
from ..stream.listening import may_ask, somebody_listens
from ..stream.replay_protocol import ReplayProtocolError, encode_status_request, parse_status

ANSWER_S = 3.0


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of the question."""

    reached: bool
    """Somebody listens at the address."""
    document: dict[str, object] | None
    """`coughd.status/1`; None where nobody answered in time."""
    barred: bool = False
    """This user may not open the socket, so nothing is known."""


def ask_status(address: str, timeout_s: float = ANSWER_S, key: ClientKey | None = None) -> Asked:
    """Ask at the replay address; waits a few seconds at most."""
    if not may_ask(address):
        return Asked(reached=False, document=None, barred=True)
    # To a daemon that asks for keys, a knock without one is somebody to be refused.
    if key is None and not somebody_listens(address):
        return Asked(reached=False, document=None)
    with (
        zmq.Context() as context,
        patient_socket(context, zmq.DEALER, address, key) as client,
    ):
        client.connect(address)
        client.send(encode_status_request())
        if not client.poll(round(timeout_s * 1000)):
            return Asked(reached=key is None or somebody_listens(address), document=None)
        try:
            return Asked(reached=True, document=parse_status(client.recv_multipart()))
        except ReplayProtocolError:
            return Asked(reached=True, document=None)
