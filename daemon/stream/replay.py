"""Answers "what came after seq N?" from the outbox, page by page.

On a thread of its own: a slow disk may delay an answer, but never a live message.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, Self

import zmq

from ...config.errors import StorageError
from ...storage.records import OutboxRow
from .address import OWNER_ALONE, Admission
from .rate import RateLimit
from .replay_protocol import (
    LONGEST_REQUEST_BYTES,
    ReplayHeader,
    ReplayProtocolError,
    ReplayRequest,
    Status,
    asks_status,
    encode_header,
    parse_request,
)
from .socket_thread import SocketThread

_POLL_MS = 250
_JOIN_S = 10.0
_WAITING_REQUESTS = 16  # of one peer; a subscriber has one question at a time
_WAITING_ANSWERS = 2  # each is up to `largest_page` messages long


class Page(Protocol):
    """Committed rows after a `seq`, ascending and without a gap."""

    @property
    def status(self) -> str:
        """`truncated` where rows after the asked `seq` are gone, else `ok`."""

    @property
    def oldest_seq(self) -> int:
        """The first `seq` that is kept."""

    @property
    def last_seq(self) -> int:
        """The last `seq` that was committed; 0 in an empty store."""

    @property
    def rows(self) -> Sequence[OutboxRow]:
        """At most the asked number; none where truncated."""


class OutboxPages(Protocol):
    """The outbox, as this thread reads it."""

    def page(self, since_seq: int, limit: int) -> Page:
        """One short read; raises StorageError."""


@dataclass(frozen=True, slots=True)
class ReplayCounts:
    """What `status` shows of the replay."""

    answered: int
    messages: int
    truncated: int
    """Asked for more than is kept."""
    refused: int
    """Questions that broke the protocol."""
    failed: int
    """The store could not be read."""
    peers: int = 0
    """Connected now."""
    turned_away: int = 0
    """Peers that were too many, or were sent away because memory ran out."""
    too_often: int = 0
    """Questions of a peer that asks too often."""
    refused_keys: int = 0
    """Connections without a key that is on the list."""


class ReplayServer:
    """Answers the questions of subscribers; a context manager.

    The thread `replay` owns the ROUTER socket and reads the outbox; it must not write to the store,
    and nobody else may touch the socket. ZeroMQ bounds what waits per subscriber and drops beyond
    it; a subscriber that gets no answer asks again.

    Parameters
    ----------
    address
        `ipc://PATH` or `tcp://HOST:PORT`. Entering raises ConfigError or AlreadyRunningError where
        it cannot be bound, InputError or StorageError where the daemon's key cannot be had.
    store_id
        Which store it is now; called on the thread.
    largest_page
        Most messages of one answer.
    questions_per_s
        Of one peer; beyond it the answer is an error, until the peer has waited.
    status
        How the daemon is, as the JSON of `coughd.status/1`; called on the thread, must not wait.
    """

    def __init__(
        self,
        address: str,
        *,
        outbox: OutboxPages,
        store_id: Callable[[], str],
        boot_id: str,
        largest_page: int = 1000,
        questions_per_s: float = 50.0,
        admission: Admission = OWNER_ALONE,
        status: Callable[[], str] | None = None,
    ) -> None:
        self.address = address
        self._outbox = outbox
        self._store_id = store_id
        self._boot_id = boot_id
        self._largest_page = largest_page
        self._questions_per_s = questions_per_s
        self._rate = RateLimit(questions_per_s)
        self._admission = admission
        self._status = status
        self._stop = threading.Event()
        self._counts = ReplayCounts(answered=0, messages=0, truncated=0, refused=0, failed=0)

    def __enter__(self) -> Self:
        """Bind, and start the thread."""
        options = {
            zmq.RCVHWM: _WAITING_REQUESTS,
            zmq.SNDHWM: _WAITING_ANSWERS,
            # A frame above this ends the connection before it fills our memory; between the two
            # bounds it is refused with a sentence.
            zmq.MAXMSGSIZE: 4 * LONGEST_REQUEST_BYTES,
        }
        self._socket = SocketThread(
            "replay", zmq.ROUTER, self.address, options, self._run, self._admission
        )
        return self

    def __exit__(self, *_: object) -> None:
        """Finish the answer in hand, close the socket and remove its file."""
        self._stop.set()
        self._socket.join(_JOIN_S)

    @property
    def is_alive(self) -> bool:
        """Whether the thread runs."""
        return self._socket.is_alive

    @property
    def is_guarded(self) -> bool:
        """Whether the threads run that look after its peers."""
        return self._socket.is_guarded

    @property
    def counts(self) -> ReplayCounts:
        """Since the start. Any thread: the value is replaced whole."""
        door = self._socket.door
        return replace(
            self._counts,
            peers=door.peers,
            turned_away=door.turned_away + door.sent_away,
            refused_keys=door.refused,
        )

    def _run(self, endpoint: zmq.Socket[bytes]) -> None:
        try:
            while not self._stop.is_set():
                if endpoint.poll(_POLL_MS):
                    received = endpoint.recv_multipart(copy=False)
                    frames = [frame.bytes for frame in received]
                    # A REQ socket puts an empty frame before its question and wants it back.
                    envelope = 2 if frames[1:2] == [b""] else 1
                    # By its key, where it has one: connections are had for nothing.
                    if self._rate.allows(_user(received[-1]) or frames[0]):
                        answer = self._answer(frames[envelope:])
                    else:
                        answer = self._too_often()
                    endpoint.send_multipart([*frames[:envelope], *answer])
        finally:
            endpoint.close()

    def _too_often(self) -> list[bytes]:
        self._counts = replace(self._counts, too_often=self._counts.too_often + 1)
        says = f"more than {self._questions_per_s:g} questions in a second: wait, and ask again"
        return [self._header("error", since_seq=0, detail=says)]

    def _answer(self, frames: Sequence[bytes]) -> list[bytes]:
        if self._status is not None and asks_status(frames):
            return [self._status().encode()]
        try:
            request = parse_request(frames, largest_limit=self._largest_page)
        except ReplayProtocolError as exc:
            self._counts = replace(self._counts, refused=self._counts.refused + 1)
            return [self._header("error", since_seq=0, detail=str(exc))]
        try:
            page = self._outbox.page(request.since_seq, request.limit)
        except StorageError as exc:
            self._counts = replace(self._counts, failed=self._counts.failed + 1)
            return [self._header("error", since_seq=request.since_seq, detail=str(exc))]
        return self._page_frames(request, page)

    def _page_frames(self, request: ReplayRequest, page: Page) -> list[bytes]:
        truncated = page.status == "truncated"
        rows = () if truncated else page.rows
        counts = self._counts
        self._counts = replace(
            counts,
            answered=counts.answered + 1,
            messages=counts.messages + len(rows),
            truncated=counts.truncated + truncated,
        )
        header = self._header(
            "truncated" if truncated else "ok",
            since_seq=request.since_seq,
            oldest_seq=page.oldest_seq,
            last_seq=page.last_seq,
            count=len(rows),
        )
        return [header, *(part.encode() for row in rows for part in (row.topic, row.body))]

    def _header(
        self,
        status: Status,
        *,
        since_seq: int,
        oldest_seq: int = 0,
        last_seq: int = 0,
        count: int = 0,
        detail: str = "",
    ) -> bytes:
        return encode_header(
            ReplayHeader(
                status=status,
                store_id=self._store_id(),
                boot_id=self._boot_id,
                since_seq=since_seq,
                oldest_seq=oldest_seq,
                last_seq=last_seq,
                count=count,
                detail=detail,
            )
        )


def _user(frame: zmq.Frame) -> str:
    """Whose key it came by; empty without keys."""
    try:
        return str(frame.get("User-Id"))
    except zmq.ZMQError:
        return ""
