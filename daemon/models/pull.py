"""Fetch a model, from the hub or from a folder, check it, and only then put it in its place."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from ...config.errors import InputError, ModelError, StorageError
from ...detectors.hear.files import digest_file, digest_files
from ...detectors.hear.kinds import check_kind
from ...detectors.hear.manifest import MANIFEST_FILE, Manifest
from .catalog import Pullable
from .hub import Hub, RemoteFile
from .shelf import Pulled, Shelf

Progress = Callable[[int, int], None]
"""Told how many bytes are there, and of how many."""
_COMMIT = re.compile(r"[0-9a-f]{40}")
_PART = ".part"
UNKNOWN_REVISION = "unknown"


def pull_from_hub(
    model: Pullable, hub: Hub, shelf: Shelf, fetched_at: str, progress: Progress
) -> Pulled:
    """Fetch what is missing of `model`; nothing where it is here already, unharmed.

    Raises CoughdError: AccessError, HubError, StorageError, or ModelError where what came is not
    what the hub said it would be. A next call goes on where this one ended.
    """
    present = shelf.find(model.name)
    if present is not None and present.manifest.revision == model.revision and _whole(present):
        return present
    files = hub.files(model)
    total_bytes = sum(file.size_bytes for file in files)
    with shelf.staging(model, model.revision) as staging:
        _drop_strangers(staging, files)
        have_bytes = sum(_size(staging, file.name) for file in files)
        shelf.make_room(staging, total_bytes - have_bytes)
        before_bytes = 0
        for file in files:
            _fetch(model, file, hub, staging, before_bytes, total_bytes, progress)
            before_bytes += file.size_bytes
        check_kind(model.name, staging)
        manifest = Manifest(
            model=model.name,
            repository=model.repository,
            revision=model.revision,
            fetched_at=fetched_at,
            vouched_by="hub",
            files=digest_files(staging),
        )
        return Pulled(shelf.put(staging, manifest), manifest)


def _whole(pulled: Pulled) -> bool:
    try:
        pulled.verify()
    except ModelError:
        return False
    return True


def _fetch(
    model: Pullable,
    file: RemoteFile,
    hub: Hub,
    staging: Path,
    before_bytes: int,
    total_bytes: int,
    progress: Progress,
) -> None:
    done = staging / file.name
    part = done.with_name(done.name + _PART)
    if not done.exists():
        done.parent.mkdir(parents=True, exist_ok=True)
        if _size(staging, file.name) > file.size_bytes:
            part.unlink()
        hub.fetch(model, file, part, lambda have: progress(before_bytes + have, total_bytes))
        _check(file, part)
        part.rename(done)
    progress(before_bytes + file.size_bytes, total_bytes)


def _check(file: RemoteFile, part: Path) -> None:
    """Compare with what the hub said; what differs is deleted, since going on would not mend it."""
    if file.sha256 is not None:
        found, said = digest_file(part), file.sha256
    else:
        found, said = _git_sha1(part.read_bytes()), file.git_sha1
    if found != said:
        part.unlink()
        raise ModelError(
            f"{file.path}: what came is not what the hub announced (checksum {found[:12]}..., "
            f"announced {said[:12]}...); it was deleted, nothing was put in place: pull again"
        )


def _git_sha1(content: bytes) -> str:
    """Git names a file by this hash of its length and content."""
    named = b"blob %d\0" % len(content) + content
    return hashlib.sha1(named, usedforsecurity=False).hexdigest()


def _size(staging: Path, name: str) -> int:
    for path in (staging / name, staging / f"{name}{_PART}"):
        if path.exists():
            return path.stat().st_size
    return 0


def _drop_strangers(staging: Path, files: Sequence[RemoteFile]) -> None:
    """Remove what does not belong to the model, such as a pull of an earlier program left."""
    wanted = {staging / file.name for file in files}
    wanted |= {path.with_name(path.name + _PART) for path in wanted}
    for path in [path for path in staging.rglob("*") if path.is_file() and path not in wanted]:
        path.unlink()


def pull_from_folder(
    model: Pullable, folder: Path, shelf: Shelf, fetched_at: str, progress: Progress
) -> Pulled:
    """Copy `model` out of a folder: its own, a snapshot of the whole repository, or a pulled one.

    Raises InputError where it is not there, ModelError where it is damaged or another model,
    StorageError where it cannot be copied.
    """
    source = _own_folder(model, folder)
    given = Manifest.read(source)
    if given is not None and given.model != model.name:
        raise InputError(f"{source}: holds the model {given.model}, not {model.name}")
    names = list(_names(model, source))
    if not names:
        raise InputError(
            f"{folder}: has no files of {model.name}; name the folder of a snapshot of "
            f"{model.repository}, or one that coughd model pull made"
        )
    revision = _revision(given, folder, source)
    with shelf.staging(model, _folder_name(revision, names, source)) as staging:
        shelf.make_room(staging, sum((source / name).stat().st_size for name in names))
        _copy(source, names, staging, progress)
        check_kind(model.name, staging)
        found = digest_files(staging)
        if given is not None:
            given.check(source, found)
        manifest = Manifest(
            model=model.name,
            repository=model.repository,
            revision=revision,
            fetched_at=fetched_at,
            vouched_by="nobody" if given is None else "manifest",
            files=found,
        )
        return Pulled(shelf.put(staging, manifest), manifest)


def _own_folder(model: Pullable, folder: Path) -> Path:
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder")
    within = folder / model.folder
    return within if model.folder and within.is_dir() else folder


def _names(model: Pullable, source: Path) -> list[str]:
    prefix = f"{model.folder}/" if model.folder else ""
    names = (path.relative_to(source).as_posix() for path in source.rglob("*") if path.is_file())
    return sorted(
        name for name in names if name != MANIFEST_FILE and model.name_of(prefix + name) is not None
    )


def _revision(given: Manifest | None, *folders: Path) -> str:
    if given is not None:
        return given.revision
    # A snapshot in the hub's own cache is named by its commit.
    names = (folder.resolve().name for folder in folders)
    return next((name for name in names if _COMMIT.fullmatch(name)), UNKNOWN_REVISION)


def _folder_name(revision: str, names: Sequence[str], source: Path) -> str:
    """Name a model that nobody knows the revision of by its content."""
    if revision != UNKNOWN_REVISION:
        return revision
    digests = "".join(f"{digest_file(source / name)} {name}\n" for name in names)
    return f"content-{hashlib.sha256(digests.encode()).hexdigest()[:12]}"


def _copy(source: Path, names: Sequence[str], staging: Path, progress: Progress) -> None:
    shutil.rmtree(staging)
    total_bytes = sum((source / name).stat().st_size for name in names)
    have_bytes = 0
    for name in names:
        target = staging / name
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / name, target)
        except OSError as exc:
            raise StorageError(f"{exc.filename}: cannot be copied ({exc.strerror})") from exc
        have_bytes += target.stat().st_size
        progress(have_bytes, total_bytes)
