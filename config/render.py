"""Settings back to text: what is in effect, and its fingerprint."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from .forms import fields_of
from .redaction import without_passwords
from .settings import Settings


def to_plain(settings: Settings) -> dict[str, Any]:
    """Return the settings as mappings, lists and scalars, as the file would say them.

    Keys that do not belong to a source's kind are left out; passwords in URLs are `***`.
    """
    return _section(settings)


def to_yaml(settings: Settings) -> str:
    """Return a configuration file with every key in effect; it loads to the same settings."""
    text: str = yaml.safe_dump(to_plain(settings), sort_keys=False, allow_unicode=True)
    return text


def config_sha256(settings: Settings) -> str:
    """SHA-256 (hex) of the settings in effect, passwords aside, as JSON with sorted keys."""
    canonical = json.dumps(to_plain(settings), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def to_plain_value(value: object) -> object:
    """Return one settings value as YAML and JSON know it."""
    if isinstance(value, tuple):
        return [to_plain_value(each) for each in value]
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return _section(value) if dataclasses.is_dataclass(value) else value


def _section(section: object) -> dict[str, Any]:
    values = {field: getattr(section, field.name) for field in fields_of(section.__class__)}
    kind = getattr(section, "kind", None)
    return {
        field.name: _redacted(to_plain_value(value), secret=field.key.secret)
        for field, value in values.items()
        if not field.key.kinds or kind in field.key.kinds
    }


def _redacted(value: object, *, secret: bool) -> object:
    return without_passwords(value) if secret and isinstance(value, str) else value
