"""The reference page of the configuration.

`python -m coughd.config.reference > docs/configuration.md` writes it again.
"""

from __future__ import annotations

import inspect
import json
import sys
from datetime import datetime
from pathlib import Path

from .forms import Field, Form, fields_of
from .key import Key
from .render import to_plain_value
from .scalars import describe_range
from .settings import Settings

_HEAD = """\
# Configuration

One YAML file, by default `/etc/coughd/config.yaml` for the service and
`~/.config/coughd/config.yaml` for a person; every command that reads it takes `--config FILE`.
Without a file the defaults below hold. Relative paths start at the file's folder, `~` is your
home folder.

`coughd check-config` lists every mistake of the file with its line, `--print` shows every key in
effect, and `--schema` prints a JSON Schema for your editor. A file with mistakes ends every
command with exit code 78.

This page is generated from the settings in `config/`:
`python -m coughd.config.reference > docs/configuration.md`.
"""
_WORDS: dict[type, str] = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    Path: "path",
    datetime: "time",
}


def reference_page() -> str:
    """Return the page, Markdown, with a table for each section of the file."""
    fields = fields_of(Settings)
    top = [field for field in fields if not field.form.section]
    parts = [_HEAD, "## Top level\n", _table(top)]
    for field in fields:
        section = field.form.section or (field.form.items.section if field.form.items else None)
        if section is None:
            continue
        title = f"{field.name}[]" if field.form.items else field.name
        parts += [f"## `{title}`\n", f"{inspect.getdoc(section)}\n", _table(fields_of(section))]
    return "\n".join(parts)


def _table(fields: list[Field] | tuple[Field, ...]) -> str:
    rows = ["| key | value | default | meaning |", "| --- | --- | --- | --- |"]
    return "\n".join([*rows, *map(_row, fields)]) + "\n"


def _row(field: Field) -> str:
    cells = (f"`{field.name}`", _values(field.form, field.key), _default(field), _meaning(field))
    return f"| {' | '.join(cells)} |"


def _values(form: Form, key: Key) -> str:
    if form.items:
        return "list" if form.items.section else f"list: {_values(form.items, key)}"
    limits = describe_range(key) if form.scalar else ""
    scalar = [f"{_WORDS[form.scalar]} {limits}".strip()] if form.scalar else []
    return " or ".join(scalar + [_code(choice) for choice in form.choices])


def _default(field: Field) -> str:
    if field.required:
        return "required"
    if field.key.default_says:
        return field.key.default_says
    return _code(field.default)


def _code(value: object) -> str:
    plain = json.dumps(to_plain_value(value)).strip('"')
    return f"`{plain}`"


def _meaning(field: Field) -> str:
    only = f" Kind `{'`, `'.join(field.key.kinds)}` only." if field.key.kinds else ""
    needed = field.key.required_for
    required = f" Required for kind `{'`, `'.join(needed)}`." if needed else ""
    return field.key.text + only + required


if __name__ == "__main__":
    sys.stdout.write(reference_page())
