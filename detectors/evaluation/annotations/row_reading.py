"""What the cells of one row say."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath

from ..sounds import COUGH, UNKNOWN
from .labels import known_label
from .rows import (
    AnnotationFile,
    BackdropRow,
    OwnerRow,
    Row,
    UnusableRowError,
    number,
    number_or_none,
)

_BLANKS = frozenset({"", "na", "n/a", "nan", "none"})
"""What programs write into a cell of which they know nothing."""
_ENDLESS = frozenset({"inf", "+inf", "-inf", "infinity"})
_YES = frozenset({"yes", "true", "1", "y", ""})
_NO = frozenset({"no", "false", "0", "n"})

_OF_SOUNDS = ("snr", "source", "source_path")
"""Columns that say nothing about a recording as a whole."""


def read_row(found: AnnotationFile, line: int, values: Mapping[str, str]) -> Row:
    """Read a row by the meaning of its columns; UnusableRowError.

    Only the onset has to be there: what else cannot be read is unknown, and `found` is told.
    """
    clip = _cell(values, "source_path")
    subject = _cell(values, "subject") or None
    if not _cell(values, "onset"):
        return _without_time(line, values, subject)
    onset_s = number(values["onset"], "onset")
    offset_s = _offset(found, line, onset_s, values)
    if offset_s < onset_s:
        raise UnusableRowError(
            f"ends at {offset_s:g} s, before it begins at {onset_s:g} s; it is left out."
        )
    written = values.get("label", COUGH)
    label, sure = known_label(written)
    return Row(
        line=line,
        file=values.get("file"),
        onset_s=onset_s,
        offset_s=offset_s,
        label=label or UNKNOWN,
        sure=sure and _sure(found, line, _cell(values, "sure")),
        snr_db=_optional(found, line, _cell(values, "snr"), "SNR"),
        subject=subject,
        source=_cell(values, "source") or _source_of(clip),
        clip=clip or None,
        probability=_cell(values, "probability"),
        unknown_label=written if label is None else None,
    )


def nothing_marked(line: int, file: str | None, subject: str | None) -> Row:
    """Somebody listened, and there is nothing."""
    return Row(
        line, file, None, 0.0, COUGH, sure=True, snr_db=None, subject=subject, source=UNKNOWN
    )


def read_backdrop(line: int, values: Mapping[str, str]) -> BackdropRow:
    """Read a row of a table of backgrounds; UnusableRowError."""
    start_s = number(values["onset"], "start")
    if _cell(values, "offset"):
        end_s = number(values["offset"], "end")
    else:
        end_s = start_s + number(values.get("duration", ""), "duration")
    if end_s <= start_s:
        raise UnusableRowError(
            f"ends at {end_s:g} s, not after it begins at {start_s:g} s; it is left out."
        )
    path = PurePath(values["background"])
    name = path.parent.name or path.stem
    return BackdropRow(line, values.get("file"), start_s, end_s, name)


def read_owner(line: int, values: Mapping[str, str]) -> OwnerRow:
    """Read a row of a table that says whose recordings they are; UnusableRowError."""
    subject = _cell(values, "subject")
    if not values["file"] or not subject:
        raise UnusableRowError("does not have both a file and a subject; the row is left out.")
    return OwnerRow(line, values["file"], subject)


def _without_time(line: int, values: Mapping[str, str], subject: str | None) -> Row:
    if _cell(values, "label"):
        raise UnusableRowError(
            "has a label but no time; it is left out: give its onset_s, or leave out the label "
            "if there is nothing in the recording."
        )
    if _cell(values, "offset") or _cell(values, "duration"):
        raise UnusableRowError("has an end but no onset; it is left out: give its onset_s.")
    file = values.get("file")
    if not file:
        raise UnusableRowError("has neither a file nor a time; it is left out.")
    if any(_cell(values, name) for name in _OF_SOUNDS) or _cell(values, "sure").casefold() in _NO:
        raise UnusableRowError(
            "tells of a sound without its time; it is left out: give its onset_s, or nothing but "
            "the file if there is nothing in the recording."
        )
    return nothing_marked(line, file, subject)


def _cell(values: Mapping[str, str], name: str) -> str:
    written = values.get(name, "")
    return "" if written.casefold() in _BLANKS else written


def _optional(found: AnnotationFile, line: int, written: str, what: str) -> float | None:
    value = number_or_none(written)
    if value is None and written and written.casefold() not in _ENDLESS:
        found.note(line, f"the {what} '{written}' is no number; it is taken as unknown.")
    return value


def _offset(found: AnnotationFile, line: int, onset_s: float, values: Mapping[str, str]) -> float:
    offset_s = _optional(found, line, _cell(values, "offset"), "offset")
    if offset_s is not None:
        return offset_s
    duration_s = _optional(found, line, _cell(values, "duration"), "duration")
    return onset_s if duration_s is None else onset_s + duration_s


def _sure(found: AnnotationFile, line: int, written: str) -> bool:
    answer = written.casefold()
    if answer not in _YES and answer not in _NO:
        found.note(line, f"'{written}' is neither yes nor no; it is taken as not sure.")
    return answer in _YES


def _source_of(path: str) -> str:
    """`pack/cough/cov_fd97.flac` comes from `cov`."""
    name = PurePath(path).name
    return name.split("_", 1)[0] if "_" in name else UNKNOWN
