"""What the checks of a folder find in it."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from stranger import open_folder, restricted

from coughd.config.part_file import part_beside
from coughd.storage.upkeep.backup import backup_name
from coughd.storage.upkeep.checkup import check_folder, check_store_at

from ..facts import open_store

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def found(folder: Path) -> dict[str, str]:
    """By check: its evidence."""
    findings = check_folder(folder, folder / "coughd.sqlite3", 0, NOW)
    return {finding.check: finding.evidence for finding in findings}


def test_what_a_killed_backup_left_is_named_and_a_living_one_is_not(tmp_path: Path) -> None:
    backups = tmp_path / "backups"
    assert "half backups" not in found(tmp_path)
    backups.mkdir()
    with part_beside(backups / backup_name(NOW)) as part:
        assert "half backups" not in found(tmp_path)
    part.write_text("half")
    assert part.name in found(tmp_path)["half backups"]


def test_a_backup_from_the_future_hides_no_missing_ones(tmp_path: Path) -> None:
    backups = tmp_path / "backups"
    backups.mkdir()
    old, future = (backups / backup_name(NOW.replace(year=year)) for year in (2025, 2099))
    for path, moment in ((old, NOW.replace(year=2025)), (future, NOW.replace(year=2099))):
        path.touch()
        os.utime(path, (moment.timestamp(), moment.timestamp()))
    assert found(tmp_path)["backups"].endswith(f"the newest {old.name}, 365 days ago")


@pytest.mark.parametrize(
    ("mode", "says"), [(0o000, "try again as root"), (0o555, "make the file and its folder")]
)
def test_what_this_user_may_not_read_is_no_damage(mode: int, says: str) -> None:
    """Else a disk that was mounted read-only would be a reason to salvage the store."""
    with open_folder() as folder:
        store = folder / "data" / "coughd.sqlite3"
        open_store(store).close()
        store.chmod(0o644)
        with restricted(store.parent, mode):
            (found,) = check_store_at(store)
            (room, *others) = check_folder(store.parent, store, 0, NOW)
    assert (found.state, found.fix) == ("fault", "")
    assert says in found.evidence + found.remedy
    assert room.state == "ok"
    if mode == 0:
        assert [one.evidence for one in others] == [f"this user may not look into {store.parent}"]


def test_of_a_store_elsewhere_its_own_folder_is_looked_at(tmp_path: Path) -> None:
    """Whatever it is called: a name may hold what patterns are made of."""
    data, store = tmp_path / "data", tmp_path / "other" / "[c].db"
    data.mkdir(mode=0o700)
    open_store(store).close()
    for name in (
        "[c].db.foreign-20261121T093000Z",
        "[c].db.v1",
        "[c].db.v1.2",
        "c.db.aside-20261121T093000Z",
    ):
        store.with_name(name).touch()
        store.with_name(name).chmod(0o644)
    findings = {one.check: one.evidence for one in check_folder(data, store, 0, NOW)}
    assert findings["set aside"] == "beside the store: [c].db.foreign-20261121T093000Z"
    assert findings["before upgrades"] == "copies beside the store: [c].db.v1, [c].db.v1.2"
    assert findings["room"].endswith(str(store.parent))
    assert "[c].db.foreign" in findings["rights"]
    assert "c.db.aside" not in findings["rights"]
