"""A bound socket and the one thread that may touch it, begun and ended together."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping

import zmq

from .address import bind_local, remove_socket

_log = logging.getLogger("coughd.stream")

_LINGER_MS = 500  # what a healthy peer needs to take the last messages of a stopping daemon


class SocketThread:
    """Runs `work(socket)` on a thread called `name`; `work` closes the socket and returns.

    Made on the thread that binds. Raises ConfigError or AlreadyRunningError where `address` cannot
    be bound; then nothing is left behind.
    """

    def __init__(
        self,
        name: str,
        kind: int,
        address: str,
        options: Mapping[zmq.SocketOption, int],
        work: Callable[[zmq.Socket[bytes]], None],
    ) -> None:
        self._address = address
        self._context = zmq.Context()
        endpoint = self._context.socket(kind)
        endpoint.setsockopt(zmq.LINGER, _LINGER_MS)
        for option, value in options.items():
            endpoint.setsockopt(option, value)
        try:
            bind_local(endpoint, address)
        except BaseException:
            self._context.destroy(linger=0)
            raise
        # The socket is the thread's from here on.
        self._thread = threading.Thread(target=work, args=(endpoint,), name=name)
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    def join(self, patience_s: float) -> None:
        """Wait for `work` to return, which was told to before, and remove the socket's file."""
        self._thread.join(patience_s)
        if self._thread.is_alive():
            _log.error("the thread %s does not stop", self._thread.name)
            return  # ending the context would wait for its socket for ever
        self._context.term()
        remove_socket(self._address)
