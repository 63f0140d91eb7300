"""Files that are there in full or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from coughd.config.errors import StorageError
from coughd.storage.reading.whole_file import whole_file


def test_the_file_appears_only_once_it_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    with whole_file(target) as stream:
        stream.write("ä\r\n")
        assert not target.exists()
    assert target.read_bytes() == "ä\r\n".encode()
    assert list(tmp_path.iterdir()) == [target]


def test_an_interrupted_write_leaves_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    target.write_text("before")

    def interrupted() -> None:
        with whole_file(target) as stream:
            stream.write("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert target.read_text() == "before"
    assert list(tmp_path.iterdir()) == [target]


def test_a_missing_folder_is_a_storage_error(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"out\.csv: cannot be written"):
        whole_file(tmp_path / "none" / "out.csv").__enter__()
