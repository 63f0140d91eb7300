"""The subscriber's side of the replay: one question at a time, asked again when nobody answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import zmq
from zmq.utils.monitor import recv_monitor_message

from .client_key import ClientKey
from .connect import patient_socket
from .items import Message, parse_message
from .replay_protocol import (
    ReplayHeader,
    ReplayProtocolError,
    ReplayRequest,
    encode_request,
    parse_header,
)

_PAGE_MESSAGES = 500
_ANSWER_TIMEOUT_S = 5.0
_PAUSE_S = 0.5  # before the same question is put again to a daemon that could not help
_LONGEST_PAUSE_S = 8.0
_TRIES = 3  # connections cut before they were any; one may be a daemon that stops

_EVENTS = zmq.Event.DISCONNECTED | zmq.Event.HANDSHAKE_SUCCEEDED | zmq.Event.HANDSHAKE_FAILED_AUTH


@dataclass(frozen=True, slots=True)
class Answer:
    """One page."""

    header: ReplayHeader
    messages: tuple[Message, ...]


class ReplayClient:
    """Asks one replay socket; owns a DEALER socket. One thread."""

    def __init__(
        self,
        context: zmq.Context[zmq.Socket[bytes]],
        address: str,
        clock: Callable[[], float],
        key: ClientKey | None = None,
    ) -> None:
        self._context = context
        self._address = address
        self._clock = clock
        self._key = key
        self._pause_s = _PAUSE_S
        self._broken_off = 0
        self._is_in = False
        self._asked: int | None = None
        self._deadline_s = 0.0
        self._not_before_s = 0.0
        self._last_since: int | None = None
        self.socket, self.monitor = self._connect()
        """For polling, both; others after a question that was given up."""

    def ask(self, since_seq: int | None) -> None:
        """Put this question unless one is open; give up one that waited too long."""
        now_s = self._clock()
        if self._asked is not None and now_s >= self._deadline_s:
            self.give_up()
        if since_seq is None or self._asked is not None:
            return
        if since_seq == self._last_since and now_s < self._not_before_s:
            return
        # A new connection takes it at once, the daemon whenever it comes back.
        self.socket.send(encode_request(ReplayRequest(since_seq, _PAGE_MESSAGES)))
        self._asked = self._last_since = since_seq
        self._deadline_s = now_s + _ANSWER_TIMEOUT_S

    def notice(self) -> None:
        """Something happened to the connection: what was asked there will not be answered."""
        while self.monitor.poll(0):
            event = recv_monitor_message(self.monitor)["event"]
            if event == zmq.Event.HANDSHAKE_SUCCEEDED:
                self._broken_off, self._is_in = 0, True
            elif event == zmq.Event.HANDSHAKE_FAILED_AUTH:
                self._broken_off = _TRIES
            elif self._is_in:
                self.give_up()
                return
            else:
                self._broken_off += 1

    @property
    def refused(self) -> bool:
        """Whether the daemon refuses to talk: our key, its key, or the lack of one is wrong."""
        return self._broken_off >= _TRIES

    def give_up(self) -> None:
        """The connection broke, or nobody answers: forget the open question and its answer."""
        self._asked = None
        self._is_in = False
        self.close()
        self.socket, self.monitor = self._connect()

    def take(self) -> Answer | None:
        """Read the answer that has arrived; None where it is none. Does not wait.

        Raises ReplayProtocolError where the other end breaks the protocol.
        """
        frames = self.socket.recv_multipart(zmq.NOBLOCK)
        header = parse_header(frames[0])
        if header.since_seq != self._asked and header.status != "error":
            return None
        self._asked = None
        failed = header.status == "error"
        self._pause_s = min(2 * self._pause_s, _LONGEST_PAUSE_S) if failed else _PAUSE_S
        self._not_before_s = self._clock() + self._pause_s
        if len(frames) != 1 + 2 * header.count:
            raise ReplayProtocolError("the answer has not the messages that it announces")
        pairs = zip(frames[1::2], frames[2::2], strict=True)
        return Answer(header, tuple(parse_message(pair) for pair in pairs))

    def close(self) -> None:
        """Close the sockets."""
        self.socket.disable_monitor()
        self.monitor.close(linger=0)
        self.socket.close(linger=0)

    def _connect(self) -> tuple[zmq.Socket[bytes], zmq.Socket[bytes]]:
        socket = patient_socket(self._context, zmq.DEALER, self._address, self._key)
        # A question dies with the daemon that took it: without this we would wait for the time-out.
        monitor = socket.get_monitor_socket(_EVENTS)
        socket.connect(self._address)
        return socket, monitor
