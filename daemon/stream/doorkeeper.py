"""Bounds what the peers of a bound socket may cost together, and sends revoked ones away.

ZeroMQ bounds what waits for each peer. It bounds neither how many peers there are, nor what a
message that never ends or a list of subscriptions without end takes of our memory.
"""

from __future__ import annotations

import ctypes
import logging
import os
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import zmq
from zmq.utils.monitor import recv_monitor_message

from ..own_thread import OwnThread
from .key_ring import KeyRing
from .refusals import Refusals

LARGEST_AUDIENCE = 128
"""Peers of one socket; with the answers and messages that wait for each, it bounds our memory."""
ROOM_BYTES = 256 * 1024 * 1024
"""So much more than at the start the process may take before all peers must go."""
CLOSED_S = 1.0
_LOOK_EVERY_MS = 100
_LOOK_ALONE_EVERY_MS = 1_000
"""Without a peer, who could take memory or show a revoked key. One that comes is seen at once."""
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_STATM_BYTES = 256
_EVENTS = (
    zmq.Event.ACCEPTED
    | zmq.Event.DISCONNECTED
    | zmq.Event.HANDSHAKE_FAILED_PROTOCOL
    | zmq.Event.HANDSHAKE_FAILED_NO_DETAIL
    | zmq.Event.MONITOR_STOPPED
)

_WITHOUT_KEY = (
    zmq.Event.HANDSHAKE_FAILED_PROTOCOL,
    # Who sees first that the other end wants a key goes by itself.
    zmq.Event.HANDSHAKE_FAILED_NO_DETAIL,
)

_C = ctypes.CDLL(None)
_NOWHERE = bytes(16)
"""An address of the family AF_UNSPEC: to connect to it is to disconnect."""

_log = logging.getLogger("coughd.stream")


@dataclass(frozen=True, slots=True)
class DoorCounts:
    """What `status` shows of it."""

    peers: int
    """Connected now."""
    turned_away: int
    """Came when there were too many, or while the door was closed."""
    sent_away: int
    """Were connected when the process had grown too much."""
    refused: int = 0
    """Came without a key that is on the list."""


def resident_bytes() -> int:
    """What this process takes of the memory; OSError where no descriptor is left to look with."""
    # By the bare calls, which cost less than Path's: every door looks ten times a second.
    descriptor = os.open("/proc/self/statm", os.O_RDONLY | os.O_CLOEXEC)
    try:
        return int(os.read(descriptor, _STATM_BYTES).split()[1]) * _PAGE_BYTES
    finally:
        os.close(descriptor)


class Doorkeeper:
    """Hangs up on the peers that are too many, and on all of them where memory runs away.

    Its thread hears from ZeroMQ who comes and goes, until the socket closes. It must not touch the
    socket, nor wait for anything else. Who is sent away finds the door open a second later, and
    what a subscriber missed by it comes by replay.

    Parameters
    ----------
    endpoint
        Bound; made on its own thread before anybody else uses it.
    resident_bytes
        What the process takes now.
    keys
        Where one of them is revoked all peers are sent away, since ZeroMQ does not say which is
        whose; those whose key is good are back at once.
    refusals
        Is told of peers that come without any key.
    """

    def __init__(
        self,
        name: str,
        context: zmq.Context[zmq.Socket[bytes]],
        endpoint: zmq.Socket[bytes],
        *,
        largest_audience: int = LARGEST_AUDIENCE,
        room_bytes: int = ROOM_BYTES,
        resident_bytes: Callable[[], int] = resident_bytes,
        clock: Callable[[], float] = time.monotonic,
        keys: KeyRing | None = None,
        refusals: Refusals | None = None,
    ) -> None:
        self._name = name
        self._address = endpoint.getsockopt_string(zmq.LAST_ENDPOINT)
        self._largest_audience = largest_audience
        self._room_bytes = room_bytes
        self._resident_bytes = resident_bytes
        self._clock = clock
        self._allowed_bytes = resident_bytes() + room_bytes
        self._closed_until_s: float | None = None
        self._peers: set[int] = set()
        self._turned_away = self._sent_away = 0
        self._full = False
        self._keys = keys
        self._refusals = refusals or Refusals()
        self._revocations = keys.revocations if keys else 0
        watched = f"inproc://door-{id(self)}"
        endpoint.monitor(watched, _EVENTS)
        self._events = context.socket(zmq.PAIR)
        self._events.connect(watched)
        self._thread = OwnThread(f"{name} door", self._run)
        self._thread.start()

    @property
    def counts(self) -> DoorCounts:
        """Since the start. Any thread."""
        return DoorCounts(
            len(self._peers), self._turned_away, self._sent_away, self._refusals.count
        )

    @property
    def is_alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive

    def join(self) -> None:
        """Wait for the thread; the socket must be closed."""
        self._thread.wait()

    def _run(self) -> None:
        try:
            while True:
                is_alone = not self._peers and self._closed_until_s is None
                if self._events.poll(_LOOK_ALONE_EVERY_MS if is_alone else _LOOK_EVERY_MS):
                    told = recv_monitor_message(self._events)
                    if told["event"] == zmq.Event.MONITOR_STOPPED:
                        return
                    self._hear(told["event"], told["value"])
                with suppress(OSError):  # no descriptor is left to look with: next time, perhaps
                    self._look_at_memory()
                self._look_at_keys()
        finally:
            self._events.close(linger=0)

    def _look_at_keys(self) -> None:
        revocations = self._keys.revocations if self._keys else 0
        if revocations != self._revocations:
            self._revocations = revocations
            _log.info("%s: a key was revoked; all peers must show theirs again", self._address)
            for descriptor in self._peers:
                hang_up(descriptor, self._address)

    def _hear(self, event: int, descriptor: int) -> None:
        if event in _WITHOUT_KEY:
            if self._keys is not None:
                self._refusals.note(
                    self._address, "a peer", "it came without a key, or with another daemon's"
                )
        elif event == zmq.Event.DISCONNECTED:
            self._peers.discard(descriptor)
            self._full = self._full and len(self._peers) >= self._largest_audience // 2
        elif self._closed_until_s is not None or len(self._peers) >= self._largest_audience:
            self._turned_away += 1
            hang_up(descriptor, self._address)
            if not self._full and self._closed_until_s is None:
                self._full = True  # said once until the crowd has gone
                _log.warning(
                    "%s: %d are connected to it, and no more are let in; see who they are with "
                    "`ss --processes`",
                    self._address,
                    len(self._peers),
                )
        else:
            self._peers.add(descriptor)

    def _look_at_memory(self) -> None:
        if self._closed_until_s is not None:
            if self._clock() < self._closed_until_s:
                return
            self._closed_until_s = None
            _give_back_memory()
            # Without a peer it is not theirs: what has grown otherwise must not shut them out.
            self._allowed_bytes = max(
                self._allowed_bytes, self._resident_bytes() + self._room_bytes // 2
            )
        elif self._resident_bytes() > self._allowed_bytes:
            _log.error(
                "%s: the process grew by more than %d MB, so its %d peers are sent away; they may "
                "come again in a second",
                self._address,
                self._room_bytes // 1_000_000,
                len(self._peers),
            )
            self._sent_away += len(self._peers)
            for descriptor in self._peers:
                hang_up(descriptor, self._address)
            self._closed_until_s = self._clock() + CLOSED_S


def hang_up(descriptor: int, address: str) -> None:
    """End the connection behind a descriptor, if it is one of the socket bound to `address`.

    ZeroMQ may have closed the descriptor meanwhile, and it may be anything by now.
    """
    try:
        # No duplicate: there may be no descriptor left, and that is when this matters.
        peer = socket.socket(fileno=descriptor)
    except OSError:
        return
    try:
        own = peer.getsockname()
        if peer.family == socket.AF_UNIX:
            if address == f"ipc://{own}":
                peer.shutdown(socket.SHUT_RDWR)
        elif address.rpartition(":")[2] == str(own[1]):
            # After a shutdown TCP would go on taking what a peer goes on sending.
            _C.connect(descriptor, _NOWHERE, len(_NOWHERE))
    except OSError:
        return
    finally:
        peer.detach()


def _give_back_memory() -> None:
    """Let the allocator give free memory back to the system, where it is glibc's."""
    trim = getattr(_C, "malloc_trim", None)
    if trim is not None:
        trim(0)
