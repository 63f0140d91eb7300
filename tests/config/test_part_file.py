"""What grows beside its place is nobody else's, and a crash leaves it only until the next time."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from coughd.config.part_file import part_beside, parts_left


def left_by_a_killed_one(target: Path) -> Path:
    """A part and its journal, as they lie there after a kill."""
    with part_beside(target) as part:
        pass
    part.write_text("half")
    part.with_name(f"{part.name}-journal").write_text("half")
    return part


def test_each_has_a_part_of_its_own_and_leaves_none(tmp_path: Path) -> None:
    target = tmp_path / "out"
    with part_beside(target) as one, part_beside(target) as other:
        assert one != other
        assert {one, other} == set(tmp_path.iterdir())
        assert one.stat().st_mode & 0o777 == 0o600
        one.with_name(f"{one.name}-journal").touch()
    assert list(tmp_path.iterdir()) == []


def test_the_next_one_deletes_what_killed_ones_left_and_nothing_else(tmp_path: Path) -> None:
    part = left_by_a_killed_one(tmp_path / "another")
    old = tmp_path / ".coughd-20261121T093000Z.sqlite3.part"
    for path in (old, tmp_path / ".mine.part", tmp_path / "mine.abcdefgh.coughd-part"):
        path.touch()
    assert parts_left(tmp_path) == [part, part.with_name(f"{part.name}-journal"), old]
    with part_beside(tmp_path / "out"):
        pass
    assert {path.name for path in tmp_path.iterdir()} == {".mine.part", "mine.abcdefgh.coughd-part"}


def test_who_is_at_it_is_not_robbed(tmp_path: Path) -> None:
    with part_beside(tmp_path / "one") as living:
        assert parts_left(tmp_path) == []
        with part_beside(tmp_path / "two"):
            pass
        assert living.exists()


def test_a_folder_that_somebody_has_locked_does_not_hold_it_up(tmp_path: Path) -> None:
    left = left_by_a_killed_one(tmp_path / "out")
    rests: list[float] = []
    descriptor = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        with part_beside(tmp_path / "out", rests.append) as part:
            assert part.exists()
    finally:
        os.close(descriptor)
    assert left.exists()
    assert 0 < sum(rests) < 0.2


def test_the_longest_name_has_a_part_too(tmp_path: Path) -> None:
    with part_beside(tmp_path / ("ä" * 127)) as part:
        assert part.exists()
