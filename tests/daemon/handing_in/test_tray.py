"""The order of what waits in the tray."""

from __future__ import annotations

import os
import stat
from functools import partial
from pathlib import Path

import pytest

from coughd.config.errors import StorageError
from coughd.daemon.handing_in.tray import lay_down, tray_of, waiting
from coughd.storage.records import EventReviewed

REVIEW = EventReviewed("event-1", "reject", None, "anna", "", 1_800_000_000_000_000)
LATER_NS = 1_800_000_000_000_000_000


def laid_down(folder: Path, *clock_ns: int) -> list[Path]:
    return [lay_down(folder, [REVIEW], partial(int, ns)) for ns in clock_ns]


def test_what_is_said_last_is_taken_last_whatever_the_clock_says(tmp_path: Path) -> None:
    said = laid_down(tmp_path, LATER_NS, LATER_NS - 1, 0, LATER_NS, LATER_NS + 10)
    assert waiting(tmp_path) == said


def test_names_of_others_give_no_order(tmp_path: Path) -> None:
    tray_of(tmp_path).mkdir()
    (tray_of(tmp_path) / "99999999999999999999.json").touch()
    (path,) = laid_down(tmp_path, LATER_NS)
    assert path.name.startswith(f"0{LATER_NS}-")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_what_root_lays_down_can_be_taken_by_the_service(tmp_path: Path) -> None:
    os.chown(tmp_path, 54_321, 54_322)
    (path,) = laid_down(tmp_path, LATER_NS)
    for made, mode in ((path.parent, 0o700), (path, 0o600)):
        found = made.stat()
        assert (found.st_uid, found.st_gid) == (54_321, 54_322)
        assert stat.S_IMODE(found.st_mode) == mode


def test_nothing_is_laid_where_a_link_in_the_trays_place_leads(tmp_path: Path) -> None:
    """Root lays down for a service, which may have put the link there."""
    (tmp_path / "elsewhere").mkdir()
    tray_of(tmp_path).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StorageError, match="handed-in: cannot be written"):
        laid_down(tmp_path, LATER_NS)
    assert not list((tmp_path / "elsewhere").iterdir())
