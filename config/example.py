"""`default.yaml`: every key with its meaning and default, to be copied and changed.

`python -m coughd.config.example > config/default.yaml` writes it again.
"""

from __future__ import annotations

import inspect
import json
import sys
import textwrap
from collections.abc import Iterator

from .forms import Field, fields_of
from .render import to_plain_value
from .settings import DEFAULT_SOURCE, Settings

_HEAD = """\
# Every key of coughd's configuration with its default; what is commented out has a default that
# depends on the machine, or none. A file needs only the keys that differ from these.
# Relative paths start at this file's folder. `coughd check-config` finds every mistake.
"""
_WIDTH = 96


def example_file() -> str:
    """Return the file; it loads to the default settings."""
    lines, defaults = [_HEAD], Settings()
    for field in fields_of(Settings):
        if field.form.section:
            lines += [*_comment(inspect.getdoc(field.form.section) or "", ""), f"{field.name}:"]
            lines += _keys(field.form.section, getattr(defaults, field.name), "  ")
        elif field.form.items and field.form.items.section:
            lines += [*_comment(field.key.text, ""), f"{field.name}:"]
            keys = list(_keys(field.form.items.section, DEFAULT_SOURCE, "    "))
            first = next(number for number, line in enumerate(keys) if "#" not in line)
            keys[first] = "  - " + keys[first].lstrip()
            lines += keys
        else:
            lines += _key(field, defaults, "")
        lines.append("")
    return "\n".join(lines)


def _keys(section: type, values: object, indent: str) -> Iterator[str]:
    for field in fields_of(section):
        yield from _key(field, values, indent)


def _key(field: Field, values: object, indent: str) -> Iterator[str]:
    key = field.key
    kinds = f" Kind {' or '.join(key.kinds)} only." if key.kinds else ""
    default = f" Default: {key.default_says}." if key.default_says else ""
    yield from _comment(key.text + kinds + default, indent)
    foreign = key.kinds and getattr(values, "kind", None) not in key.kinds
    comment = "# " if key.example or foreign else ""
    text = key.example or json.dumps(to_plain_value(getattr(values, field.name))).strip('"')
    yield f"{indent}{comment}{field.name}: {text}"


def _comment(text: str, indent: str) -> list[str]:
    plain = text.replace("`", "'")
    return textwrap.wrap(
        plain,
        _WIDTH,
        initial_indent=f"{indent}# ",
        subsequent_indent=f"{indent}# ",
        break_on_hyphens=False,
    )


if __name__ == "__main__":
    sys.stdout.write(example_file())
