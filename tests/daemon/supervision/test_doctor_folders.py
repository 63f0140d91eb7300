"""Everything that must be right is looked at, wherever it is configured to be."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from coughd.config.paths import Paths
from coughd.config.places import find_places
from coughd.config.settings import Settings, SourceSettings, StoreSettings
from coughd.daemon.handing_in.tray import aside_of, tray_of
from coughd.daemon.supervision.doctor import examine
from coughd.storage.upkeep.findings import Finding

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def found(settings: Settings, folder: Path) -> list[Finding]:
    paths = Paths(folder / "c.yaml", folder / "data", folder / "run", folder / "cache")
    return list(examine(settings, find_places(settings, paths), NOW, daemon=None))


def test_folders_are_looked_at_where_the_store_is_a_url(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    settings = Settings(
        sources=(SourceSettings("bed", "file", path=tmp_path / "bed.wav"),),
        store=StoreSettings(url=f"sqlite:///{tmp_path}/other/c.db"),
    )
    checks = {one.check for one in found(settings, tmp_path)}
    assert {"store", "room", "rights", "backups"} <= checks
    assert "handed in" not in checks


def test_what_was_handed_in_and_could_not_be_read_is_named(tmp_path: Path) -> None:
    tray = tray_of(tmp_path / "data")
    tray.mkdir(parents=True)
    aside = aside_of(tray / "00000-garbage.json")
    aside.write_text("{")
    settings = Settings(sources=(SourceSettings("bed", "file", path=tmp_path / "bed.wav"),))
    (said,) = [one for one in found(settings, tmp_path) if one.check == "handed in"]
    assert (said.state, aside.name in said.evidence) == ("warning", True)
