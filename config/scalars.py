"""A scalar of the file to a value, or to the sentence that refuses it.

Numbers are read from the text as written and not as YAML 1.1 resolves it, where `010` is eight
and `1:30` is ninety.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import yaml

from .forms import Choice, Form
from .guess import did_you_mean
from .key import Key
from .mistakes import quote
from .redaction import without_users

_TAG = "tag:yaml.org,2002:"
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9_]{0,17})")
_NUMBER = re.compile(r"[-+]?([0-9]{1,18}(\.[0-9]{0,30})?|\.[0-9]{1,30})([eE][-+]?[0-9]{1,3})?")
_TRUE = ("true", "yes", "on")
_YEARS = range(1970, 2200)


class RefusedError(Exception):
    """The value cannot be taken; its text says why and what to write."""


def read_scalar(node: yaml.Node, form: Form, key: Key, folder: Path) -> object:
    """Read one value; relative paths start at `folder`. Raises RefusedError."""
    if not isinstance(node, yaml.ScalarNode):
        raise RefusedError("must be a single value")
    tag = str(node.tag).removeprefix(_TAG)
    if tag == "null":
        if form.optional:
            return None
        raise RefusedError("has no value; write one or leave the key out")
    choice = _choice(node, tag, form)
    if choice is not None:
        return choice
    if form.scalar is None:
        raise RefusedError(_refuse_choice(node, form, key))
    try:
        value = _READERS[form.scalar](node, tag, folder)
    except RefusedError as refused:
        if not form.choices:
            raise
        raise RefusedError(f"{refused}; or write {_either(form.choices)}") from refused
    _check_range(value, key)
    if key.pattern and isinstance(value, str) and not re.fullmatch(key.pattern, value):
        shown = without_users(value) if key.secret else value
        raise RefusedError(f"{key.refusal}, is {quote(shown)}")
    return value


def _choice(node: yaml.ScalarNode, tag: str, form: Form) -> Choice | None:
    written: dict[type, object] = {str: node.value if tag == "str" else None}
    if tag == "bool":
        written[bool] = node.value.lower() in _TRUE
    if tag == "int" and _INTEGER.fullmatch(node.value):
        written[int] = int(node.value)
    return next((word for word in form.choices if word == written.get(type(word))), None)


def _refuse_choice(node: yaml.ScalarNode, form: Form, key: Key) -> str:
    if key.refusal:
        return key.refusal
    must = f"must be {_either(form.choices)}, is {quote(node.value)}"
    return must + did_you_mean(node.value, map(str, form.choices))


def _either(choices: tuple[Choice, ...]) -> str:
    quoted = [f"'{choice}'" for choice in choices]
    return " or ".join(filter(None, [", ".join(quoted[:-1]), quoted[-1]]))


def _check_range(value: object, key: Key) -> None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return
    low = key.minimum is not None and value < key.minimum
    low = low or (key.above is not None and value <= key.above)
    if low or (key.maximum is not None and value > key.maximum):
        raise RefusedError(f"must be {describe_range(key)}, is {value:g}")


def describe_range(key: Key) -> str:
    """Put a range into words, such as `from 0 to 1` or `above 0, at most 60`; empty if none."""
    if key.minimum is not None and key.maximum is not None:
        return f"from {key.minimum:_.10g} to {key.maximum:_.10g}".replace("_", " ")
    parts = [
        f"at least {key.minimum:g}" if key.minimum is not None else "",
        f"above {key.above:g}" if key.above is not None else "",
        f"at most {key.maximum:g}" if key.maximum is not None else "",
    ]
    return ", ".join(filter(None, parts))


def _text(node: yaml.ScalarNode, tag: str, _folder: Path) -> str:
    if tag != "str":
        raise RefusedError(f"must be text; put it in quotes: {quote(node.value)}")
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in node.value):
        raise RefusedError("must not contain control characters")
    return str(node.value)


def _whole(node: yaml.ScalarNode, _tag: str, _folder: Path) -> int:
    if node.style is None and _INTEGER.fullmatch(node.value):
        return int(node.value)
    raise RefusedError(f"must be a whole number, is {quote(node.value)}{_quotes(node, _INTEGER)}")


def _number(node: yaml.ScalarNode, _tag: str, _folder: Path) -> float:
    if node.style is None and _NUMBER.fullmatch(node.value):
        number = float(node.value)
        if math.isfinite(number):
            return number
    if "," in node.value and _NUMBER.fullmatch(node.value.replace(",", ".", 1)):
        raise RefusedError(f"must be a number with a point, is {quote(node.value)}")
    raise RefusedError(f"must be a number, is {quote(node.value)}{_quotes(node, _NUMBER)}")


def _quotes(node: yaml.ScalarNode, number: re.Pattern[str]) -> str:
    quoted = node.style is not None and number.fullmatch(node.value)
    return "; leave the quotes out" if quoted else ""


def _switch(node: yaml.ScalarNode, tag: str, _folder: Path) -> bool:
    if tag != "bool":
        raise RefusedError(f"must be true or false, is {quote(node.value)}")
    return node.value.lower() in _TRUE


def _path(node: yaml.ScalarNode, tag: str, folder: Path) -> Path:
    text = _text(node, tag, folder)
    if not text:
        raise RefusedError("must be a path, is empty")
    try:
        return folder / Path(text).expanduser()
    except RuntimeError as exc:
        raise RefusedError(f"no home folder for {quote(text)}; write the whole path") from exc


def _time(node: yaml.ScalarNode, _tag: str, _folder: Path) -> datetime:
    try:
        time = datetime.fromisoformat(node.value)
    except ValueError as exc:
        must = "must be a time such as 2026-11-20T22:00:00+01:00"
        raise RefusedError(f"{must}, is {quote(node.value)}") from exc
    if time.tzinfo is None:
        raise RefusedError(f"needs its offset from UTC: write {node.value}Z or +01:00 at its end")
    if time.year not in _YEARS:
        raise RefusedError(f"must lie between {_YEARS.start} and {_YEARS.stop - 1}")
    return time.astimezone(UTC)


_READERS: Mapping[type, Callable[[yaml.ScalarNode, str, Path], object]] = {
    str: _text,
    int: _whole,
    float: _number,
    bool: _switch,
    Path: _path,
    datetime: _time,
}
