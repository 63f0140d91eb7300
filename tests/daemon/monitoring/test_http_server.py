"""The port: what is answered, who is cut off, and what a taken one leads to."""

from __future__ import annotations

import errno
import http.client
import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from socketserver import TCPServer

import pytest
from fakes import FakeClock
from patience import PATIENCE_S, until

from coughd.daemon.clock import Clock, SystemClock
from coughd.daemon.monitoring import http_server
from coughd.daemon.monitoring.http_server import ANSWER_S, MOST_AT_ONCE, MonitoringServer
from coughd.daemon.monitoring.pages import Pages

from ..supervision.facts_of_status import WELL


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(clock: Clock, port: int | None = None) -> Iterator[tuple[MonitoringServer, int]]:
    port = port or free_port()
    pages = Pages(lambda: WELL, clock.monotonic_s)
    with MonitoringServer("127.0.0.1", port, pages, clock) as server:
        yield server, port


def get(port: int, path: str, method: str = "GET", host: str | None = None) -> tuple[int, bytes]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)) as connection:
        connection.request(method, path, headers={"Host": host} if host else {})
        answer = connection.getresponse()
        return answer.status, answer.read()


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[MonitoringServer, int]]:
    with serving(FakeClock()) as (server, port):
        until(lambda: server.status.problem is None)
        yield server, port


def test_pages_are_answered_and_counted(served: tuple[MonitoringServer, int]) -> None:
    server, port = served
    before = server.status.answered
    code, body = get(port, "/metrics?x=1")
    assert code == 200
    assert b"coughd_coughs_total" in body
    assert get(port, "/health", "HEAD") == (200, b"")
    until(lambda: server.status.answered == before + 2)
    assert server.status.cut_off == 0


def test_without_a_descriptor_nobody_turns_in_circles(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(_server: TCPServer) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(TCPServer, "get_request", refuses)
    place, clock, rests = ("127.0.0.1", free_port()), FakeClock(), list[float]()

    def rest(seconds: float) -> bool:
        rests.append(seconds)
        return False

    with (
        http_server._Server(place, Pages(lambda: WELL, clock.monotonic_s), clock, rest) as server,
        socket.create_connection(place),
    ):
        for _ in range(3):
            server.handle_request()
    assert 3 == len(rests)


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:9797", "10.0.0.1", "[", "127.0.0.1.evil.example"]
)
def test_a_web_page_gets_nothing_by_a_name_of_its_own(
    served: tuple[MonitoringServer, int], host: str
) -> None:
    assert get(served[1], "/metrics", host=host)[0] == 403


@pytest.mark.parametrize("host", ["localhost", "localhost:9797", "127.0.0.1", "[::1]:9797"])
def test_the_names_of_the_loopback_are_ours(
    served: tuple[MonitoringServer, int], host: str
) -> None:
    assert get(served[1], "/health", host=host)[0] == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_nothing_can_be_written(served: tuple[MonitoringServer, int], method: str) -> None:
    assert get(served[1], "/health", method)[0] == 501


NOISE = [
    b"\0" * 300,
    b"GET\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"GET /" + b"x" * 70_000,
    b"GET http://[/metrics HTTP/1.0\r\n\r\n",
]


@pytest.mark.parametrize("noise", NOISE, ids=["zeros", "bare", "version", "long", "address"])
def test_garbage_is_answered_by_an_end(
    served: tuple[MonitoringServer, int], noise: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    _, port = served
    with socket.create_connection(("127.0.0.1", port), PATIENCE_S) as client:
        client.sendall(noise)
        client.shutdown(socket.SHUT_WR)
        try:
            while client.recv(65_536):
                pass
        except ConnectionResetError:
            assert noise  # it hung up before it had read everything
    assert get(port, "/health")[0] == 200
    assert "defect" not in caplog.text


def test_who_says_nothing_is_cut_off_and_others_are_answered() -> None:
    clock = FakeClock()
    with serving(clock) as (server, port), ExitStack() as crowd:
        until(lambda: server.status.problem is None)
        mute = [
            crowd.enter_context(socket.create_connection(("127.0.0.1", port), PATIENCE_S))
            for _ in range(2 * MOST_AT_ONCE)
        ]
        answers: list[int] = []
        refusals: list[Exception] = []

        def ask() -> None:
            while not answers:
                try:
                    answers.append(get(port, "/health")[0])
                except (OSError, http.client.HTTPException) as refusal:
                    refusals.append(refusal)  # by this clock it too has lasted too long

        asking = threading.Thread(target=ask)
        asking.start()

        def time_passes() -> bool:
            """As long as one of the mute is there; then whoever asks may take its time."""
            if server.status.cut_off < len(mute) + len(refusals):
                clock.now_monotonic_s += ANSWER_S
            return bool(answers)

        until(time_passes)
        asking.join()
        assert answers == [200]
        for client in mute:
            assert client.recv(1) == b""
        until(lambda: server.status.cut_off == len(mute) + len(refusals))
        until(lambda: server.status.answered == 1)


def test_who_says_nothing_is_counted_as_cut_off_by_the_real_clock_too() -> None:
    with serving(SystemClock()) as (server, port):
        until(lambda: server.status.problem is None)
        with socket.create_connection(("127.0.0.1", port)) as mute:
            assert mute.recv(1) == b"", "it is hung up on"
        until(lambda: server.status.cut_off + server.status.answered)
        assert (server.status.cut_off, server.status.answered) == (1, 0)


def test_a_stop_does_not_wait_for_a_silent_client() -> None:
    before = set(threading.enumerate())
    with serving(FakeClock()) as (server, port):
        until(lambda: server.status.problem is None)
        client = socket.create_connection(("127.0.0.1", port), PATIENCE_S)
        client.sendall(b"GET /he")
        get(port, "/health")
    with client:
        assert client.recv(1) == b""
    assert set(threading.enumerate()) <= before


def test_a_taken_port_is_said_once_and_taken_when_it_is_free(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("coughd.daemon.monitoring.http_server.BIND_AGAIN_S", 0.01)
    logging.getLogger("coughd").propagate = True
    with (
        socket.create_server(("127.0.0.1", 0)) as other,
        serving(FakeClock(), other.getsockname()[1]) as (server, port),
    ):
        until(lambda: "Address already in use" in (server.status.problem or ""))
        assert server.status.address == f"127.0.0.1:{port}"
        other.close()
        until(lambda: server.status.problem is None)
        assert get(port, "/health")[0] == 200
    said = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert len(said) == 1
    assert "no metrics; it is tried again every ten seconds" in said[0]


def test_where_no_thread_can_be_made_answers_come_back_with_the_first_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    start = threading.Thread.start

    def refuses(thread: threading.Thread) -> None:
        if thread.name.startswith("metrics-answer"):
            raise RuntimeError("can't start new thread")
        start(thread)

    with serving(FakeClock()) as (server, port):
        until(lambda: server.status.problem is None)
        with monkeypatch.context() as scarce:
            scarce.setattr(threading.Thread, "start", refuses)
            for _ in range(MOST_AT_ONCE + 1):
                with pytest.raises((http.client.HTTPException, ConnectionError)):
                    get(port, "/health")
        assert get(port, "/health")[0] == 200
