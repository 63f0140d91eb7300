"""Annotation tables: which columns they have, and row by row what stands in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ....config.guess import did_you_mean
from .csv_records import Record, records, split
from .discovery import LABEL_SUFFIX
from .row_reading import read_backdrop, read_owner, read_row
from .rows import AnnotationFile, UnusableRowError, number_or_none

_COLUMNS = {
    "file": ("file", "scene", "recording", "filename", "path", "audio"),
    "onset": ("onset_s", "onset", "start_s", "start", "begin_s", "begin"),
    "offset": ("offset_s", "offset", "end_s", "end", "stop_s", "stop"),
    "duration": ("duration_s", "duration"),
    "label": ("label", "class", "event", "kind"),
    "sure": ("sure",),
    "snr": ("snr_db", "snr"),
    "subject": ("subject", "group", "participant", "speaker"),
    "source": ("source",),
    "source_path": ("source_path",),
    "probability": ("probability", "score", "confidence"),
    "background": ("background", "bg_file"),
}
"""What a column may be called, first names first."""
_DELIMITERS = ",;\t|"
_OF_OWNERS = frozenset({"file", "subject"})
_TABS = ".tsv"


def read_table(lines: Sequence[str], found: AnnotationFile) -> None:
    """Read a table of sounds, of backgrounds, or of whose recordings they are."""
    first = next((number for number, line in enumerate(lines, 1) if line.strip()), None)
    if first is None:
        found.note(None, "is empty; a table needs a header line such as file,onset_s,offset_s.")
        return
    header = lines[first - 1]
    delimiter = max(_DELIMITERS, key=lambda one: len(_known_columns(split(header, one))))
    cells = split(header, delimiter)
    columns = _known_columns(cells)
    if "onset" not in columns and not _is_of_owners(cells, columns):
        found.note(first, _no_onset(cells, is_text=found.path.suffix.casefold() == LABEL_SUFFIX))
        return
    _note_header(found, first, cells, columns, delimiter)
    if not any(line.strip() for line in lines[first:]):
        found.note(
            first,
            "has a header and no row below it: where there is nothing in a recording, a row with "
            "its file says so.",
        )
    for record in records(lines, first + 1, delimiter, len(cells)):
        if record.trouble is not None:
            found.note(record.line, record.trouble)
        if not any(record.cells):
            continue
        if len(record.cells) != len(cells):
            other = _other_delimiter(lines[record.line - 1], delimiter, len(cells))
            found.note(record.line, _wrong_width(record, len(cells), other))
            continue
        values = {name: record.cells[column] for name, column in columns.items()}
        try:
            _read(found, record.line, values)
        except UnusableRowError as exc:
            found.note(record.line, str(exc))


def _note_header(
    found: AnnotationFile,
    line: int,
    cells: Sequence[str],
    columns: Mapping[str, int],
    delimiter: str,
) -> None:
    """Say what is odd in a header that can be used."""
    if delimiter != "," and not (delimiter == "\t" and found.path.suffix.casefold() == _TABS):
        named = {"\t": "tabs"}.get(delimiter, f"'{delimiter}'")
        found.note(line, f"has {named} between its columns where a CSV has commas; it is read so.")
    names = [name.casefold() for name in cells]
    for column in columns.values():
        if names.count(names[column]) > 1:
            found.note(line, f"has two columns '{cells[column]}'; the first one is read.")


def _read(found: AnnotationFile, line: int, values: Mapping[str, str]) -> None:
    if "onset" not in values:
        found.owners.append(read_owner(line, values))
    elif "background" in values and "label" not in values:
        found.backdrops.append(read_backdrop(line, values))
    else:
        found.rows.append(read_row(found, line, values))


def _known_columns(header: Sequence[str]) -> dict[str, int]:
    names = [name.casefold() for name in header]
    columns = {}
    for meaning, spellings in _COLUMNS.items():
        spelling = next((one for one in spellings if one in names), None)
        if spelling is not None:
            columns[meaning] = names.index(spelling)
    return columns


def _is_of_owners(header: Sequence[str], columns: Mapping[str, int]) -> bool:
    """Whether it only says whose recordings they are; not if an onset may be meant, mistyped."""
    return columns.keys() - {"probability"} == _OF_OWNERS and not _meant_onset(header)


def _meant_onset(header: Sequence[str]) -> str:
    return next((hint for cell in header if (hint := did_you_mean(cell, _COLUMNS["onset"]))), "")


def _no_onset(header: Sequence[str], *, is_text: bool) -> str:
    if not header:
        return "begins with a line that is too long to be a header; it is left out."
    if is_text:
        return (
            "has neither Audacity's labels (start, end and label between tabs) nor a header with "
            "onset_s; it is left out."
        )
    if any(number_or_none(cell) is not None for cell in header):
        return "has no header line such as file,onset_s,offset_s,label; it is left out."
    shown = ", ".join(header[:8])
    return f"has no column onset_s, only {shown}; it is left out{_meant_onset(header) or '.'}"


def _other_delimiter(line: str, delimiter: str, width: int) -> str:
    for other in _DELIMITERS:
        if other != delimiter and len(split(line, other)) == width:
            return f": its delimiter seems to be {other!r}"
    return ""


def _wrong_width(record: Record, width: int, other: str) -> str:
    here = len(record.cells)
    return (
        f"has {here} column{'s' * (here != 1)} where the header has {width}; the row is left out"
        f"{other}."
    )
