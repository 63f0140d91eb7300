from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from booted import Booted, boot
from command_line import coughd
from one_sound import STORE_FILE, write_config

from coughd.storage.home import HOME, home_of


@pytest.fixture(scope="module")
def machine() -> Iterator[Booted]:
    """A booted machine with a virtual microphone and `coughd` installed as its service."""
    with boot() as booted:
        booted.start_microphone()
        booted.configure()
        booted.install()
        yield booted


@pytest.fixture(scope="module")
def heard_before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory in which one cough is stored."""
    folder = tmp_path_factory.mktemp("before")
    said = coughd("run", "--config", write_config(folder))
    assert said.exit_code == os.EX_OK, said.complaints
    return folder / "data"


@pytest.fixture
def lived_in(heard_before: Path, tmp_path: Path) -> Path:
    """A folder of its own for each test, with that data, and at home there."""
    store = shutil.copytree(heard_before, tmp_path / "data") / STORE_FILE
    with closing(sqlite3.connect(store)) as connection, connection:
        connection.execute("update meta set value = ? where key = ?", (home_of(store), HOME))
    return tmp_path
