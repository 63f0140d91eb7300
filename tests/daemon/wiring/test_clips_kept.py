"""From the settings to the bounds of the clips that are kept."""

from __future__ import annotations

import dataclasses
import errno
import json
import os
from pathlib import Path

import pytest
from fakes import FakeClock
from judged_windows import event_id, judged
from patience import until
from simulated_clock import SimulatedClock

from coughd.config.places import Places
from coughd.config.settings import Settings
from coughd.config.settings_storage import ClipsSettings, RetentionSettings
from coughd.daemon.clips.forgetting import ClipLimits
from coughd.daemon.clips.keeper import ClipKeeper
from coughd.daemon.clips.ports import NoClips
from coughd.daemon.clips.sealing import new_key_text
from coughd.daemon.clips.shelf import ClipShelf
from coughd.daemon.steady_clock import STEADY_S
from coughd.daemon.wiring.clips import clips
from coughd.storage.records import OutboxRow

from ...storage.facts import open_store

DAY_US = 24 * 3_600_000_000


@pytest.fixture
def wanted(tmp_path: Path) -> ClipsSettings:
    key_file = tmp_path / "clips.key"
    key_file.write_text(new_key_text())
    key_file.chmod(0o600)
    return ClipsSettings(keep=True, key_file=key_file)


def bounds(folder: Path, settings: Settings) -> tuple[ClipLimits, int]:
    """What the writer of the clips goes by: limits, and how much room it leaves."""
    places = Places(folder, folder / "store", "ipc://a", "ipc://b", folder)
    with open_store(folder / "store") as store:
        made = clips(settings, places, store, FakeClock())
    assert isinstance(made, ClipKeeper)
    return made._writer._limits, made._writer._free_floor


@pytest.mark.parametrize(
    ("keep_days", "events_days", "days"), [(30, 7, 7), (7, 30, 7), (None, 7, 7), (7, None, 7)]
)
def test_no_clip_outlives_its_event(
    keep_days: float | None,
    events_days: float | None,
    days: int,
    tmp_path: Path,
    wanted: ClipsSettings,
) -> None:
    settings = Settings(
        clips=dataclasses.replace(wanted, keep_days=keep_days),
        retention=RetentionSettings(events_days=events_days),
    )
    limits, _ = bounds(tmp_path, settings)
    assert limits.age_us == days * DAY_US


def test_without_bounds_clips_are_kept_until_the_disk_is_nearly_full(
    tmp_path: Path, wanted: ClipsSettings
) -> None:
    unbounded = dataclasses.replace(wanted, keep_days=None, max_mb=None)
    retention = RetentionSettings(free_space_mb=300)
    limits, free_floor = bounds(tmp_path, Settings(clips=unbounded, retention=retention))
    assert (limits.age_us, limits.largest_bytes) == (None, None)
    assert free_floor == 600_000_000  # before embeddings go, at 300


def test_their_size_is_bounded_in_bytes(tmp_path: Path, wanted: ClipsSettings) -> None:
    limits, _ = bounds(tmp_path, Settings(clips=dataclasses.replace(wanted, max_mb=50)))
    assert limits.largest_bytes == 50_000_000


def test_by_default_there_are_none(tmp_path: Path) -> None:
    places = Places(tmp_path, tmp_path / "store", "ipc://a", "ipc://b", tmp_path)
    with (
        open_store(tmp_path / "store") as store,
        clips(Settings(), places, store, FakeClock()) as kept,
    ):
        assert isinstance(kept, NoClips)


def test_clips_of_before_go_though_no_more_are_kept(tmp_path: Path, wanted: ClipsSettings) -> None:
    """Nobody needs the key for it, which may be gone as well."""
    places = Places(tmp_path, tmp_path / "store", "ipc://a", "ipc://b", tmp_path)
    clock = SimulatedClock(10_000 * DAY_US)
    shelf = ClipShelf(tmp_path)
    no_more = {"event_id": event_id(1), "counted": False, "reason": "below_threshold"}
    with open_store(tmp_path / "store") as store:
        with clips(Settings(clips=wanted), places, store, clock) as kept:
            for number in (1, 2):
                kept.judged(*judged(number, number * 200_000))
            kept.ended("s")
        assert len(shelf.clips()) == 2
        with clips(Settings(), places, store, clock) as left:
            left.judged(*judged(3, 900_000))
            left.ended("s")
            left.told([OutboxRow(1, "cough.event.update.home.bed", json.dumps(no_more))])
            until(lambda: shelf.event_ids() == [event_id(2)])
            clock.advance(STEADY_S)
            until(lambda: shelf.event_ids() == [])
            assert left.counts is None
            assert left.is_alive
        assert not left.is_alive


def test_a_folder_of_clips_that_may_not_be_read_stops_no_daemon_that_keeps_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(_: Path) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    (tmp_path / "clips").mkdir()
    monkeypatch.setattr(os, "scandir", refuse)  # root, who may run the tests, may read everything
    places = Places(tmp_path, tmp_path / "store", "ipc://a", "ipc://b", tmp_path)
    with (
        open_store(tmp_path / "store") as store,
        clips(Settings(), places, store, FakeClock()) as left,
    ):
        assert left.is_alive
    (line,) = [each for each in caplog.messages if "clips" in each]
    assert "old clips are kept too long" in line
    assert "Permission denied" in line
