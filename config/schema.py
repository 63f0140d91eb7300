"""JSON Schema of the configuration file, for editors: generated from the settings."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from .forms import Field, Form, fields_of
from .key import Key
from .render import to_plain_value
from .settings import Settings

_SCALARS: dict[type, dict[str, str]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    Path: {"type": "string"},
    datetime: {"type": "string", "format": "date-time"},
}


def config_schema() -> dict[str, Any]:
    """Return the schema (2020-12); what needs the machine or two keys is left to the loader."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "coughd configuration, version 1",
        **_section(Settings),
    }


def _section(section: type) -> dict[str, Any]:
    fields = fields_of(section)
    schema: dict[str, Any] = {
        "type": "object",
        "additionalProperties": False,
        "properties": {field.name: _property(field) for field in fields},
    }
    required = [field.name for field in fields if field.required]
    rules = [rule for kind in _kinds(fields) if (rule := _rule(kind, fields))]
    return (
        schema | ({"required": required} if required else {}) | ({"allOf": rules} if rules else {})
    )


def _kinds(fields: tuple[Field, ...]) -> tuple[object, ...]:
    return next((field.form.choices for field in fields if field.name == "kind"), ())


def _rule(kind: object, fields: tuple[Field, ...]) -> dict[str, Any] | None:
    """Return what one value of `kind` forbids and needs; None where nothing."""
    foreign = [field.name for field in fields if field.key.kinds and kind not in field.key.kinds]
    needed = [field.name for field in fields if kind in field.key.required_for]
    if not foreign and not needed:
        return None
    return {
        "if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]},
        "then": {
            "required": needed,
            "properties": {name: {"const": None} for name in foreign}
            | {name: {"not": {"const": None}} for name in needed},
        },
    }


def _property(field: Field) -> dict[str, Any]:
    schema = _value(field.form, field.key)
    if field.key.text:
        schema["description"] = field.key.text
    if field.default is not None:
        schema["default"] = to_plain_value(field.default)
    return schema


def _value(form: Form, key: Key) -> dict[str, Any]:
    if form.section:
        return {"anyOf": [_section(form.section), {"type": "null"}]}
    if form.items:
        items = _value(form.items, key)
        return {"anyOf": [{"type": "array", "minItems": 1, "items": items}, {"type": "null"}]}
    choices: list[dict[str, Any]] = []
    if form.scalar:
        choices.append(_SCALARS[form.scalar] | _limits(form, key))
    if form.choices:
        choices.append({"enum": list(form.choices)})
    if form.optional:
        choices.append({"type": "null"})
    return dict(choices[0]) if len(choices) == 1 else {"anyOf": choices}


def _limits(form: Form, key: Key) -> dict[str, Any]:
    limits = {
        "minimum": key.minimum,
        "maximum": key.maximum,
        "exclusiveMinimum": key.above,
        "pattern": f"^(?:{key.pattern})$" if key.pattern and form.scalar is str else None,
    }
    return {name: limit for name, limit in limits.items() if limit is not None}
