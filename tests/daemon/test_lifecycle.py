from __future__ import annotations

import os
import select
import signal
import sys
import threading
from contextlib import closing

from coughd.daemon.lifecycle import (
    ReloadRequest,
    StopRequest,
    reload_on_hangup,
    stop_on_signals,
)


def test_a_signal_sets_the_stop_and_wakes_who_waits() -> None:
    before = signal.getsignal(signal.SIGTERM)
    for number in (signal.SIGTERM, signal.SIGINT):
        with closing(StopRequest()) as stop, stop_on_signals(stop):
            assert not stop.is_set()
            os.kill(os.getpid(), number)
            assert select.select([stop], [], [], 5.0)[0]
            os.kill(os.getpid(), number)  # impatience does no harm
            assert stop.is_set()
    assert before == signal.getsignal(signal.SIGTERM)


def test_a_signal_in_the_middle_of_another_does_not_hang() -> None:
    """Wherever the first `set` is, a second one may come."""

    def set_again(_frame: object, _what: str, _argument: object) -> None:
        sys.setprofile(None)
        stop.set()
        sys.setprofile(set_again)

    def set_interrupted() -> None:
        sys.setprofile(set_again)
        stop.set()
        sys.setprofile(None)

    with closing(StopRequest()) as stop:
        thread = threading.Thread(target=set_interrupted, daemon=True)
        thread.start()
        thread.join(10.0)
        assert not thread.is_alive()
        assert stop.is_set()


def test_many_hangups_are_one_reload_and_later_ones_another() -> None:
    before = signal.getsignal(signal.SIGHUP)
    request = ReloadRequest()
    with reload_on_hangup(request):
        assert not request.take()
        os.kill(os.getpid(), signal.SIGHUP)
        os.kill(os.getpid(), signal.SIGHUP)
        assert [True, False] == [request.take(), request.take()]
        os.kill(os.getpid(), signal.SIGHUP)
        assert request.take()
    assert before == signal.getsignal(signal.SIGHUP)
