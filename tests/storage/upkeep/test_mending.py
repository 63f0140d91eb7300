"""What `coughd doctor --fix` does with what was found."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from coughd.storage.upkeep.checkup import check_store_at
from coughd.storage.upkeep.mending import mend

from ..facts import event, open_store, seen

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def test_a_damaged_store_is_mended_by_its_url_too(tmp_path: Path) -> None:
    path = tmp_path / "coughd.db"
    with open_store(path) as store:
        store.write([seen(), *(event(f"event-{number}", number * 700) for number in range(50))])
    with path.open("r+b") as file:
        file.seek((path.stat().st_size // 4096 - 2) * 4096 + 1_000)
        file.write(b"\xff" * 2_000)
    url = f"sqlite:///{path}"
    found = list(check_store_at(url))
    assert "fault" in {one.state for one in found}
    done = list(mend(found, url, tmp_path, NOW))
    assert done[0].startswith("the damaged store is now")
    assert "fault" not in {one.state for one in check_store_at(url)}
