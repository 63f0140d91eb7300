"""Who is heard in a recording, from all that is written about it. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from ..sounds import COUGH
from .pairing import Annotated
from .rows import Row


class Subjects:
    """Knows whose sound each row of one recording is.

    That is the subject of the row itself; else the one that another row names for the same clip;
    else whose recording it is as a whole; else the clip, whose sounds resemble each other, too.
    """

    def __init__(self, annotated: Annotated) -> None:
        rows = [line.row for line in annotated.lines]
        self._of_clip = {row.clip: row.subject for row in rows if row.clip and row.subject}
        said = (row.subject for row in rows if row.onset_s is None)
        self._whole = _only((*annotated.owners, *said))
        of_coughs = {self._own(row) for row in rows if row.label == COUGH} - {None}
        self.owner = _only(of_coughs or (self._own(row) for row in rows))
        """Whose recording it is: the only one who coughs in it, or else the only one heard."""

    def of(self, row: Row) -> str | None:
        """Find whose sound it is."""
        return self._own(row) or self.owner

    def _own(self, row: Row) -> str | None:
        of_clip = self._of_clip.get(row.clip) if row.clip else None
        return row.subject or of_clip or self._whole or row.clip


def _only(subjects: Iterable[str | None]) -> str | None:
    known = {subject for subject in subjects if subject is not None}
    return known.pop() if len(known) == 1 else None
