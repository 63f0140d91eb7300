"""PRIVACY.md names what there is: keys of the configuration and tables of the store."""

from __future__ import annotations

import re
from pathlib import Path

from coughd.config.settings import Settings
from coughd.storage.schema import metadata

_ROOT = Path(__file__).parents[1]
_PAGES = [_ROOT / "PRIVACY.md", _ROOT / "docs" / "threat-model.md"]
_SECTIONS = "store|stream|retention|probe|logging|embedder|sources|clips"


def test_every_key_that_is_named_exists() -> None:
    named = {
        (section, key)
        for page in _PAGES
        for section, key in re.findall(rf"`({_SECTIONS})(?:\[\])?\.(\w+)", page.read_text())
    }
    assert len(named) >= 8
    settings = Settings()
    for section, key in named:
        found = settings.sources[0] if section == "sources" else getattr(settings, section)
        assert hasattr(found, key), f"{section}.{key}"


def test_every_table_of_the_store_is_named() -> None:
    page = _PAGES[0].read_text()
    assert [name for name in metadata.tables if f"`{name}`" not in page] == []
