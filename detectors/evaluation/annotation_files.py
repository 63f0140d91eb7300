"""Annotation files as rows: CSV tables, Audacity labels, and tables of backgrounds.

Whatever cannot be used becomes a notice with file and line; the rest is read.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path, PurePath

from ...config.guess import did_you_mean
from .annotation_rows import (
    AnnotationFile,
    BackdropRow,
    Row,
    UnusableRowError,
    number,
    number_or_none,
)
from .labels import KNOWN_LABELS, known_label
from .sounds import COUGH, UNKNOWN

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
    "background": ("background", "bg_file"),
}
"""What a column may be called, first names first."""
_DELIMITERS = ",;\t|"
_YES = frozenset({"yes", "true", "1", "y", ""})
_NO = frozenset({"no", "false", "0", "n"})


def read_annotation_file(path: Path) -> AnnotationFile:
    """Read a file of any of the known forms."""
    found = AnnotationFile(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as exc:
        found.note(None, f"cannot be read: {exc.strerror}; it is left out.")
        return found
    except UnicodeDecodeError:
        found.note(None, "is not text in UTF-8; it is left out: save it again as UTF-8.")
        return found
    lines = text.splitlines()
    if is_label_file(lines) or (path.suffix.casefold() == ".txt" and not text.strip()):
        _read_labels(lines, found)
    else:
        _read_table(lines, found)
    return found


def is_label_file(lines: Sequence[str]) -> bool:
    """Whether the first line is one of Audacity's: start, end and label between tabs."""
    parts = next((line for line in lines if line.strip()), "").split("\t")
    return len(parts) > 1 and all(number_or_none(part) is not None for part in parts[:2])


def _read_labels(lines: Sequence[str], found: AnnotationFile) -> None:
    for position, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("\\"):  # a frequency range of the label before
            continue
        start, end, label, *_ = [*line.split("\t"), "", ""]
        values = {"onset": start, "offset": end, "label": label}
        _keep(found, position, partial(_row, found, position, values))
    if not found.rows and not found.notices:
        found.rows.append(_nothing_marked(1, None))


def _read_table(lines: Sequence[str], found: AnnotationFile) -> None:
    header = lines[0] if lines else ""
    if not header.strip():
        found.note(None, "is empty; a table needs a header line such as file,onset_s,offset_s.")
        return
    delimiter = max(_DELIMITERS, key=lambda one: len(_known_columns(_cells(header, one))))
    columns = _known_columns(_cells(header, delimiter))
    is_backdrops = "background" in columns and "label" not in columns
    if "onset" not in columns:
        found.note(1, _no_onset(header, delimiter))
        return
    if delimiter != ",":
        named = {"\t": "tabs"}.get(delimiter, f"'{delimiter}'")
        found.note(1, f"has {named} between its columns where a CSV has commas; it is read so.")
    width = len(_cells(header, delimiter))
    for position, line in enumerate(lines[1:], 2):
        if not line.strip():
            continue
        cells = _cells(line, delimiter)
        if len(cells) != width:
            found.note(
                position,
                f"has {len(cells)} column{'s' * (len(cells) != 1)} where the header has {width}; "
                f"the row is left out"
                f"{_other_delimiter(line, delimiter, width)}.",
            )
            continue
        values = {name: cells[column] for name, column in columns.items()}
        if is_backdrops:
            _keep_backdrop(found, position, values)
        else:
            _keep(found, position, partial(_row, found, position, values))


def _cells(line: str, delimiter: str) -> list[str]:
    return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter))]


def _known_columns(header: Sequence[str]) -> dict[str, int]:
    names = [name.casefold() for name in header]
    columns = {}
    for meaning, spellings in _COLUMNS.items():
        spelling = next((one for one in spellings if one in names), None)
        if spelling is not None:
            columns[meaning] = names.index(spelling)
    return columns


def _no_onset(header: str, delimiter: str) -> str:
    cells = _cells(header, delimiter)
    if any(number_or_none(cell) is not None for cell in cells):
        return "has no header line such as file,onset_s,offset_s,label; it is left out."
    guess = next((hint for cell in cells if (hint := did_you_mean(cell, _COLUMNS["onset"]))), "")
    shown = ", ".join(cells[:8])
    return f"has no column onset_s, only {shown}; it is left out{guess or '.'}"


def _other_delimiter(line: str, delimiter: str, width: int) -> str:
    for other in _DELIMITERS:
        if other != delimiter and len(_cells(line, other)) == width:
            return f": its delimiter seems to be {other!r}"
    return ""


def _keep(found: AnnotationFile, line: int, make: Callable[[], Row]) -> None:
    try:
        found.rows.append(make())
    except UnusableRowError as exc:
        found.note(line, str(exc))


def _row(found: AnnotationFile, line: int, values: Mapping[str, str]) -> Row:
    if not values["onset"] and not values.get("offset"):
        return _nothing_marked(line, values.get("file") or None)
    onset_s = number(values["onset"], "onset")
    offset_s = _offset(onset_s, values)
    if offset_s < onset_s:
        raise UnusableRowError(
            f"ends at {offset_s:g} s, before it begins at {onset_s:g} s; it is left out."
        )
    label, sure = _label(values.get("label", COUGH))
    return Row(
        line=line,
        file=values.get("file") or None,
        onset_s=onset_s,
        offset_s=offset_s,
        label=label,
        sure=sure and _sure(found, line, values.get("sure", "")),
        snr_db=number(values["snr"], "SNR") if values.get("snr") else None,
        subject=values.get("subject") or values.get("source_path") or None,
        source=values.get("source") or _source_of(values.get("source_path", "")),
    )


def _nothing_marked(line: int, file: str | None) -> Row:
    return Row(line, file, None, 0.0, COUGH, sure=True, snr_db=None, subject=None, source=UNKNOWN)


def _offset(onset_s: float, values: Mapping[str, str]) -> float:
    if values.get("offset"):
        return number(values["offset"], "offset")
    if values.get("duration"):
        return onset_s + number(values["duration"], "duration")
    return onset_s


def _label(written: str) -> tuple[str, bool]:
    label, sure = known_label(written)
    if label is None:
        guess = did_you_mean(written, KNOWN_LABELS)
        raise UnusableRowError(
            f"the label '{written}' is not known, so it is left out{guess or '.'}"
        )
    return label, sure


def _sure(found: AnnotationFile, line: int, written: str) -> bool:
    answer = written.casefold()
    if answer not in _YES and answer not in _NO:
        found.note(line, f"'{written}' is neither yes nor no; it is taken as not sure.")
    return answer in _YES


def _source_of(path: str) -> str:
    """`pack/cough/cov_fd97.flac` comes from `cov`."""
    name = PurePath(path).name
    return name.split("_", 1)[0] if "_" in name else UNKNOWN


def _keep_backdrop(found: AnnotationFile, line: int, values: Mapping[str, str]) -> None:
    try:
        start_s = number(values["onset"], "start")
        end_s = _offset(start_s, values)
    except UnusableRowError as exc:
        found.note(line, str(exc))
        return
    path = PurePath(values["background"])
    name = path.parent.name or path.stem
    found.backdrops.append(BackdropRow(line, values.get("file") or None, start_s, end_s, name))
