"""Printing a daemon's stream while it runs: what `run --show` and `demo` share with `watch`."""

from __future__ import annotations

import logging
import select
import sys
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from functools import partial

from ....config.addresses import from_this_machine
from ....config.places import Places
from ....config.settings import Settings
from ...own_thread import OwnThread
from ...stream.client_key import ClientKey
from ...subscriber import Message, Subscriber
from ..shared.output import NO_ROOM, let_output_go
from ..shared.own_key import own_key
from .live_lines import LiveLines

_COUGHS = ("cough.event",)
COUGHS_AND_SOURCES = ("cough.event", "source")
_TURN_S = 0.2
_LAST_LINES_S = 2.0
"""So long a stop waits for somebody to read the last lines."""
_JOIN_S = 3.0

_log = logging.getLogger("coughd.show")


def show_until(
    places: Places,
    timezone: str,
    done: Callable[[], bool],
    topics: Collection[str],
    key: ClientKey | None = None,
    is_read: Callable[[], bool] = lambda: True,
) -> None:
    """Print what the daemon at these addresses tells until `done`, the last messages included.

    `is_read` may wait for the reader of standard output; a line is left out where it is False.
    """
    lines = LiveLines(timezone)
    if is_read():
        lines.begin()
    publish, replay = map(from_this_machine, (places.publish, places.replay))
    with Subscriber(publish, replay, since_seq=None, topics=topics, key=key) as stream:
        while True:
            last_turn = done()
            for item in stream.messages(_TURN_S):
                if isinstance(item, Message) and is_read():
                    lines.show(item)
            if last_turn:
                return


@contextmanager
def showing(settings: Settings, places: Places) -> Iterator[None]:
    """Print the coughs of this process's own daemon, whose log tells of its sources already.

    The thread `show` subscribes like anybody else and prints; it must not touch anything of the
    daemon's. It ends where nobody reads what it prints or no room is left for it; the daemon goes
    on. Where somebody reads no further, it waits; the daemon's end does not.
    """
    stop, given_up = threading.Event(), threading.Event()
    key = own_key(settings, places)

    def show() -> None:
        try:
            is_read = partial(_is_read, given_up.is_set)
            show_until(places, settings.timezone, stop.is_set, _COUGHS, key, is_read)
        except BrokenPipeError:
            let_output_go()
            _log.warning("nobody reads standard output any more: nothing more is shown")
        except OSError as exc:
            if exc.errno not in NO_ROOM:
                raise
            let_output_go()
            _log.warning("standard output: %s; nothing more is shown", exc.strerror)

    thread = OwnThread("show", show)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        if not thread.wait(_LAST_LINES_S):
            _log.warning("nobody reads on at standard output: the last lines are not shown")
            given_up.set()
            thread.has_ended(_JOIN_S)


def _is_read(given_up: Callable[[], bool]) -> bool:
    """Wait until standard output takes a line; False where that is given up.

    A pager that is not read on, or a terminal halted by Ctrl-S, may take none for hours, and a
    thread in the midst of a write cannot be ended.
    """
    poll = select.poll()
    poll.register(sys.stdout, select.POLLOUT)
    while not poll.poll(0):
        if given_up():
            return False
        poll.poll(_TURN_S * 1000)
    return True
