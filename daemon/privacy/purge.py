"""Forget everything that was heard: the store, its copies, clips, recordings, what waits."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ...config.errors import StorageError, UsageError
from ...config.places import Places
from ...config.private_file import fsync
from ...config.settings import Settings
from ...storage.place import sqlite_path, store_name, store_url
from ...storage.upkeep.at_rest import at_rest
from .access import user_name
from .inventory import FoundFile, Kind, take_inventory

_HEARD: frozenset[Kind] = frozenset(
    # Without clips their key may be another one.
    {"store", "copy", "recording", "ballast", "told", "clip", "clip_check", "handed_in"}
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a purge would do."""

    deletes: tuple[FoundFile, ...]
    leaves: tuple[FoundFile, ...]
    """Files in coughd's folders that are not coughd's: only a person knows what they are."""


def plan_purge(settings: Settings, places: Places, config_file: Path) -> Plan:
    """Find what a purge would delete.

    Raises
    ------
    UsageError
        The store is a database server, which may hold what other machines heard.
    StorageError
        Something could not be looked at, so that it would stay; or root would delete, by a link
        that the daemon's user may have made, what is not that user's.
    """
    url = store_url(places.store)
    if sqlite_path(url) is None:
        raise UsageError(
            f"{store_name(url)}: a database server may hold what other machines heard; delete "
            "there what is to be forgotten"
        )
    inventory = take_inventory(settings, places, config_file, most_files=None)
    if inventory.hidden:
        raise StorageError(
            f"nothing was deleted, since not everything can be seen: {'; '.join(inventory.hidden)}"
        )
    heard = [file for file in inventory.files if file.kind in _HEARD]
    # Who records into /dev/null wants to keep that.
    deletes = tuple(file for file in heard if file.form != "special")
    _refuse_foreign(deletes, places.data_dir)
    left = [file for file in heard if file.form == "special"]
    left += [file for file in inventory.files if file.kind == "unknown"]
    return Plan(deletes, tuple(left))


def purge(settings: Settings, places: Places, config_file: Path) -> Plan:
    """Delete all that was heard; gives what was done. The daemon must be stopped.

    A purge that is cut short can be made again. Deleted is not overwritten: a disk may keep the
    bytes until it needs their room.

    Raises
    ------
    AlreadyRunningError
        The daemon runs; nothing was deleted.
    StorageError
        A file cannot be deleted.
    """
    plan = plan_purge(settings, places, config_file)
    if not plan.deletes:
        return plan
    with at_rest(places.data_dir, places.store):
        # Until now a daemon may have made more.
        plan = plan_purge(settings, places, config_file)
        for file in plan.deletes:
            _delete(file)
        for folder in {file.path.parent for file in plan.deletes}:
            _let_go(folder)
    return plan


def _refuse_foreign(files: Iterable[FoundFile], data_dir: Path) -> None:
    home = Path(os.path.realpath(data_dir))
    if os.geteuid() != 0 or not home.exists():
        return  # others can delete no more than they may
    owner = user_name(home.stat().st_uid)
    for file in files:
        if file.access.owner != owner and not file.path.is_relative_to(home):
            raise StorageError(
                f"nothing was deleted: {file.path} is outside of {data_dir} and belongs to "
                f"{file.access.owner}, not to {owner}; if a link leads there, remove the link, "
                "else delete the file by hand"
            )


def _delete(file: FoundFile) -> None:
    """Delete what was found, and nothing that has taken its place; StorageError."""
    try:
        folder = os.open(file.path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            now = os.stat(file.path.name, dir_fd=folder, follow_symlinks=False)
            if (now.st_dev, now.st_ino) != (file.device, file.inode):
                raise StorageError(f"{file.path}: was replaced just now; try again")
            os.unlink(file.path.name, dir_fd=folder)
        finally:
            os.close(folder)
    except FileNotFoundError:
        return
    except OSError as exc:
        raise StorageError(f"{file.path}: cannot be deleted ({exc.strerror})") from exc


def _let_go(folder: Path) -> None:
    """Wait until the disk has forgotten the names, too."""
    try:
        fsync(folder)
    except OSError as exc:
        raise StorageError(
            f"{folder}: what was deleted there may come back after a power cut ({exc.strerror}); "
            "look again after the next boot"
        ) from exc
