"""The files of a model folder: whether they are there, and which exact weights they are."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

from ...config.errors import ModelError
from .manifest import Manifest

_CHUNK_BYTES = 1 << 20
_COMMIT = re.compile(r"[0-9a-f]{40}")
_FOLDERS = ("assets", "variables")
_SINGLE_FILES = ("saved_model.pb", "config.json", "model.safetensors")


def check_files(folder: Path) -> None:
    """Raise ModelError with a sentence if `folder` cannot be a SavedModel with weights."""
    if not folder.is_dir():
        raise ModelError(f"{folder}: no such folder; model_path must name one of HeAR's.")
    if not (folder / "saved_model.pb").is_file():
        raise ModelError(f"{folder}: has no saved_model.pb, so it is not a SavedModel folder.")
    if not (folder / "variables" / "variables.index").is_file():
        raise ModelError(f"{folder}: has no variables/variables.index: fetch the model again.")


def digest_files(folder: Path) -> dict[str, str]:
    """Return the sha256 of every file that makes the model, by its path below `folder`.

    Other files of the folder (HeAR's has its event detectors and a README) do not count. Raises
    ModelError where a file cannot be read.
    """
    return {path.relative_to(folder).as_posix(): digest_file(path) for path in _parts(folder)}


def _parts(folder: Path) -> Iterator[Path]:
    yield from (folder / name for name in _SINGLE_FILES if (folder / name).is_file())
    for name in _FOLDERS:
        yield from sorted(path for path in (folder / name).rglob("*") if path.is_file())


def digest_file(path: Path) -> str:
    """Return a file's sha256; ModelError where it cannot be read."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                digest.update(chunk)
    except OSError as exc:
        raise ModelError(f"{exc.filename}: cannot be read ({exc.strerror}).") from exc
    return digest.hexdigest()


def hash_files(folder: Path) -> str:
    """Return one sha256 over the names and contents of the files that make the model.

    Raises ModelError where a file cannot be read.
    """
    return hash_of(digest_files(folder))


def hash_of(digests: dict[str, str]) -> str:
    """Return one sha256 for what `digest_files` returned."""
    lines = "".join(f"{digests[name]}  {name}\n" for name in sorted(digests))
    return hashlib.sha256(lines.encode()).hexdigest()


def verified_digest(folder: Path) -> str:
    """Return `hash_files(folder)`; ModelError where the files are not those that were pulled.

    A folder without a manifest, which nobody pulled, has nothing to be compared with.
    """
    digests = digest_files(folder)
    if not digests:
        raise ModelError(f"{folder}: has no model; model_path must name one of HeAR's.")
    manifest = Manifest.read(folder)
    if manifest is not None:
        manifest.check(folder, digests)
    return hash_of(digests)


def revision_of(folder: Path, sha256: str) -> str:
    """Return 7 digits that name the weights: of the hub's commit if there is one, else the hash."""
    name = folder.resolve().name
    return (name if _COMMIT.fullmatch(name) else sha256)[:7]
