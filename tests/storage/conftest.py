"""A store with one source announced: in a file of its own, and on a real PostgreSQL server.

A test marked `sqlite` is about files, and runs with a file only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from postgres import PostgresServer, postgres_server, skip_unless_available

from coughd.storage.store import EventStore

from .facts import open_store, seen


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run every test of a store with each kind of database."""
    if "store_path" in metafunc.fixturenames:
        only_files = metafunc.definition.get_closest_marker("sqlite") is not None
        kinds = ["file"] if only_files else ["file", "postgresql"]
        metafunc.parametrize("store_path", kinds, indirect=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    skip_unless_available()
    with postgres_server() as server:
        yield server


@pytest.fixture
def store_path(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """Where a new store belongs: a path, or the URL of an empty database."""
    if getattr(request, "param", "file") == "file":
        return tmp_path / "data" / "coughd.db"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.new_place()


@pytest.fixture
def store(store_path: Path) -> Iterator[EventStore]:
    with open_store(store_path) as opened:
        opened.write([seen()])
        yield opened


@pytest.fixture
def write(store_path: Path) -> Iterator[Callable[..., object]]:
    with open_store(store_path) as store:
        yield lambda *changes: store.write(changes)
