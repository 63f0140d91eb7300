"""Look at everything that a configuration means on this machine, now."""

from __future__ import annotations

from pathlib import Path

from ...config.errors import StorageError
from ...config.places import Places
from ...config.redaction import without_passwords
from ...config.settings import Settings
from ...storage.lock import holder_of
from ...storage.personal import TableContents, read_contents
from ...storage.place import is_there, sqlite_path, store_url
from .inventory import take_inventory
from .mechanism import asks_for_key
from .processes import Process, daemon_processes
from .report import Report


def look(settings: Settings, places: Places, config_file: Path) -> Report:
    """Report what is there; what cannot be looked at is said, not raised. ConfigError never."""
    inventory = take_inventory(settings, places, config_file)
    hidden = list(inventory.hidden)
    processes = tuple(_processes(places.data_dir, hidden))
    return Report(
        processes=processes,
        files=tuple(inventory.files),
        tables=tuple(_tables(places.store, hidden)),
        hidden=tuple(hidden),
        password_in_configuration=_has_password(settings.store.url),
        asking_for_keys=frozenset(
            socket.local
            for process in processes
            for socket in process.sockets
            if socket.kind.startswith("tcp")
            and socket.state == "listening"
            and asks_for_key(socket.local)
        ),
        settings=settings,
    )


def _processes(data_dir: Path, hidden: list[str]) -> list[Process]:
    try:
        found = daemon_processes(data_dir)
    except OSError as exc:
        hidden.append(f"whether a daemon runs: {exc.filename}: {exc.strerror}; try again as root")
        return []
    if not found and holder_of(data_dir) is not None:
        hidden.append(
            f"the daemon: something uses {data_dir}, and no such process is to be seen from here; "
            "try again outside of containers"
        )
    return found


def _tables(store: Path | str, hidden: list[str]) -> list[TableContents]:
    path = sqlite_path(store_url(store))
    try:
        if path is not None and not is_there(path):
            return []
        return read_contents(store)
    except StorageError as exc:
        hidden.append(f"tables: {exc}")
    return []


def _has_password(url: str | None) -> bool:
    return url is not None and without_passwords(url) != url
