"""`coughd clips` as a user calls it."""

from __future__ import annotations

from pathlib import Path

import pytest
from full_disk import full_disk
from typer.testing import CliRunner

from coughd.config.errors import CoughdError, StorageError, UsageError
from coughd.daemon.clips.sealing import read_key
from coughd.daemon.commands.clips import clips


def new_key(path: Path) -> None:
    told = CliRunner().invoke(clips, ["new-key", str(path)])
    if isinstance(told.exception, CoughdError):
        raise told.exception
    assert told.exit_code == 0


def test_a_new_key_is_private_and_replaces_none(tmp_path: Path) -> None:
    path = tmp_path / "clips.key"
    new_key(path)
    key = path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(UsageError, match="is there already"):
        new_key(path)
    assert path.read_text() == key
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_leaves_nothing_in_the_way_of_the_next_try(tmp_path: Path) -> None:
    path = tmp_path / "clips.key"
    with full_disk(), pytest.raises(StorageError, match="cannot write"):
        new_key(path)
    assert list(tmp_path.iterdir()) == []
    new_key(path)
    assert read_key(path)
