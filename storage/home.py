"""Whether a store lies where it was written last, or is a copy of its files in another place.

A copy goes on with numbers that its original gives away too; and where the files were copied
while they were written, they may not fit each other. A store that finds itself elsewhere is
therefore read from end to end, and is another store to subscribers from then on.
"""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path

import uuid_utils
from sqlalchemy import Connection

from ..config.errors import StorageError
from .meta import read_meta, write_meta
from .upkeep.checkup import check_store_at
from .upkeep.findings import Finding

HOME = "home"
STORE_ID = "store_id"
_MACHINE = Path("/etc/machine-id")

_log = logging.getLogger("coughd.store")


def home_of(path: Path, machine: Path = _MACHINE) -> str:
    """Name the place of a file: another one for each copy, the same where it is only renamed."""
    try:
        machine_id = machine.read_text(encoding="ascii")
    except OSError:
        machine_id = ""
    return hashlib.sha256(f"{machine_id} {path.stat().st_ino}".encode()).hexdigest()[:16]


def note_home(connection: Connection, path: Path) -> None:
    """Say that the store lies here."""
    write_meta(connection, HOME, home_of(path))


def is_home(connection: Connection, path: Path) -> bool:
    """Whether a store lies where it was written last; one that was taken away lies nowhere."""
    try:
        return read_meta(connection, HOME) == home_of(path)
    except FileNotFoundError:
        return False


def become_another(connection: Connection) -> str:
    """Make it another store to subscribers; gives its new `store_id`."""
    store_id = str(uuid_utils.uuid7())
    write_meta(connection, STORE_ID, store_id)
    return store_id


def settle(connection: Connection, path: Path) -> None:
    """Note where the store lies; one that was copied here is checked, and gets a new `store_id`.

    Raises StorageError where it is not whole; nothing is changed then.
    """
    here, known = home_of(path), read_meta(connection, HOME)
    if known == here:
        return
    if known:
        broken = next((one for one in check_store_at(path) if one.state == "fault"), None)
        if broken is not None:
            raise StorageError(_sentence(path, broken))
        become_another(connection)
        _log.warning(
            "%s was copied or moved here; it is whole, and another store to subscribers", path
        )
    write_meta(connection, HOME, here)


def _sentence(path: Path, broken: Finding) -> str:
    return (
        f"{path}: it was copied here and is not whole ({broken.evidence}), perhaps since it was "
        "written meanwhile; copy it with `coughd backup create`, or keep what is readable with "
        "`coughd doctor --fix`"
    )
