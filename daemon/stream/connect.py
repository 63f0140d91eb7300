"""How a subscriber connects: patiently, to a daemon that may come and go."""

from __future__ import annotations

import zmq

from .client_key import ClientKey

_RECONNECT_MS = 100
_RECONNECT_MAX_MS = 1000
# A machine that lost its power closes no connection, and who only listens would never know: after
# so many seconds of silence it is asked, so often, whether it still knows this one.
_KEEPALIVE_IDLE_S = 30
_KEEPALIVE_INTERVAL_S = 10
_KEEPALIVE_COUNT = 3
LARGEST_FRAME_BYTES = 16 * 1024 * 1024
"""Who sends a larger one is hung up on: it is no daemon of ours."""


def patient_socket(
    context: zmq.Context[zmq.Socket[bytes]], kind: int, address: str, key: ClientKey | None = None
) -> zmq.Socket[bytes]:
    """Make a socket that connects to `address` again and again; the caller connects it.

    What could not be sent is forgotten when it closes. The key is for `tcp://` addresses.
    """
    socket = context.socket(kind)
    socket.setsockopt(zmq.LINGER, 0)
    socket.setsockopt(zmq.MAXMSGSIZE, LARGEST_FRAME_BYTES)
    socket.setsockopt(zmq.RECONNECT_IVL, _RECONNECT_MS)
    socket.setsockopt(zmq.RECONNECT_IVL_MAX, _RECONNECT_MAX_MS)
    socket.setsockopt(zmq.TCP_KEEPALIVE, 1)
    socket.setsockopt(zmq.TCP_KEEPALIVE_IDLE, _KEEPALIVE_IDLE_S)
    socket.setsockopt(zmq.TCP_KEEPALIVE_INTVL, _KEEPALIVE_INTERVAL_S)
    socket.setsockopt(zmq.TCP_KEEPALIVE_CNT, _KEEPALIVE_COUNT)
    socket.setsockopt(zmq.IPV6, int("[" in address))
    if key is not None and address.startswith("tcp://"):
        key.put_on(socket)
    return socket
