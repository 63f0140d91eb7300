"""The checksums written down when a model was fetched, and whether its files still have them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from ...config.errors import ModelError

MANIFEST_FILE = "coughd-model.json"
MANIFEST_SCHEMA = "coughd.model/1"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What lies in a model's folder, from where, since when."""

    model: str
    """Such as `hear`: the name it is pulled by."""
    repository: str
    """On the hub, such as `google/hear`."""
    revision: str
    """The hub's commit; `unknown` where a folder did not say."""
    fetched_at: str
    """RFC 3339, UTC."""
    vouched_by: str
    """Who told the checksums: `hub`, `manifest` (of another machine) or `nobody`."""
    files: Mapping[str, str]
    """sha256 by path below the folder."""

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """Return the manifest in `folder`, None where there is none; ModelError if unusable."""
        path = folder / MANIFEST_FILE
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, RecursionError) as exc:
            raise ModelError(f"{path}: cannot be read ({exc}): pull the model again.") from exc
        match document:
            case {
                "schema": "coughd.model/1",
                "model": str(model),
                "repository": str(repository),
                "revision": str(revision),
                "fetched_at": str(fetched_at),
                "vouched_by": str(vouched_by),
                "files": dict(files),
            } if files and all(isinstance(value, str) for value in files.values()):
                return cls(model, repository, revision, fetched_at, vouched_by, files)
        raise ModelError(
            f"{path}: is no manifest of schema {MANIFEST_SCHEMA}: pull the model again."
        )

    def write(self, folder: Path) -> None:
        """Write into `folder`; OSError."""
        document = {
            "schema": MANIFEST_SCHEMA,
            "model": self.model,
            "repository": self.repository,
            "revision": self.revision,
            "fetched_at": self.fetched_at,
            "vouched_by": self.vouched_by,
            "files": dict(self.files),
        }
        text = json.dumps(document, indent=1) + "\n"
        (folder / MANIFEST_FILE).write_text(text, encoding="utf-8")

    def check(self, folder: Path, found: Mapping[str, str]) -> None:
        """Compare with what `digest_files` found in `folder`; ModelError names the first fault."""
        for name, sha256 in self.files.items():
            if name not in found:
                raise ModelError(f"{folder / name}: is missing: pull the model again.")
            if found[name] != sha256:
                raise ModelError(
                    f"{folder / name}: is not what was pulled (sha256 {found[name][:12]}..., "
                    f"was {sha256[:12]}...): pull the model again."
                )
        for name in found:
            if name not in self.files:
                raise ModelError(f"{folder / name}: was not pulled: remove it, or pull again.")


def model_folder(folder: Path, name: str) -> Path:
    """The folder itself where it holds a model, else the one in it that was pulled last.

    `name` is what the model is pulled by. Raises ModelError where there is none.
    """
    if any((folder / file).exists() for file in ("saved_model.pb", "config.json")):
        return folder
    pulled = find_pulled(folder)
    if pulled is not None:
        return pulled[0]
    if folder.name == name:
        raise ModelError(f"{folder}: was not fetched yet: run `coughd model pull {name}`.")
    raise ModelError(f"{folder}: no such folder, or no model in it; model_path must name one.")


def find_pulled(folder: Path) -> tuple[Path, Manifest] | None:
    """Of the models that were pulled into folders of `folder`, the one that was pulled last.

    Raises ModelError where a manifest is broken or the folder cannot be read.
    """
    try:
        # What is still being gathered has no manifest yet.
        inner = [(path, Manifest.read(path)) for path in folder.iterdir() if path.is_dir()]
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as exc:
        raise ModelError(f"{folder}: cannot be read ({exc.strerror}).") from exc
    whole = [(path, manifest) for path, manifest in inner if manifest is not None]
    return max(whole, key=lambda pulled: pulled[1].fetched_at, default=None)
