"""`coughd doctor` finds what a daemon would refuse to start with."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from coughd.config.paths import Paths
from coughd.config.places import Places, find_places
from coughd.config.settings import ClipsSettings, Settings, SourceSettings
from coughd.daemon.clips.ports import CHECK_NAME
from coughd.daemon.clips.sealing import new_key_text, read_key
from coughd.daemon.clips.shelf import ClipShelf, sealed_check
from coughd.daemon.supervision.files_checkup import check_clips, check_recordings
from coughd.storage.upkeep.findings import Finding


def recording(path: Path, channel: int = 0) -> Finding:
    source = SourceSettings("night", "file", path=path, channel=channel)
    (finding,) = check_recordings(Settings(sources=(source, SourceSettings("bed", "microphone"))))
    assert finding.check == "file night"
    return finding


def test_a_recording_that_can_be_heard_is_well(tmp_path: Path) -> None:
    path = tmp_path / "night.wav"
    soundfile.write(path, np.zeros(16_000), 16_000)
    assert (recording(path).state, recording(path).evidence) == ("ok", f"{path} at 16000 Hz")
    refused = recording(path, channel=3)
    assert (refused.state, refused.remedy) == ("fault", "choose `mix` or channel 0, not 3.")


def test_one_that_is_missing_is_a_fault_with_the_exit_code_of_a_start(tmp_path: Path) -> None:
    missing = recording(tmp_path / "nowhere.wav")
    assert (missing.state, missing.exit_code) == ("fault", 65)
    assert "No such file" in missing.evidence


@pytest.fixture
def places(tmp_path: Path) -> Places:
    paths = Paths(tmp_path / "c.yaml", tmp_path / "data", tmp_path / "run", tmp_path / "cache")
    ClipShelf(paths.data_dir).folder.mkdir(parents=True)
    return find_places(Settings(), paths)


def new_key(path: Path) -> Path:
    path.touch(mode=0o600)
    path.write_text(new_key_text(), encoding="utf-8")
    return path


def clips(places: Places, key_file: Path | None, *, running: bool = False) -> list[Finding]:
    settings = Settings(clips=ClipsSettings(keep=True, key_file=key_file))
    return list(check_clips(settings, places, running=running))


def test_a_key_is_well_that_fits_what_is_kept(places: Places, tmp_path: Path) -> None:
    mine, other = new_key(tmp_path / "mine.key"), new_key(tmp_path / "other.key")
    (ClipShelf(places.data_dir).folder / CHECK_NAME).write_bytes(sealed_check(read_key(mine)))
    states = [
        one.state for file in (mine, other, tmp_path / "no.key") for one in clips(places, file)
    ]
    assert states == ["ok", "fault", "fault"]


def test_a_credential_of_the_service_is_not_seen(places: Places) -> None:
    (finding,) = clips(places, None)
    assert finding.state == "warning"
    assert clips(places, None, running=True) == []


def test_nothing_is_said_where_no_clips_are_kept(places: Places) -> None:
    assert list(check_clips(Settings(), places, running=False)) == []
