"""Every file that belongs to a configuration: which it is, what it holds, who may open it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from glob import escape
from itertools import islice
from pathlib import Path
from typing import Literal, TypeAlias

from ...config.places import Places
from ...config.settings import Settings
from ...detectors.question_versions import QUESTIONS_FOLDER
from ...storage.lock import LOCK_NAME, STORE_LOCK_ENDING
from ...storage.place import sqlite_path, store_url
from ...storage.told import TOLD_NAME
from ...storage.upkeep.room import BALLAST_NAME
from ..clips.ports import CHECK_NAME, CLIPS_FOLDER
from .access import READ, WRITE, Access, access_to
from .sniffing import Form, form_of

Kind: TypeAlias = Literal[
    "store", "copy", "recording", "source", "socket", "configuration", "probe", "lock", "ballast",
    "told", "clip", "clip_check", "key", "handed_in", "model", "unknown",
]  # fmt: skip
HOLDS: dict[Kind, str] = {
    "store": "what was heard when, without sound: see the tables",
    "copy": "a copy of the store: everything that its tables hold",
    "recording": "SOUND: everything that the microphone heard",
    "source": "sound that you gave coughd to hear; it only reads it",
    "socket": "nothing at rest; tells of every event to whoever may open it",
    "configuration": "names of places and microphones",
    "probe": "numbers fitted to labelled sounds",
    "lock": "the daemon's process number",
    "ballast": "zeros, to be given up when the disk is full",
    "told": "how many messages each store told, and a digest of its last one",
    "clip": "SOUND: two seconds round a counted cough, encrypted; when and where in plain words",
    "clip_check": "nothing, encrypted: by it another key than that of the clips is found out",
    "key": "a secret: lets its reader in over tcp or to a server, or decrypts clips; nothing about "
    "people",
    "handed_in": "what people said of events, and embeddings, until the daemon takes it",
    "model": "weights of a network; nothing about people",
    "unknown": "unknown: no file of this configuration's",
}
_FOLDERS: dict[str, Kind] = {
    CLIPS_FOLDER: "clip",
    "keys": "key",
    "handed-in": "handed_in",
    "probes": "probe",
    QUESTIONS_FOLDER: "probe",
}
_BY_NAME: dict[str, Kind] = {
    LOCK_NAME: "lock",
    BALLAST_NAME: "ballast",
    TOLD_NAME: "told",
    CHECK_NAME: "clip_check",
}
_OWN = (*_FOLDERS, "backups", "models")
MOST_FILES = 10_000
"""So many are shown below one folder; beyond that the report says that it is not whole."""


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file, or a socket's."""

    path: Path
    kind: Kind
    size_bytes: int
    device: int
    inode: int
    form: Form
    access: Access


@dataclass(slots=True)
class Inventory:
    """What was found, and why something could not be looked at."""

    files: list[FoundFile] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    _looked_at: set[Path] = field(default_factory=set)

    def add(self, path: Path, kind: Kind) -> None:
        """Look at one path, unless it is not there or was looked at before.

        Of coughd's own, and of what its configuration names, a link is followed: the sound lies
        where it leads to. What nobody knows is looked at as it is.
        """
        leads_to = Path(os.path.realpath(path))
        if leads_to in self._looked_at:
            return
        if kind != "unknown":
            path = leads_to
        self._looked_at.add(path)
        try:
            status = path.lstat()
            socket = stat.S_ISSOCK(status.st_mode)
            found = FoundFile(
                path=path,
                kind=kind,
                size_bytes=status.st_size,
                device=status.st_dev,
                inode=status.st_ino,
                form=form_of(path) if stat.S_ISREG(status.st_mode) else "special",
                access=access_to(path, WRITE if socket else READ),
            )
        except FileNotFoundError:
            return
        except OSError as exc:
            self.hidden.append(f"{path}: {exc.strerror}")
            return
        self.files.append(found)

    def add_beside(self, store: Path) -> None:
        """Look at the store and what coughd puts beside it; the folder may be anybody's."""
        try:
            names = sorted(os.listdir(store.parent))  # noqa: PTH208 - refused here, not later
        except FileNotFoundError:
            return
        except OSError as exc:
            self.hidden.append(f"{store.parent}: {exc.strerror}; try again as root")
            return
        for path in (store.parent / name for name in names):
            kind = kind_of(path, store)
            if kind != "unknown":
                self.add(path, kind)

    def add_below(self, folder: Path, store: Path | None, most_files: int | None) -> None:
        """Look at everything below a folder of coughd's own, or at so many files."""
        folder = Path(os.path.realpath(folder))
        below = _files_below(folder, self.hidden)
        for path in islice(below, most_files):
            self.add(path, kind_of(path, store, folder))
        if next(below, None) is not None:
            self.hidden.append(f"{folder}: there are more than {most_files} files")


def take_inventory(
    settings: Settings, places: Places, config_file: Path, most_files: int | None = MOST_FILES
) -> Inventory:
    """Find all files of a configuration, in folders of coughd's own that link elsewhere as well.

    Of more than `most_files` in a folder the rest is `hidden`; None: there is no bound.
    """
    inventory = Inventory()
    store = sqlite_path(store_url(places.store))
    _add_sound(inventory, settings)
    if store is not None:
        inventory.add_beside(store)
    for address in (places.publish, places.replay):
        if address.startswith("ipc://"):
            inventory.add(Path(address.removeprefix("ipc://")), "socket")
    inventory.add(config_file.absolute(), "configuration")
    if settings.probe.path is not None:
        inventory.add(settings.probe.path.absolute(), "probe")
    for secret in (settings.clips.key_file, settings.embedder.token_file):
        if secret is not None:
            inventory.add(secret.absolute(), "key")
    for folder in (places.data_dir, places.cache_dir):
        inventory.add_below(folder, store, most_files)
    return inventory


def _add_sound(inventory: Inventory, settings: Settings) -> None:
    for source in settings.sources:
        if source.path is not None:
            inventory.add(source.path.absolute(), "source")
        if source.record_path is not None:
            for path in recordings(source.record_path.absolute()):
                inventory.add(path, "recording")


def recordings(path: Path) -> list[Path]:
    """Find what a recording to `path` made: PATH, PATH-2, PATH-3, ..."""
    numbered = path.parent.glob(f"{escape(path.stem)}-*{escape(path.suffix)}")
    own = [each for each in numbered if each.stem[len(path.stem) + 1 :].isdecimal()]
    return [path, *sorted(own)]


def kind_of(path: Path, store: Path | None, home: Path | None = None) -> Kind:
    """Tell by its name what a file in a folder of coughd's is, such as one below `home`."""
    if store is not None and path.parent == store.parent:
        if path.name in {f"{store.name}{ending}" for ending in ("", "-wal", "-shm", "-journal")}:
            return "store"
        if path.name == f"{store.name}{STORE_LOCK_ENDING}":
            return "lock"
        if path.name.startswith((f"{store.name}.", f".{store.name}.")):
            return "copy"
    if path.name in _BY_NAME:
        return _BY_NAME[path.name]
    is_backup = path.parent.name == "backups" and path.name.lstrip(".").startswith("coughd-")
    if is_backup and ".sqlite3" in path.name:
        return "copy"
    return "unknown" if home is None else _by_folder(path.relative_to(home).parts[:-1])


def _by_folder(folders: Sequence[str]) -> Kind:
    if folders[:1] == ("models",):
        return "model"
    return _FOLDERS.get(folders[0], "unknown") if len(folders) == 1 else "unknown"


def _files_below(folder: Path, hidden: list[str]) -> Iterator[Path]:
    """Give links to folders, too, but for those that have the name of one of coughd's own."""

    def refused(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):
            hidden.append(f"{error.filename}: {error.strerror}")

    moved = [path for path in (folder / name for name in _OWN) if _is_link(path)]
    for top in (folder, *moved):
        for parent, below, names in os.walk(top, onerror=refused):
            links = [name for name in below if _is_link(Path(parent) / name)]
            for path in (Path(parent) / name for name in sorted((*names, *links))):
                if path not in moved:
                    yield path


def _is_link(path: Path) -> bool:
    return os.path.islink(path)  # noqa: PTH114 - the other raises where this user may not look
