"""A whole file takes a place, and what the place was to others it stays."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from coughd.config.in_place import in_place_of, place_new, write_new


def write(path: Path, text: str) -> None:
    with in_place_of(path) as part:
        part.write_text(text)


def test_mode_owner_and_link_stay(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    target, link = tmp_path / "elsewhere/config.yaml", tmp_path / "config.yaml"
    link.symlink_to("elsewhere/config.yaml")
    target.write_text("before")
    target.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(target, 54_321, 54_322)
    owner = target.stat().st_uid, target.stat().st_gid
    write(link, "after")
    assert (link.is_symlink(), target.read_text()) == (True, "after")
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert (target.stat().st_uid, target.stat().st_gid) == owner
    assert [*target.parent.iterdir()] == [target]


def test_a_new_one_may_be_read_by_a_service(tmp_path: Path) -> None:
    write(tmp_path / "config.yaml", "new")
    assert stat.S_IMODE((tmp_path / "config.yaml").stat().st_mode) == 0o644


def test_after_an_error_it_is_what_it_was(tmp_path: Path) -> None:
    target = tmp_path / "config.yaml"
    target.write_text("before")

    def interrupted() -> None:
        with in_place_of(target) as part:
            part.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert target.read_text() == "before"
    assert list(tmp_path.iterdir()) == [target]


def test_a_new_file_is_its_owners_alone_and_nothing_is_written_over(tmp_path: Path) -> None:
    target = tmp_path / "bundle"
    write_new(target, b"first")
    with pytest.raises(FileExistsError):
        write_new(target, b"second")
    assert (target.read_bytes(), stat.S_IMODE(target.stat().st_mode)) == (b"first", 0o600)
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("links", [True, False])
def test_a_name_that_is_taken_is_left_alone(
    links: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not links:
        monkeypatch.setattr(os, "link", without_links)
    for text in ("first", "second"):
        (tmp_path / text).write_text(text)
    target = tmp_path / "target"
    place_new(tmp_path / "first", target)
    with pytest.raises(FileExistsError):
        place_new(tmp_path / "second", target)
    assert target.read_text() == "first"


def without_links(*_paths: Path) -> None:
    raise OSError(errno.EPERM, "Operation not permitted")
