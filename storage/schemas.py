"""The JSON Schemas of all messages, as shipped in the package."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator

from .messages import (
    EPOCH_SCHEMA,
    EVENT_SCHEMA,
    HEALTH_SCHEMA,
    REVIEW_SCHEMA,
    SOURCE_SCHEMA,
)

_STREAM_DEFINITIONS = {
    EPOCH_SCHEMA: "epoch",
    SOURCE_SCHEMA: "source_state",
    REVIEW_SCHEMA: "review",
    HEALTH_SCHEMA: "health",
}


def schema(name: str) -> dict[str, Any]:
    """Give the JSON Schema of a message by its `schema` member; KeyError for an unknown one."""
    if name == EVENT_SCHEMA:
        return _read("event.schema.json")
    whole = _read("stream.schema.json")
    return {
        "$schema": whole["$schema"],
        "$ref": f"#/$defs/{_STREAM_DEFINITIONS[name]}",
        "$defs": whole["$defs"],
    }


def validator(name: str) -> Draft202012Validator:
    """Give a validator of parsed messages, such as `validator("coughd.event/1")`."""
    return Draft202012Validator(schema(name))


def _read(file: str) -> dict[str, Any]:
    text = files(__package__).joinpath(file).read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    return document
