from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import threading
from contextlib import closing

import pytest

from coughd.daemon.lifecycle import (
    ReloadRequest,
    StopRequest,
    ended_by_signals,
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


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_who_is_told_to_end_tidies_up_undisturbed(number: signal.Signals) -> None:
    tidied = []

    def work() -> None:
        with ended_by_signals():
            try:
                os.kill(os.getpid(), number)
            finally:
                os.kill(os.getpid(), signal.SIGTERM)  # impatience does no harm
                tidied.append(True)

    former = signal.signal(number, signal.SIG_DFL)  # whoever runs the tests may use nohup
    try:
        with pytest.raises(SystemExit) as end:
            work()
        assert signal.getsignal(number) == signal.SIG_DFL
    finally:
        signal.signal(number, former)
    assert (end.value.code, tidied) == (128 + number, [True])


def test_under_nohup_a_hangup_ends_nothing() -> None:
    former = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with ended_by_signals():
            os.kill(os.getpid(), signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, former)


def test_many_hangups_are_one_reload_and_later_ones_another() -> None:
    before = signal.getsignal(signal.SIGHUP)
    request = ReloadRequest()
    with closing(StopRequest()) as stop, reload_on_hangup(request, stop):
        assert not request.take()
        os.kill(os.getpid(), signal.SIGHUP)
        os.kill(os.getpid(), signal.SIGHUP)
        assert [True, False] == [request.take(), request.take()]
        os.kill(os.getpid(), signal.SIGHUP)
        assert request.take()
        assert not stop.is_set()
    assert before == signal.getsignal(signal.SIGHUP)


_ON_A_TERMINAL = """
import os, select, sys
from coughd.daemon.lifecycle import ReloadRequest, StopRequest, reload_on_hangup

os.open(sys.argv[1], os.O_RDWR)  # the first terminal of a new session is its own
reload, stop = ReloadRequest(), StopRequest()
with reload_on_hangup(reload, stop):
    print("ready", flush=True)
    while not stop.is_set():
        select.select([stop], [], [], 0.05)
        if reload.take():
            print("reload", flush=True)
print("stop", flush=True)
"""


@pytest.mark.parametrize(
    ("before", "after"), [(signal.SIG_DFL, "stop"), (signal.SIG_IGN, "reload")]
)
def test_only_a_hangup_that_closes_the_terminal_stops(before: signal.Handlers, after: str) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", _ON_A_TERMINAL, os.ttyname(theirs)],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # Said either way: the tests themselves may run under nohup.
        preexec_fn=lambda: signal.signal(signal.SIGHUP, before),  # noqa: PLW1509
    )
    os.close(theirs)
    with process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "ready\n"
            process.send_signal(signal.SIGHUP)
            assert process.stdout.readline() == "reload\n"
            os.close(ours)
            assert process.stdout.readline() == f"{after}\n"
        finally:
            process.kill()
