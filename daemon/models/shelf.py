"""Where pulled models stand: `models/NAME/REVISION` in the data directory, whole or not at all."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from ...config.errors import AlreadyRunningError, StorageError, StorageFullError
from ...config.private_file import give_to_owner_of, write_private
from ...detectors.hear.files import digest_files
from ...detectors.hear.manifest import Manifest, find_pulled
from .catalog import Pullable

_PARTIAL = ".partial-"
_TERMS_FILE = "terms.json"
_ROOM_LEFT_BYTES = 64 << 20
"""Never filled by a pull: the store lives on the same disk."""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Somebody agreed to a model's terms."""

    model: str
    repository: str
    revision: str
    terms: str
    """The address they were read at."""
    accepted_at: str
    """RFC 3339, UTC."""
    how: str
    """`prompt` or `--accept-terms`."""


@dataclass(frozen=True, slots=True)
class Pulled:
    """A model that is there."""

    folder: Path
    manifest: Manifest

    @property
    def size_bytes(self) -> int:
        """Of the files that are there."""
        paths = (self.folder / name for name in self.manifest.files)
        return sum(path.stat().st_size for path in paths if path.is_file())

    def verify(self) -> None:
        """Compare every file with its checksum; ModelError names the first fault."""
        self.manifest.check(self.folder, digest_files(self.folder))


class Shelf:
    """The pulled models of one data directory. What stands here was complete when it was put."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._root = data_dir / "models"

    def find(self, name: str) -> Pulled | None:
        """The model of this name that was pulled last; ModelError where a manifest is broken."""
        pulled = find_pulled(self.folder(name))
        return None if pulled is None else Pulled(*pulled)

    def folder(self, name: str) -> Path:
        """Where the revisions of a model are, pulled or not."""
        return self._root / name

    @contextmanager
    def staging(self, model: Pullable, revision: str) -> Iterator[Path]:
        """Give the folder in which a model is gathered; what lies in it may be used up again.

        Nobody else gathers meanwhile: AlreadyRunningError. StorageError where nothing can be
        written.
        """
        folder = self._root / model.name / f"{_PARTIAL}{revision}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lock = os.open(self._root / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as exc:
            raise StorageError(
                f"{folder}: cannot be written ({exc.strerror}): models are pulled by the user whom "
                "the data directory belongs to, or by root"
            ) from exc
        try:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as exc:
                raise AlreadyRunningError(
                    f"{self._root}: another coughd model pull is at work here"
                ) from exc
            yield folder
        finally:
            os.close(lock)

    def put(self, staging: Path, manifest: Manifest) -> Path:
        """Make what was gathered the model, in one step; return its folder."""
        folder = self._root / manifest.model / staging.name.removeprefix(_PARTIAL)
        try:
            manifest.write(staging)
            for path in staging.rglob("*"):
                if not path.is_symlink():
                    path.chmod(0o755 if path.is_dir() else 0o644)
            staging.chmod(0o755)
            self._give_to_owner(staging.parent.parent)
            if folder.exists():
                shutil.rmtree(folder)
            staging.rename(folder)
        except OSError as exc:
            raise StorageError(f"{folder}: cannot be written ({exc.strerror})") from exc
        return folder

    def _give_to_owner(self, top: Path) -> None:
        """Root pulls for the service's user, who must be able to replace what root wrote.

        A link, which that user may have put there, is given and not what it leads to.
        """
        for path in (top, *top.rglob("*")):
            give_to_owner_of(self._data_dir, path)

    def make_room(self, folder: Path, needed_bytes: int) -> None:
        """See whether so much more can be written; StorageFullError."""
        free_bytes = shutil.disk_usage(folder).free
        if needed_bytes + _ROOM_LEFT_BYTES > free_bytes:
            raise StorageFullError(
                f"{folder}: the disk is too small: {megabytes(needed_bytes)} are still to come and "
                f"{megabytes(free_bytes)} are free; make room, or set store.data_dir"
            )

    def acceptances(self) -> list[Acceptance]:
        """Everything that was agreed to here; StorageError."""
        path = self._root / _TERMS_FILE
        try:
            return [Acceptance(**each) for each in json.loads(path.read_text(encoding="utf-8"))]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, TypeError, RecursionError) as exc:
            raise StorageError(
                f"{path}: cannot be read ({exc}); remove it and accept anew"
            ) from exc

    def accepted(self, model: Pullable) -> Acceptance | None:
        """When these very terms were accepted for this model, if ever."""
        wanted = (model.name, model.repository, model.terms.url)
        found = [
            each
            for each in self.acceptances()
            if (each.model, each.repository, each.terms) == wanted
        ]
        return found[-1] if found else None

    def record(self, acceptance: Acceptance) -> None:
        """Write an acceptance down; StorageError."""
        path = self._root / _TERMS_FILE
        documents = [asdict(each) for each in (*self.acceptances(), acceptance)]
        try:
            self._root.mkdir(parents=True, exist_ok=True)
            write_private(
                path, f"{json.dumps(documents, indent=1)}\n".encode(), owner_of=self._root
            )
        except OSError as exc:
            raise StorageError(f"{path}: cannot be written ({exc.strerror})") from exc


def megabytes(size_bytes: int) -> str:
    """A size for a person, such as `1,213 MB`."""
    return f"{size_bytes / 1e6:,.0f} MB" if size_bytes >= 10e6 else f"{size_bytes / 1e6:.1f} MB"
