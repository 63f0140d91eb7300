"""The probes that were trained at this site, and which of them is in force.

A folder holds `hear-0001.json` with its card `hear-0001.md`, and so on, none of which is ever
changed, and `in-force.json`, which names for each embedder (by its sha256) the probes that were
put in force, the present one last.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..config.errors import ModelError, StorageError, UsageError
from .kept_files import keep_file, make_folder
from .ports import EmbedderIdentity
from .runtime import read_model_file

FOLDER_NAME = "probes"
POINTER_NAME = "in-force.json"
_FORMAT = "coughd.probes/1"
_NAME = re.compile(r"(?P<kind>open|hear|remote)-(?P<number>\d{4,9})")


@dataclass(frozen=True, slots=True)
class Version:
    """A trained probe that is kept."""

    name: str
    """Such as `hear-0003`."""
    path: Path
    in_force: bool


class ProbeVersions:
    """The folder of a data directory; may be missing until the first probe is kept."""

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir / FOLDER_NAME
        self.pointer = self.folder / POINTER_NAME

    def in_force(self, embedder_sha256: str) -> Path | None:
        """The probe that judges the embeddings of these weights; None: the shipped one, if any.

        Raises ModelError where the list of those in force is damaged.
        """
        names = self._read().get(embedder_sha256, [])
        return self.path_of(names[-1]) if names else None

    def path_of(self, name: str) -> Path:
        """Where a version lies."""
        return self.folder / f"{name}.json"

    def versions(self) -> list[Version]:
        """All that are kept, by kind and age; ModelError as in `in_force`."""
        present = {names[-1] for names in self._read().values() if names}
        found = sorted(self._kept(), key=lambda name: (name[0], name[1]))
        return [
            Version(name, self.path_of(name), name in present)
            for name in (f"{kind}-{number:04d}" for kind, number in found)
        ]

    def embedder_of(self, name: str) -> EmbedderIdentity:
        """Of a kept version; UsageError for an unknown name, ModelError for a damaged file."""
        path = self.path_of(name)
        if not _NAME.fullmatch(name) or not path.exists():
            known = ", ".join(version.name for version in self.versions()) or "none yet"
            raise UsageError(f"There is no trained probe {name!r}; there are {known}.")
        try:
            fields = json.loads(read_model_file(path))["embedder"]
            return EmbedderIdentity(**{key: str(fields[key]) for key in EmbedderIdentity.__slots__})
        except (ValueError, KeyError, TypeError, RecursionError) as exc:
            raise ModelError(f"{path} is damaged ({exc!r}); train it again.") from exc

    def next_name(self, kind: str) -> str:
        """The name for the next probe of this kind of embedder."""
        last = max((number for its, number in self._kept() if its == kind), default=0)
        return f"{kind}-{last + 1:04d}"

    def keep(self, name: str, document: bytes, card: str) -> Path:
        """Write a new version, which is not in force yet.

        Raises StorageError, also where another has got this name meanwhile.
        """
        make_folder(self.folder)
        if self.path_of(name).exists():
            raise StorageError(
                f"{self.path_of(name)} was kept by somebody else meanwhile; train again."
            )
        keep_file(self.folder / f"{name}.md", card.encode())
        path = self.path_of(name)
        keep_file(path, document)
        return path

    def put_in_force(self, name: str, embedder: EmbedderIdentity) -> None:
        """Let this version judge from now on; a running daemon sees it. StorageError."""
        names = self._read()
        stack = names.setdefault(embedder.sha256, [])
        if stack[-1:] != [name]:
            stack.append(name)
        self._write_pointer(names)

    def roll_back(self, kind: str) -> tuple[str, str | None]:
        """Put the probe before the present one in force; gives the names of both.

        None means that the shipped probe judges again, if there is one. Raises UsageError where
        no trained probe of this kind of embedder is in force, or one for each of several weights;
        StorageError.
        """
        names = self._read()
        stacks = [stack for stack in names.values() if stack and stack[-1].startswith(f"{kind}-")]
        if not stacks:
            raise UsageError(
                f"No trained probe of kind {kind!r} is in force; there is nothing to roll back."
            )
        if len(stacks) > 1:
            present = ", ".join(sorted(stack[-1] for stack in stacks))
            raise UsageError(
                f"{present} are in force, each for other weights; name the one to go back to with "
                "--use."
            )
        (stack,) = stacks
        left = stack.pop()
        self._write_pointer(names)
        return left, stack[-1] if stack else None

    def _kept(self) -> Iterator[tuple[str, int]]:
        for path in self.folder.glob("*.json"):
            if match := _NAME.fullmatch(path.stem):
                yield match["kind"], int(match["number"])

    def _read(self) -> dict[str, list[str]]:
        try:
            document = json.loads(self.pointer.read_bytes())
            return _stacks(document)
        except FileNotFoundError:
            return {}
        except OSError as exc:
            raise ModelError(f"{self.pointer} cannot be read: {exc.strerror}.") from exc
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as exc:
            raise ModelError(
                f"{self.pointer} is damaged ({exc}); delete it, and train or force a probe again."
            ) from exc

    def _write_pointer(self, names: dict[str, list[str]]) -> None:
        make_folder(self.folder)
        kept = {sha256: stack for sha256, stack in names.items() if stack}
        keep_file(self.pointer, json.dumps({"format": _FORMAT, "in_force": kept}).encode())


def _stacks(document: Any) -> dict[str, list[str]]:  # noqa: ANN401 - anybody's JSON
    """Check the pointer's content; ValueError, or what a wrong type raises."""
    stacks = {sha256: list(stack) for sha256, stack in document["in_force"].items()}
    names = [name for stack in stacks.values() for name in stack]
    if document["format"] != _FORMAT or not all(map(_NAME.fullmatch, names)):
        raise ValueError("an unknown form")
    return stacks
