"""Lets those in whose key is on the list: ZeroMQ's authentication (ZAP, RFC 27)."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import zmq
from zmq.utils import z85

from ...config.errors import InputError
from ..own_thread import OwnThread
from .key_ring import KeyRing, fingerprint
from .refusals import Refusals

_ZAP = "inproc://zeromq.zap.01"
_VERSION = b"1.0"
_DOMAIN = b"coughd"
_log = logging.getLogger("coughd.stream")


class Guard:
    """Answers, on a thread of its own, whether a key may come in.

    The thread reads the keys; it must not write them, nor touch the guarded socket. It ends with
    the context.
    """

    def __init__(
        self,
        name: str,
        context: zmq.Context[zmq.Socket[bytes]],
        address: str,
        keys: KeyRing,
        refusals: Refusals,
    ) -> None:
        self._address = address
        self._keys = keys
        self._refusals = refusals
        self._server = keys.server_key()
        self._asked = context.socket(zmq.REP)
        self._asked.setsockopt(zmq.LINGER, 0)
        self._asked.bind(_ZAP)
        self._thread = OwnThread(f"{name} guard", self._run)
        self._thread.start()

    def protect(self, endpoint: zmq.Socket[bytes]) -> None:
        """Demand a key of whoever connects; before the socket is bound."""
        endpoint.setsockopt(zmq.CURVE_SERVER, 1)
        endpoint.setsockopt(zmq.CURVE_SECRETKEY, self._server.secret_key.encode())
        endpoint.setsockopt(zmq.ZAP_DOMAIN, _DOMAIN)
        # Should the thread die all the same, nobody more is let in.
        endpoint.setsockopt(zmq.ZAP_ENFORCE_DOMAIN, 1)

    @property
    def is_alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive

    def join(self) -> None:
        """Wait for the thread; the context must be terminated."""
        self._thread.wait()

    def _run(self) -> None:
        try:
            while True:
                frames = self._asked.recv_multipart()
                self._asked.send_multipart(self._answer_or_refuse(frames))
        except zmq.ContextTerminated:
            return
        finally:
            self._asked.close(linger=0)

    def _answer_or_refuse(self, frames: Sequence[bytes]) -> list[bytes]:
        # Where nobody answers, libzmq lets everybody in: this thread must outlive any defect.
        try:
            return self._answer(frames)
        except Exception:  # noqa: BLE001 - it is logged whole
            _log.exception("%s: a defect of coughd, nobody is let in by it", self._address)
            return [_VERSION, frames[1], b"500", b"no key can be checked", b"", b""]

    def _answer(self, frames: Sequence[bytes]) -> list[bytes]:
        # libzmq asks, nobody else can: version, id, domain, address, identity, mechanism, key.
        request_id, peer, mechanism = frames[1], frames[3].decode(), frames[5]
        if mechanism != b"CURVE":
            self._refusals.note(self._address, peer, "it came without a key")
            return [_VERSION, request_id, b"400", b"a key is needed", b"", b""]
        key = z85.encode(frames[6]).decode()
        try:
            name = self._keys.name_of(key)
        except InputError as exc:
            self._refusals.note(self._address, peer, str(exc))
            return [_VERSION, request_id, b"300", b"no key can be checked now", b"", b""]
        if name is None:
            self._refusals.note(
                self._address, peer, f"its key {fingerprint(key)} is not, or no longer, on the list"
            )
            return [_VERSION, request_id, b"400", b"the key is not on the list", b"", b""]
        return [_VERSION, request_id, b"200", b"OK", name.encode(), b""]
