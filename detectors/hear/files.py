"""The files of a SavedModel folder: whether they are there, and which exact weights they are."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from ...config.errors import ModelError

_CHUNK_BYTES = 1 << 20
_COMMIT = re.compile(r"[0-9a-f]{40}")


def check_files(folder: Path) -> None:
    """Raise ModelError with a sentence if `folder` cannot be a SavedModel with weights."""
    if not folder.is_dir():
        raise ModelError(f"{folder}: no such folder; embedder.model_path must name HeAR's.")
    if not (folder / "saved_model.pb").is_file():
        raise ModelError(f"{folder}: has no saved_model.pb, so it is not a SavedModel folder.")
    if not (folder / "variables" / "variables.index").is_file():
        raise ModelError(f"{folder}: has no variables/variables.index: fetch the model again.")


def hash_files(folder: Path) -> str:
    """Return the sha256 over names, sizes and bytes of the files that make the model.

    Other files of the folder (HeAR's has its event detectors and a README) do not count. Raises
    ModelError where a file cannot be read.
    """
    digest = hashlib.sha256()
    parts = [folder / "saved_model.pb"]
    for name in ("assets", "variables"):
        parts += sorted(path for path in (folder / name).rglob("*") if path.is_file())
    try:
        for path in parts:
            digest.update(f"{path.relative_to(folder)}\0{path.stat().st_size}\0".encode())
            with path.open("rb") as file:
                while chunk := file.read(_CHUNK_BYTES):
                    digest.update(chunk)
    except OSError as exc:
        raise ModelError(f"{exc.filename}: cannot be read ({exc.strerror}).") from exc
    return digest.hexdigest()


def revision_of(folder: Path, sha256: str) -> str:
    """Return 7 digits that name the weights: of the hub's commit if there is one, else the hash."""
    name = folder.resolve().name
    return (name if _COMMIT.fullmatch(name) else sha256)[:7]
