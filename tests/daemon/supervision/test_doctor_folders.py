"""Everything that must be right is looked at, wherever it is configured to be."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from coughd.config.paths import Paths
from coughd.config.places import find_places
from coughd.config.settings import Settings, SourceSettings, StoreSettings
from coughd.daemon.supervision.doctor import examine

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def test_folders_are_looked_at_where_the_store_is_a_url(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    settings = Settings(
        sources=(SourceSettings("bed", "file", path=tmp_path / "bed.wav"),),
        store=StoreSettings(url=f"sqlite:///{tmp_path}/other/c.db"),
    )
    paths = Paths(tmp_path / "c.yaml", tmp_path / "data", tmp_path / "run", tmp_path / "cache")
    found = list(examine(settings, find_places(settings, paths), NOW, daemon=None))
    assert {"store", "room", "rights", "backups"} <= {one.check for one in found}
