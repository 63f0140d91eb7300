"""Bytes of a YAML file to its node tree, in which every value knows its line.

What YAML offers beyond plain values is refused: aliases (a few lines of them expand to
gigabytes), second documents, deep nesting, own tags.
"""

from __future__ import annotations

import yaml

from .mistakes import Mistake
from .not_yaml import explain

LARGEST_FILE_BYTES = 262_144
DEEPEST_NESTING = 20


class DocumentError(Exception):
    """The file is no YAML document of ours; carries the one mistake that stopped the reading."""

    def __init__(self, mistake: Mistake) -> None:
        super().__init__(str(mistake))
        self.mistake = mistake


def parse_document(data: bytes) -> yaml.Node | None:
    """Parse one YAML document; None where there is none but comments. Raises DocumentError."""
    if len(data) > LARGEST_FILE_BYTES:
        text = f"the file is larger than {LARGEST_FILE_BYTES // 1024} KiB; is it a configuration?"
        raise DocumentError(Mistake(1, "", text))
    text = _decode(data)
    try:
        _check_events(text)
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.reader.ReaderError as exc:
        line = text.count("\n", 0, exc.position) + 1
        message = f"character U+{int(exc.character):04X} is not allowed in YAML"
        raise DocumentError(Mistake(line, "", message)) from exc
    except yaml.MarkedYAMLError as exc:
        raise DocumentError(explain(exc)) from exc
    except (ValueError, OverflowError) as exc:
        # PyYAML lets these through: numbers of a directive or an escape beyond all bounds.
        message = "not YAML: a number in a %YAML line or in an escape is out of range"
        raise DocumentError(Mistake(1, "", message)) from exc


def line_of(marked: yaml.Node | yaml.Event) -> int:
    """Line of the file at which a node or event begins, from 1."""
    mark = marked.start_mark
    return int(mark.line) + 1 if mark is not None else 1


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        line = data.count(b"\n", 0, exc.start) + 1
        message = "not UTF-8 text here; save the file as UTF-8"
        raise DocumentError(Mistake(line, "", message)) from exc


def _check_events(text: str) -> None:
    # The parser is iterative and the composer is not: depth must be known before composing.
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        line = line_of(event)
        if isinstance(event, yaml.AliasEvent):
            message = "aliases (*) are not supported; write the value out"
            raise DocumentError(Mistake(line, "", message))
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST_NESTING:
            message = f"nested deeper than {DEEPEST_NESTING} levels"
            raise DocumentError(Mistake(line, "", message))
