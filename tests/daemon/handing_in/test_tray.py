"""The order of what waits in the tray."""

from __future__ import annotations

from functools import partial
from pathlib import Path

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
