"""Files that are there in full or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from coughd.config.errors import StorageError
from coughd.storage.reading.whole_file import whole_file

from ..facts import open_store


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


def test_a_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    target, link = tmp_path / "disk" / "out.csv", tmp_path / "out.csv"
    link.symlink_to(target)
    for text in ("new", "newer"):
        with whole_file(link) as stream:
            stream.write(text)
        assert link.is_symlink()
        assert target.read_text() == text


def test_a_pipe_is_written_into(tmp_path: Path) -> None:
    pipe, link = tmp_path / "pipe", tmp_path / "link"
    os.mkfifo(pipe)
    link.symlink_to(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        with whole_file(link) as stream:
            stream.write("told")
        assert os.read(reader, 100) == b"told"
    finally:
        os.close(reader)
    assert pipe.is_fifo()
    assert sorted(tmp_path.iterdir()) == [link, pipe]


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="is a folder; name a file in it"):
        whole_file(tmp_path).__enter__()


def test_a_database_is_not_written_over(tmp_path: Path) -> None:
    """Not even by way of a link: a daemon may have the store open, and would go on in nothing."""
    path, link = tmp_path / "coughd.sqlite3", tmp_path / "mine.html"
    with open_store(path):
        pass
    link.symlink_to(path)
    before = path.read_bytes()
    for name in (path, link):
        with pytest.raises(StorageError, match="is a database"), whole_file(name):
            pass
    assert before == path.read_bytes()


def test_what_a_killed_one_left_goes(tmp_path: Path) -> None:
    left = tmp_path / ".out.csv.abcdefgh.coughd-part"
    left.write_text("half")
    with whole_file(tmp_path / "out.csv") as stream:
        stream.write("whole")
    assert list(tmp_path.iterdir()) == [tmp_path / "out.csv"]
