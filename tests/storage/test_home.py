"""A store whose files were copied, even while it was written: whole and another one, or refused."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from coughd.config.errors import StorageError
from coughd.storage.home import home_of
from coughd.storage.upkeep.backup import back_up, restore
from coughd.storage.upkeep.checkup import check_store_at

from .facts import event, open_store, seen

pytestmark = pytest.mark.sqlite

WRITER = Path(__file__).with_name("killed_writer.py")
COPIES = 20
STEPS_BETWEEN = 10


@pytest.fixture
def original(tmp_path: Path) -> Path:
    path = tmp_path / "here" / "coughd.sqlite3"
    with open_store(path) as store:
        store.write([seen(), event()])
    return path


def store_id(path: Path) -> str:
    with open_store(path) as store:
        return store.store_id


def test_where_it_was_or_renamed_it_stays_the_same_store(original: Path, tmp_path: Path) -> None:
    before = store_id(original)
    assert store_id(original) == before
    moved = original.rename(tmp_path / "there.sqlite3")
    assert store_id(moved) == before


def test_a_copy_is_another_store_once_and_the_original_stays(
    original: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    before = store_id(original)
    copy = Path(shutil.copy(original, tmp_path / "there.sqlite3"))
    copied = store_id(copy)
    assert copied != before
    assert "copied or moved here" in caplog.text
    assert store_id(copy) == copied
    assert store_id(original) == before


def test_a_copy_on_another_machine_is_told_apart_by_the_machine(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).write_text(name)
    homes = {home_of(tmp_path, tmp_path / name) for name in ("one", "other", "none")}
    assert len(homes) == 3


def test_one_put_back_after_it_was_deleted_is_still_the_same(original: Path) -> None:
    with open_store(original) as store:
        before = store.store_id
        for path in original.parent.iterdir():
            path.unlink()
        store.write([event("event-2", 5_000)])
    assert store_id(original) == before


def test_a_restored_backup_gets_its_new_name_once(original: Path, tmp_path: Path) -> None:
    back_up(original, tmp_path / "backup")
    restored = restore(tmp_path / "backup", original, datetime.now(UTC))
    assert store_id(original) == restored.contents.store_id


def test_copied_while_it_is_written_it_is_whole_or_refused(original: Path, tmp_path: Path) -> None:
    chance = random.Random(4)
    opened = 0
    with subprocess.Popen(
        [sys.executable, str(WRITER), str(original), "1"], stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        for number in range(COPIES):
            for _ in range(chance.randint(1, STEPS_BETWEEN)):
                assert writer.stdout.readline()
            copy = tmp_path / f"copy-{number}" / original.name
            copy.parent.mkdir()
            endings = ["", "-wal"]
            chance.shuffle(endings)
            for ending in endings:
                shutil.copy(f"{original}{ending}", f"{copy}{ending}")
            opened += is_whole(copy)
        writer.kill()
    assert opened > 0


def is_whole(copy: Path) -> bool:
    """Whether it can be opened; then nothing of it is missing and no number is given out twice."""
    try:
        with open_store(copy) as store:
            assert len(store.write([event("after", 10_000_000)])) == 1
    except StorageError:
        return False
    assert ["ok"] * 3 == [finding.state for finding in check_store_at(copy)]
    return True


def test_a_copy_that_does_not_fit_together_is_refused_and_left_alone(
    original: Path, tmp_path: Path
) -> None:
    with open_store(original) as store:
        store.write([event(f"event-{n}", n * 1_000) for n in range(2, 400)])
    copy = Path(shutil.copy(original, tmp_path / "there.sqlite3"))
    with copy.open("r+b") as file:
        file.seek(20 * 4096)
        file.write(random.Random(1).randbytes(4096))
    before = copy.read_bytes()
    with pytest.raises(StorageError, match=r"is not whole .* `coughd backup create`"):
        open_store(copy)
    assert copy.read_bytes() == before
