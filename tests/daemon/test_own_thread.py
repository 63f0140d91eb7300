from __future__ import annotations

import threading

import pytest

from coughd.daemon.own_thread import OwnThread

PATIENCE_S = 120.0


def test_what_kills_a_thread_is_logged_whole(caplog: pytest.LogCaptureFixture) -> None:
    def work() -> None:
        raise ZeroDivisionError

    thread = OwnThread("frail", work)
    assert not thread.is_alive
    thread.start()
    assert thread.has_ended(PATIENCE_S)
    assert not thread.is_alive
    (record,) = caplog.records
    assert record.getMessage().startswith("the thread frail has died")
    assert record.exc_info is not None
    assert record.exc_info[0] is ZeroDivisionError


def test_a_thread_that_does_not_stop_is_named(caplog: pytest.LogCaptureFixture) -> None:
    stop = threading.Event()

    def work() -> None:
        stop.wait(PATIENCE_S)

    thread = OwnThread("stubborn", work)
    thread.start()
    assert not thread.wait(0.0)
    assert not thread.has_ended(0.0)
    assert caplog.messages == ["the thread stubborn does not stop"]
    stop.set()
    assert thread.has_ended(PATIENCE_S)
