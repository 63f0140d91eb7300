from __future__ import annotations

import stat
from pathlib import Path

import pytest

from coughd.config.errors import InputError, StorageError
from coughd.daemon.stream.cursor import CursorFile
from coughd.daemon.stream.items import Position


def test_what_is_written_is_read(tmp_path: Path) -> None:
    cursor = CursorFile(tmp_path / "new" / "folder" / "cursor.json")
    assert cursor.read() is None
    for seq in (0, 7, 2**60):
        cursor.write(Position("store", seq))
        assert cursor.read() == Position("store", seq)
    (file,) = (tmp_path / "new" / "folder").iterdir()
    assert file.name == "cursor.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"[1]",
        b'{"schema":"other/1","store_id":"A","seq":1}',
        b'{"schema":"coughd.cursor/1","store_id":1,"seq":1}',
        b'{"schema":"coughd.cursor/1","store_id":"A","seq":-1}',
        b'{"schema":"coughd.cursor/1","store_id":"A","seq":true}',
    ],
)
def test_another_file_is_not_taken_for_a_cursor(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "cursor.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match="not a cursor"):
        CursorFile(path).read()


def test_a_place_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    cursor = CursorFile(tmp_path / "file" / "cursor.json")
    with pytest.raises(StorageError, match="cannot write the cursor"):
        cursor.write(Position("A", 1))
    with pytest.raises(StorageError, match="cannot read the cursor"):
        cursor.read()
