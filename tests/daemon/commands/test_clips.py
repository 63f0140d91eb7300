"""`coughd clips` as a user calls it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from full_disk import full_disk
from typer.testing import CliRunner, Result

from coughd.config.errors import CoughdError, StorageError, UsageError
from coughd.daemon.clips.clip_file import ClipHeader, clip_path, encode_clip
from coughd.daemon.clips.sealing import read_key
from coughd.daemon.commands.clips import clips


def new_key(path: Path) -> None:
    told = CliRunner().invoke(clips, ["new-key", str(path)])
    if isinstance(told.exception, CoughdError):
        raise told.exception
    assert told.exit_code == 0


def test_a_new_key_is_private_and_replaces_none(tmp_path: Path) -> None:
    path = tmp_path / "clips.key"
    new_key(path)
    key = path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(UsageError, match="is there already"):
        new_key(path)
    assert path.read_text() == key
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_leaves_nothing_in_the_way_of_the_next_try(tmp_path: Path) -> None:
    path = tmp_path / "clips.key"
    with full_disk(), pytest.raises(StorageError, match="cannot write"):
        new_key(path)
    assert list(tmp_path.iterdir()) == []
    new_key(path)
    assert read_key(path)


IDS = ("01980000-0000-7000-8000-0000002a9c41", "01980000-0000-7000-8000-0000113a9c41")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Two clips, and the key with which they can be heard."""
    path, folder = tmp_path / "config.yaml", tmp_path / "data/clips"
    folder.mkdir(parents=True)
    new_key(tmp_path / "clips.key")
    key = read_key(tmp_path / "clips.key")
    for event_id in IDS:
        header = ClipHeader(event_id, "bed", 0, 0.5, 0.9)
        clip = encode_clip(header, np.zeros(16_000, np.float32), key)
        clip_path(folder, event_id).write_bytes(clip)
    path.write_text(
        "config_version: 1\nstore: {data_dir: data}\nclips: {keep: true, key_file: clips.key}\n"
    )
    return path


def export(config: Path, event: str) -> Result:
    sound = config.with_name("one.wav")
    return CliRunner().invoke(clips, ["export", event, "-o", str(sound), "--config", str(config)])


@pytest.mark.parametrize("event", ["2a9c41", IDS[0]])
def test_a_clip_is_found_by_what_the_history_shows_of_its_event(config: Path, event: str) -> None:
    assert 0 == export(config, event).exit_code
    assert 16_000 == soundfile.info(config.with_name("one.wav")).frames


@pytest.mark.parametrize(
    ("event", "sentence"),
    [
        ("9c41", "2 events' ids end in '9c41'"),
        ("c41", "is too short"),
        ("ffffffff", "see `coughd clips list`"),
    ],
)
def test_an_ending_that_means_no_clip_or_several_is_refused(
    config: Path, event: str, sentence: str
) -> None:
    refused = export(config, event).exception
    assert isinstance(refused, UsageError)
    assert sentence in str(refused)
