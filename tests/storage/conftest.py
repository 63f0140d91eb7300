"""A store in a folder of its own, with one source announced."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from coughd.storage.store import EventStore

from .facts import open_store, seen


@pytest.fixture
def store_path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "coughd.db"


@pytest.fixture
def store(store_path: Path) -> Iterator[EventStore]:
    with open_store(store_path) as opened:
        opened.write([seen()])
        yield opened
