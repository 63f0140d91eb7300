"""Forget everything that was heard: the store, its copies, clips, recordings, what waits."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ...config.errors import StorageError, UsageError
from ...config.places import Places
from ...config.private_file import fsync
from ...config.settings import Settings
from ...storage.place import sqlite_path, store_name, store_url
from ...storage.upkeep.at_rest import at_rest
from .inventory import FoundFile, Kind, take_inventory

_HEARD: frozenset[Kind] = frozenset({"store", "copy", "recording", "ballast", "clip", "handed_in"})


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
        Something could not be looked at, so that it would stay.
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
            try:
                file.path.unlink(missing_ok=True)
            except OSError as exc:
                raise StorageError(f"{file.path}: cannot be deleted ({exc.strerror})") from exc
        for folder in {file.path.parent for file in plan.deletes}:
            _let_go(folder)
    return plan


def _let_go(folder: Path) -> None:
    """Wait until the disk has forgotten the names, too."""
    try:
        fsync(folder)
    except OSError as exc:
        raise StorageError(
            f"{folder}: what was deleted there may come back after a power cut ({exc.strerror}); "
            "look again after the next boot"
        ) from exc
