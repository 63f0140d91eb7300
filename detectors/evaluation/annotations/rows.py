"""What annotation files hold, line by line, before it is checked against the recordings."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path

from ....config.as_text import as_text


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that was left out or understood otherwise, in one sentence."""

    path: str
    line: int | None
    sentence: str

    @classmethod
    def at(cls, path: Path, line: int | None, sentence: str) -> Notice:
        """Say something about a file in text that can be printed, whatever its name is."""
        return cls(as_text(str(path)), line, as_text(sentence))

    def __str__(self) -> str:
        """`FILE:LINE: sentence`."""
        where = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{where}: {self.sentence}"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of an annotation file."""

    line: int
    file: str | None
    """The recording as the table names it; empty where it does not, None where it has no column
    that could."""
    onset_s: float | None
    """None: the recording was listened to, and this row marks nothing in it."""
    offset_s: float
    label: str
    """`UNKNOWN` where it is not one of those that we know."""
    sure: bool
    snr_db: float | None
    subject: str | None
    """Who is heard."""
    source: str
    clip: str | None = None
    """The piece of sound that was put here, where a recording was made of such."""
    probability: str = ""
    """How sure a detector was that it is a cough, as written; annotations have no use for it."""
    unknown_label: str | None = None
    """What the annotator wrote instead of a label that we know."""


@dataclass(frozen=True, slots=True)
class BackdropRow:
    """What a recording sounded like behind everything, from when to when."""

    line: int
    file: str | None
    start_s: float
    end_s: float
    name: str


@dataclass(frozen=True, slots=True)
class OwnerRow:
    """Whose recording it is, and nothing about what is in it."""

    line: int
    file: str
    subject: str


@dataclass(slots=True)
class AnnotationFile:
    """All that could be read of one file."""

    path: Path
    rows: list[Row] = field(default_factory=list)
    backdrops: list[BackdropRow] = field(default_factory=list)
    owners: list[OwnerRow] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    def note(self, line: int | None, sentence: str) -> None:
        """Keep a sentence for the report."""
        self.notices.append(Notice.at(self.path, line, sentence))


class UnusableRowError(Exception):
    """A row that is left out; says why."""


def number(written: str, what: str) -> float:
    """Read a finite number; UnusableRowError."""
    found = number_or_none(written)
    if found is None:
        raise UnusableRowError(f"the {what} '{written}' is no number; the row is left out.")
    return found


def number_or_none(written: str) -> float | None:
    """Also with a decimal comma, as some languages write and Audacity exports."""
    try:
        found = float(written.strip().replace(",", "."))
    except ValueError:
        return None
    return found if math.isfinite(found) else None
