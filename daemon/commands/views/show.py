"""Printing a daemon's stream while it runs: what `run --show` and `demo` share with `watch`."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager

from ....config.addresses import from_this_machine
from ....config.places import Places
from ....config.settings import Settings
from ...stream.client_key import ClientKey
from ...subscriber import Message, Subscriber
from ..shared.output import NO_ROOM, let_output_go
from ..shared.own_key import own_key
from .live_lines import LiveLines

_COUGHS = ("cough.event",)
COUGHS_AND_SOURCES = ("cough.event", "source")
_TURN_S = 0.2

_log = logging.getLogger("coughd.show")


def show_until(
    places: Places,
    timezone: str,
    done: Callable[[], bool],
    topics: Collection[str],
    key: ClientKey | None = None,
) -> None:
    """Print what the daemon at these addresses tells until `done`, the last messages included."""
    lines = LiveLines(timezone)
    lines.begin()
    publish, replay = map(from_this_machine, (places.publish, places.replay))
    with Subscriber(publish, replay, since_seq=None, topics=topics, key=key) as stream:
        while True:
            last_turn = done()
            for item in stream.messages(_TURN_S):
                if isinstance(item, Message):
                    lines.show(item)
            if last_turn:
                return


@contextmanager
def showing(settings: Settings, places: Places) -> Iterator[None]:
    """Print the coughs of this process's own daemon, whose log tells of its sources already.

    The thread `show` subscribes like anybody else and prints; it must not touch anything of the
    daemon's. It ends where nobody reads what it prints or no room is left for it; the daemon goes
    on.
    """
    stop = threading.Event()
    key = own_key(settings, places)

    def show() -> None:
        try:
            show_until(places, settings.timezone, stop.is_set, _COUGHS, key)
        except BrokenPipeError:
            let_output_go()
            _log.warning("nobody reads standard output any more: nothing more is shown")
        except OSError as exc:
            if exc.errno not in NO_ROOM:
                raise
            let_output_go()
            _log.warning("standard output: %s; nothing more is shown", exc.strerror)

    thread = threading.Thread(target=show, name="show")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
