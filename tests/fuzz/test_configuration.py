"""Any bytes as a configuration: it loads, or every mistake has its sentence."""

from __future__ import annotations

from pathlib import Path

import yaml
from hypothesis import given
from hypothesis import strategies as st

from coughd.config.errors import ConfigError
from coughd.config.load import parse_settings
from coughd.config.render import to_yaml
from coughd.config.settings import Settings

from .mutations import altered, fuzzed, json_values, mutated, told

_FILE = Path("/srv/coughd/config.yaml")
_GOOD = to_yaml(Settings()).encode()
_SECTIONS = sorted(yaml.safe_load(_GOOD))


def _load(content: bytes) -> None:
    try:
        settings = parse_settings(content, _FILE)
    except ConfigError as exc:
        told(exc)
    else:
        # What loads can be said again, and means the same.
        assert parse_settings(to_yaml(settings).encode(), _FILE) == settings


@fuzzed
@given(mutated(_GOOD))
def test_bytes(content: bytes) -> None:
    _load(content)


@fuzzed
@given(altered({name: yaml.safe_load(_GOOD)[name] for name in _SECTIONS}))
def test_trees(tree: dict[str, object]) -> None:
    _load(yaml.safe_dump(tree, allow_unicode=True).encode(errors="replace"))


@fuzzed
@given(st.sampled_from(_SECTIONS), json_values)
def test_sections(section: str, value: object) -> None:
    _load(yaml.safe_dump({section: value}).encode(errors="replace"))
