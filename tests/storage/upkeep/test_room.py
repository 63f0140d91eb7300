"""The ballast is real room, private, and there only when asked for."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from coughd.config.errors import StorageError
from coughd.storage.upkeep.room import BALLAST_NAME, Ballast, free_bytes

SIZE = 3_000_000


def test_it_takes_its_room_and_gives_it_up(tmp_path: Path) -> None:
    path = tmp_path / BALLAST_NAME
    ballast = Ballast(tmp_path, SIZE)
    assert ballast.take()
    found = path.stat()
    assert (found.st_size, stat.S_IMODE(found.st_mode)) == (SIZE, 0o600)
    assert found.st_blocks * 512 >= SIZE
    assert ballast.is_there
    assert ballast.give_up()
    assert not path.exists()
    assert not ballast.give_up()


def test_another_size_is_taken_instead(tmp_path: Path) -> None:
    Ballast(tmp_path, SIZE).take()
    assert Ballast(tmp_path, SIZE // 2).take()
    assert (tmp_path / BALLAST_NAME).stat().st_size == SIZE // 2


def test_without_a_size_there_is_none(tmp_path: Path) -> None:
    Ballast(tmp_path, SIZE).take()
    assert Ballast(tmp_path, 0).take()
    assert list(tmp_path.iterdir()) == []


def test_without_room_it_is_not_left_half_made(tmp_path: Path) -> None:
    assert not Ballast(tmp_path, 1 << 60).take()
    assert list(tmp_path.iterdir()) == []
    assert not Ballast(tmp_path / "missing", SIZE).take()


def test_a_folder_that_is_not_there_says_so(tmp_path: Path) -> None:
    assert free_bytes(tmp_path) > 0
    with pytest.raises(StorageError, match="is it there"):
        free_bytes(tmp_path / "missing")
