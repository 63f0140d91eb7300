"""From a command's changes to the store: through the daemon where one runs, else directly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from ...config.errors import AlreadyRunningError, InputError
from ...config.places import Places
from ...config.settings import Settings
from ...storage.lock import InstanceLock, holder_of, lock_elsewhere
from ...storage.store import EventStore
from ..clips.shelf import forget_uncounted
from ..clock import SystemClock
from ..handing_in.document import MOST_CHANGES, HandedIn
from ..handing_in.tray import lay_down, read_document, take_away, wait_until_taken, waiting
from .keeping import open_store

PATIENCE_S = 20.0


def deliver(
    settings: Settings,
    places: Places,
    changes: Sequence[HandedIn],
    progress: Callable[[int], None] = lambda _done: None,
) -> None:
    """Return when all of it is committed; a running daemon also publishes it.

    Raises AlreadyRunningError where a daemon does not take it in time (it will when it can), and
    CoughdError where the store or its folder cannot be written.
    """
    pages = [changes[at : at + MOST_CHANGES] for at in range(0, len(changes), MOST_CHANGES)]
    done = 0
    while done < len(pages):
        try:
            lock = InstanceLock(places.data_dir)
        except AlreadyRunningError:
            if _hand_in(places.data_dir, pages[done]):
                done += 1
                progress(_changes(pages[:done]))
            continue
        with (
            lock,
            lock_elsewhere(places.data_dir, places.store),
            open_store(settings, places, SystemClock()) as store,
        ):
            _empty_tray(store, places.data_dir)
            for page in pages[done:]:
                _write(store, places.data_dir, page)
                done += 1
                progress(_changes(pages[:done]))


def _hand_in(data_dir: Path, page: Sequence[HandedIn]) -> bool:
    """Whether somebody took it; False where whoever ran, such as another command, has gone."""
    path = lay_down(data_dir, page)
    holder = holder_of(data_dir)

    def has_gone() -> bool:
        nonlocal holder
        holder = holder_of(data_dir)
        return holder is None

    if wait_until_taken(path, PATIENCE_S, nobody_will=has_gone):
        return True
    if holder is not None:
        raise AlreadyRunningError(
            f"{path}: the daemon (pid {holder}) has not taken it within {PATIENCE_S:g} s; it is "
            "kept there and taken when the store can be written."
        )
    take_away(path)
    return False


def _empty_tray(store: EventStore, data_dir: Path) -> None:
    """What lies there was said before: it must not come after what is said now."""
    for path in waiting(data_dir):
        with suppress(InputError):  # the next daemon sets it aside, and says so in its log
            _write(store, data_dir, read_document(path))
            take_away(path)


def _write(store: EventStore, data_dir: Path, page: Sequence[HandedIn]) -> None:
    forget_uncounted(data_dir, store.write(page))


def _changes(pages: Sequence[Sequence[HandedIn]]) -> int:
    return sum(map(len, pages))
