"""The folder of the clips: read once, never believed to be what it was, whatever lies in it."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from judged_windows import event_id, noise

from coughd.config.errors import InputError, StorageError
from coughd.config.private_file import write_private
from coughd.daemon.clips import shelf as shelf_module
from coughd.daemon.clips.clip_file import ClipHeader, clip_path, encode_clip, read_header
from coughd.daemon.clips.sealing import ClipKey
from coughd.daemon.clips.shelf import ClipShelf

KEY = ClipKey(bytes(range(32)))
DAY_NS = 86_400_000_000_000


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files whose headers were read, as they are."""
    read: list[str] = []

    def noted(path: Path) -> ClipHeader:
        read.append(path.stem)
        return read_header(path)

    monkeypatch.setattr(shelf_module, "read_header", noted)
    return read


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "clips"
    folder.mkdir()
    for number in (1, 2, 3):
        write_private(clip_path(folder, event_id(number)), clip(number))
    return folder


def clip(number: int, probability: float = 0.5) -> bytes:
    return encode_clip(ClipHeader(event_id(number), "bed", 1, 0.5, probability), noise(4000), KEY)


def tomorrow() -> int:
    return time.time_ns() + DAY_NS


def scores(shelf: ClipShelf) -> dict[str, float]:
    return {each.header.event_id[-1]: each.header.probability for each in shelf.clips()}


def test_a_header_is_read_once(folder: Path, reads: list[str]) -> None:
    shelf = ClipShelf(folder.parent, wall_ns=tomorrow)
    first, second = shelf.clips(), shelf.clips()
    assert first == second
    assert sorted(reads) == [event_id(number) for number in (1, 2, 3)]
    clip_path(folder, event_id(1)).unlink()
    write_private(clip_path(folder, event_id(4)), clip(4))
    assert scores(shelf).keys() == {"2", "3", "4"}
    assert reads[3:] == [event_id(4)]


def in_its_place(path: Path) -> None:
    write_private(path, clip(2, 0.6))


def within(path: Path) -> None:
    path.write_bytes(clip(2, 0.6))


@pytest.mark.parametrize("change", [in_its_place, within])
def test_what_was_changed_is_read_again_though_it_looks_the_same(
    folder: Path, change: Callable[[Path], None]
) -> None:
    shelf = ClipShelf(folder.parent, wall_ns=tomorrow)
    path = clip_path(folder, event_id(2))
    assert scores(shelf) == {"1": 0.5, "2": 0.5, "3": 0.5}
    before = path.stat()
    change(path)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size
    assert scores(shelf) == {"1": 0.5, "2": 0.6, "3": 0.5}


def test_what_was_written_a_moment_ago_is_read_again(folder: Path, reads: list[str]) -> None:
    """Within a tick of the file system's clock it may change again and look the same."""
    written_ns = clip_path(folder, event_id(1)).stat().st_ctime_ns
    shelf = ClipShelf(folder.parent, wall_ns=lambda: written_ns)
    shelf.clips()
    shelf.clips()
    assert len(reads) == 6


def test_what_is_no_clip_is_passed_over_and_waited_for_by_nobody(folder: Path) -> None:
    pipe, link, below = (clip_path(folder, event_id(number)) for number in (5, 6, 7))
    os.mkfifo(pipe)
    link.symlink_to("/dev/zero")
    below.mkdir()
    shelf = ClipShelf(folder.parent, KEY)
    assert scores(shelf).keys() == {"1", "2", "3"}
    for number in (5, 6, 7):
        with pytest.raises(InputError, match=r"is not a clip|cannot read"):
            shelf.samples(event_id(number))


def test_a_folder_that_may_not_be_read_is_not_an_empty_one(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Path) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(os, "scandir", refuse)  # root, who may run the tests, may read everything
    shelf = ClipShelf(folder.parent)
    for look in (shelf.clips, shelf.event_ids):
        with pytest.raises(StorageError, match="Permission denied; try again as root"):
            look()


def test_without_a_folder_there_is_no_clip(tmp_path: Path) -> None:
    assert ClipShelf(tmp_path).clips() == []
    assert ClipShelf(tmp_path).event_ids() == []
