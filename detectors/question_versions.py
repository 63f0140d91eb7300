"""The question probes that were fitted at this site.

A folder holds `wet-open-0001.json` with its card `wet-open-0001.md`, and so on: the question, the
kind of embedder, a number. None is ever changed; the newest answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ..config.errors import StorageError, UsageError
from .kept_files import keep_file, make_folder, names_in

QUESTIONS_FOLDER = "questions"
_QUESTION = r"[a-z][a-z0-9_]{0,39}"
_FILE = re.compile(
    rf"(?P<question>{_QUESTION})-(?P<kind>open|hear|remote)-(?P<number>\d{{4,9}})\.json"
)


@dataclass(frozen=True, slots=True, order=True)
class QuestionVersion:
    """A question probe that is kept."""

    question: str
    kind: str
    """Of its embedder."""
    number: int

    @property
    def name(self) -> str:
        """Such as `wet-open-0001`."""
        return f"{self.question}-{self.kind}-{self.number:04d}"


def check_question(question: str) -> None:
    """Raise UsageError where this cannot be a question's name."""
    if not re.fullmatch(_QUESTION, question):
        raise UsageError(
            f"{question!r} is no name for a question; take small letters, digits and _, such as wet"
        )


class QuestionVersions:
    """The folder of a data directory; may be missing until the first probe is kept."""

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir / QUESTIONS_FOLDER

    def path_of(self, name: str) -> Path:
        """Where a version lies."""
        return self.folder / f"{name}.json"

    def versions(self) -> list[QuestionVersion]:
        """All that are kept, by question, kind and age; StorageError where nobody may look."""
        return sorted(self._kept())

    def next_version(self, question: str, kind: str) -> QuestionVersion:
        """What the next one will be called."""
        last = max((one.number for one in self._of(question, kind)), default=0)
        return QuestionVersion(question, kind, last + 1)

    def newest(self, question: str, kind: str) -> Path:
        """The file that answers a question; UsageError where none was fitted."""
        if of_it := self._of(question, kind):
            return self.path_of(max(of_it).name)
        known = ", ".join(one.name for one in self.versions()) or "none yet"
        raise UsageError(
            f"nothing has learnt the question {question!r} for the embedder {kind!r}; there are: "
            f"{known}. `coughd questions learn {question} CSV` fits one, --by takes another."
        )

    def keep(self, version: QuestionVersion, document: bytes, card: str) -> Path:
        """Write a new version; StorageError, also where another has got this name meanwhile."""
        make_folder(self.folder)
        if version in self._kept():
            raise StorageError(
                f"{self.path_of(version.name)} was kept by somebody else meanwhile; learn again."
            )
        path = self.path_of(version.name)
        beside = path.with_suffix(".md")
        keep_file(beside, card.encode())
        try:
            keep_file(path, document)
        except StorageError:
            # No card of what is not there.
            with suppress(OSError):
                beside.unlink()
            raise
        return path

    def _of(self, question: str, kind: str) -> list[QuestionVersion]:
        return [one for one in self._kept() if (one.question, one.kind) == (question, kind)]

    def _kept(self) -> Iterator[QuestionVersion]:
        for name in names_in(self.folder):
            if match := _FILE.fullmatch(name):
                yield QuestionVersion(match["question"], match["kind"], int(match["number"]))
