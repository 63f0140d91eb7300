"""HTTP on the loopback, bounded in everything that somebody else decides."""

from __future__ import annotations

import logging
import math
import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from ipaddress import ip_address
from socketserver import TCPServer
from typing import Any, Self, TypeAlias
from urllib.parse import urlsplit

from ..clock import Clock
from ..own_thread import OwnThread
from ..supervision.status import MonitoringStatus
from .pages import Page, Pages

MOST_AT_ONCE = 4
"""Connections that are answered at once; others wait with the kernel."""
MOST_A_SECOND = 20
ANSWER_S = 5.0
"""So long a connection may last."""
BIND_AGAIN_S = 10.0
_LOOK_S = 0.25
_WAITING = 16
_JOIN_S = 2.0

_log = logging.getLogger("coughd.metrics")
_Request: TypeAlias = Any  # as the standard library's stubs have it
_Peer: TypeAlias = Any


class MonitoringServer:
    """Serves `Pages`; a context manager.

    The thread `metrics` binds, accepts, and hangs up on who takes too long; up to four threads
    `metrics-answer` each answer one connection. They read the status as anybody does and must not
    touch sound, store or stream. A port that is taken is no reason not to listen to a room: it is
    said once, is a fault of the status, and is tried again every ten seconds.
    """

    def __init__(self, host: str, port: int, pages: Pages, clock: Clock) -> None:
        self._place = (host, port)
        self._pages = pages
        self._clock = clock
        self._stop = threading.Event()
        self._problem: str | None = "it is being set up"
        self._server: _Server | None = None
        self._thread = OwnThread("metrics", self._run)

    def __enter__(self) -> Self:
        """Start the thread."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Hang up and close the port."""
        self._stop.set()
        self._thread.has_ended(_JOIN_S)

    @property
    def status(self) -> MonitoringStatus:
        """How it is. Any thread."""
        host, port = self._place
        shown = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        server = self._server
        answered, cut_off = (server.answered, server.cut_off) if server else (0, 0)
        problem = self._problem if self._thread.is_alive else "its thread has ended; see the log"
        return MonitoringStatus(shown, problem, answered, cut_off)

    def _run(self) -> None:
        told = False
        while not self._stop.is_set():
            try:
                server = _Server(self._place, self._pages, self._clock, self._stop.wait)
            except OSError as exc:
                self._problem = (
                    f"{self.status.address} cannot be listened at ({exc.strerror}), so there are "
                    "no metrics; it is tried again every ten seconds"
                )
                if not told:
                    _log.error("%s", self._problem)
                told = True
                self._stop.wait(BIND_AGAIN_S)
                continue
            with server:
                self._problem = None
                self._server = server
                _log.info("health and metrics at http://%s", self.status.address)
                while not self._stop.is_set():
                    server.handle_request()
                    server.hang_up()
                server.hang_up(everybody=True)


class _Server(TCPServer):
    """One bound port and its few threads."""

    allow_reuse_address = True
    request_queue_size = _WAITING
    timeout = _LOOK_S

    def __init__(
        self,
        place: tuple[str, int],
        pages: Pages,
        clock: Clock,
        rest: Callable[[float], bool],
    ) -> None:
        """Bind; OSError."""
        self.address_family = socket.AF_INET6 if ":" in place[0] else socket.AF_INET
        self.pages = pages
        self.answered = 0
        self.cut_off = 0
        self._clock = clock
        self._rest = rest
        self._lock = threading.Lock()
        self._until_s: dict[_Request, float] = {}
        self._pool = ThreadPoolExecutor(MOST_AT_ONCE, "metrics-answer")
        super().__init__(place, _Handler)

    def get_request(self) -> tuple[_Request, _Peer]:
        """Accept; without a descriptor to do so, rest: who knocked knocks on."""
        try:
            return super().get_request()
        except OSError:
            self._rest(_LOOK_S)
            raise

    def process_request(self, request: _Request, client_address: _Peer) -> None:
        """Hand a connection to a thread, once one is free; then rest, so that nobody can hurry."""
        with self._lock:
            self._until_s[request] = self._clock.monotonic_s() + ANSWER_S
        try:
            self._pool.submit(self._answer, request, client_address)
        except RuntimeError:  # the machine has no thread left; who asked asks again
            self._forget(request, answered=False)
            self.shutdown_request(request)
        while not self._rest(1 / MOST_A_SECOND) and len(self._until_s) >= MOST_AT_ONCE:
            self.hang_up()

    def hang_up(self, *, everybody: bool = False) -> None:
        """End the connections that have lasted too long."""
        now_s = self._clock.monotonic_s()
        with self._lock:
            late = [each for each, until_s in self._until_s.items() if everybody or until_s < now_s]
            self.cut_off += len(late)
            for request in late:
                self._until_s[request] = math.inf
                with suppress(OSError):  # it has gone by itself
                    request.shutdown(socket.SHUT_RDWR)

    def server_close(self) -> None:
        """Close the port and let the threads go."""
        super().server_close()
        self._pool.shutdown()

    def _answer(self, request: _Request, client_address: _Peer) -> None:
        try:
            self.finish_request(request, client_address)
        except OSError:
            _log.debug("a client of the metrics went before its answer was written")
        except Exception:  # noqa: BLE001 - it is logged whole
            _log.exception("a defect of coughd: a question to the metrics has no answer")
        finally:
            self._forget(request, answered=True)
            self.shutdown_request(request)

    def _forget(self, request: _Request, *, answered: bool) -> None:
        with self._lock:
            in_time = self._until_s.pop(request, math.inf) != math.inf
            self.answered += answered and in_time


class _Handler(BaseHTTPRequestHandler):
    """Answers one request and closes."""

    server: _Server
    server_version = "coughd"
    sys_version = ""
    timeout = 2 * ANSWER_S  # the server hangs up before, and counts it

    def do_GET(self) -> None:
        """Send a page."""
        self.wfile.write(self._head().body)

    def do_HEAD(self) -> None:
        """Send a page without its body."""
        self._head()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as it is inherited
        """Nothing: the log is for changes of state."""

    def _head(self) -> Page:
        page = (
            self.server.pages.page(_path_of(self.path))
            if _names_this_machine(self.headers.get("Host", ""))
            else Page(HTTPStatus.FORBIDDEN, "text/plain", b"ask by a name of the loopback\n")
        )
        self.send_response(page.code)
        self.send_header("Content-Type", page.content_type)
        self.send_header("Content-Length", str(len(page.body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        return page


def _path_of(target: str) -> str:
    """The path that is asked for; empty where the target is none."""
    try:
        return urlsplit(target).path
    except ValueError:
        return ""


def _names_this_machine(host: str) -> bool:
    """Whether a request was meant for us: a web page may not get here under a name of its own."""
    try:
        name = urlsplit(f"//{host}").hostname
        return name in (None, "localhost") or ip_address(str(name)).is_loopback
    except ValueError:
        return False
