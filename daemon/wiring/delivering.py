"""From a command's changes to the store: through the daemon where one runs, else directly."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ...config.errors import AlreadyRunningError
from ...config.places import Places
from ...config.settings import Settings
from ...storage.lock import InstanceLock, holder_of
from ..clips.shelf import forget_uncounted
from ..clock import SystemClock
from ..handing_in.document import MOST_CHANGES, HandedIn
from ..handing_in.tray import lay_down, wait_until_taken
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
    if (pid := holder_of(places.data_dir)) is not None:
        for page in pages:
            path = lay_down(places.data_dir, page)
            if not wait_until_taken(path, PATIENCE_S):
                raise AlreadyRunningError(
                    f"{path}: the daemon (pid {pid}) has not taken it within {PATIENCE_S:g} s; it "
                    "is kept there and taken when the store can be written."
                )
            progress(done := done + len(page))
        return
    with (
        InstanceLock(places.data_dir),
        open_store(settings, places, SystemClock()) as store,
    ):
        for page in pages:
            store.write(page)
            forget_uncounted(places.data_dir, page)
            progress(done := done + len(page))
