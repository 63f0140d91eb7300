"""A bound socket and the one thread that may touch it, begun and ended together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

import zmq

from ..own_thread import OwnThread
from .address import OWNER_ALONE, Admission, bind_local, remove_socket
from .doorkeeper import DoorCounts, Doorkeeper
from .guard import Guard
from .refusals import Refusals

_OPTIONS = MappingProxyType(
    {
        # What a healthy peer needs to take the last messages of a stopping daemon.
        zmq.LINGER: 500,
        # The kernel ignores a peer that finds no place to wait in, for a second at least.
        zmq.BACKLOG: 1024,
        # Who says nothing that ZeroMQ understands is no peer.
        zmq.HANDSHAKE_IVL: 5_000,
        zmq.TCP_KEEPALIVE: 1,
        zmq.TCP_KEEPALIVE_IDLE: 60,
    }
)


class SocketThread:
    """Runs `work(socket)` on a thread called `name`; `work` closes the socket and returns.

    Made on the thread that binds. Raises ConfigError or AlreadyRunningError where `address` cannot
    be bound, InputError or StorageError where the daemon's key cannot be had; then nothing is left
    behind.
    """

    def __init__(
        self,
        name: str,
        kind: int,
        address: str,
        options: Mapping[zmq.SocketOption, int],
        work: Callable[[zmq.Socket[bytes]], None],
        admission: Admission = OWNER_ALONE,
    ) -> None:
        self._address = address
        self._context = zmq.Context()
        endpoint = self._context.socket(kind)
        for option, value in (*_OPTIONS.items(), *options.items()):
            endpoint.setsockopt(option, value)
        keys = admission.keys if address.startswith("tcp://") else None
        refusals = Refusals()
        self._guard: Guard | None = None
        try:
            if keys is not None:
                self._guard = Guard(name, self._context, address, keys, refusals)
                self._guard.protect(endpoint)
            bind_local(endpoint, address, admission)
        except BaseException:
            endpoint.close(linger=0)
            self._context.term()  # the guard's thread closes its own socket then
            raise
        self._door = Doorkeeper(name, self._context, endpoint, keys=keys, refusals=refusals)
        # The socket is the thread's from here on.
        self._thread = OwnThread(name, partial(work, endpoint))
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive

    @property
    def is_guarded(self) -> bool:
        """Whether those run that look after its peers: the door, and with keys the guard."""
        return self._door.is_alive and (self._guard is None or self._guard.is_alive)

    @property
    def door(self) -> DoorCounts:
        """Who came in. Any thread."""
        return self._door.counts

    def join(self, patience_s: float) -> None:
        """Wait for `work` to return, which was told to before, and remove the socket's file."""
        if not self._thread.has_ended(patience_s):
            return  # ending the context would wait for its socket for ever
        self._door.join()
        self._context.term()
        if self._guard is not None:
            self._guard.join()
        remove_socket(self._address)
