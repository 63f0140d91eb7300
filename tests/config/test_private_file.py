from __future__ import annotations

import os
from pathlib import Path

import pytest

from coughd.config.private_file import make_private_folder, write_private


def test_a_file_is_replaced_and_private(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_bytes(b"former")
    path.chmod(0o644)
    write_private(path, b"new")
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"new", 0o600)
    assert list(tmp_path.iterdir()) == [path]


def test_what_lies_in_the_draft_s_place_is_not_followed(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_bytes(b"somebody's")
    (tmp_path / ".key.new").symlink_to(other)
    write_private(tmp_path / "key", b"new")
    assert other.read_bytes() == b"somebody's"
    assert not (tmp_path / "key").is_symlink()


@pytest.mark.parametrize("trouble", [OSError(28, "No space left"), KeyboardInterrupt()], ids=repr)
def test_after_an_error_the_former_one_is_there_and_nothing_beside_it(
    trouble: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise trouble

    path = tmp_path / "key"
    write_private(path, b"former")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(type(trouble)):
        write_private(path, b"new")
    assert path.read_bytes() == b"former"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_root_gives_it_to_the_owner_of_the_folder(tmp_path: Path) -> None:
    os.chown(tmp_path, 12_345, 12_346)
    write_private(tmp_path / "key", b"x", owner_of=tmp_path)
    given = (tmp_path / "key").stat()
    assert (given.st_uid, given.st_gid) == (12_345, 12_346)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_root_gives_a_folder_to_the_owner_too(tmp_path: Path) -> None:
    os.chown(tmp_path, 12_345, 12_346)
    make_private_folder(tmp_path / "made", owner_of=tmp_path)
    given = (tmp_path / "made").stat()
    assert (given.st_uid, given.st_gid, given.st_mode & 0o777) == (12_345, 12_346, 0o700)


def test_a_link_in_the_place_of_a_folder_is_not_followed(tmp_path: Path) -> None:
    elsewhere, link = tmp_path / "elsewhere", tmp_path / "link"
    elsewhere.mkdir()
    link.symlink_to(elsewhere)
    with pytest.raises(NotADirectoryError):
        make_private_folder(link, owner_of=tmp_path)
