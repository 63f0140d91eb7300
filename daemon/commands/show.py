"""Printing a daemon's stream while it runs: what `run --show` and `demo` share with `watch`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer

from ...config.places import Places
from ..subscriber import Message, Subscriber
from .watch_lines import text_line

_TOPICS = ("cough.event", "source")
_TURN_S = 0.2


def show_until(places: Places, done: Callable[[], bool]) -> None:
    """Print what the daemon at these addresses tells until `done`, the last messages included."""
    with Subscriber(places.publish, places.replay, since_seq=None, topics=_TOPICS) as stream:
        while True:
            last_turn = done()
            for item in stream.messages(_TURN_S):
                if isinstance(item, Message):
                    typer.echo(text_line(item))
            if last_turn:
                return


@contextmanager
def showing(places: Places) -> Iterator[None]:
    """Print the stream of this process's own daemon.

    The thread `show` subscribes like anybody else and prints; it must not touch anything of the
    daemon's.
    """
    stop = threading.Event()
    thread = threading.Thread(target=show_until, args=(places, stop.is_set), name="show")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
