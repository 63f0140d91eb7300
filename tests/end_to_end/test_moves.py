"""A daemon that is upgraded, whose files are copied at work, and that is stopped at any moment."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from command_line import coughd
from living_daemon import (
    STORE_FILE,
    LivingDaemon,
    findings,
    messages,
    read,
    write_config,
    write_lasting_config,
    write_recording,
)
from old_store import EVENTS, LAST_SEQ, write_old_store

from coughd.storage.schema import SCHEMA_VERSION
from coughd.storage.upkeep.copying import check_store

STOPS = 8
START_S = 1.5
"""A start and the hearing of the recording take longer: every stop is in the midst of them."""


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_recording(tmp_path_factory.mktemp("recording") / "night.flac", 2)


@pytest.fixture(scope="module")
def heard(recording: Path, tmp_path_factory: pytest.TempPathFactory) -> Sequence[Any]:
    """What a daemon that nobody disturbs makes of the recording."""
    folder = tmp_path_factory.mktemp("undisturbed")
    config = write_config(folder, recording, folder / "data")
    assert coughd("run", "--config", config).exit_code == os.EX_OK
    return findings(folder / "data" / STORE_FILE)


def test_an_upgrade_keeps_every_event_and_message_and_a_checked_copy(
    recording: Path, tmp_path: Path
) -> None:
    store = write_old_store(tmp_path / "data" / STORE_FILE)
    before, told = check_store(store), messages(store)
    config = write_config(tmp_path, recording, store.parent)
    said = coughd("run", "--config", config)
    assert said.exit_code == os.EX_OK, said.complaints
    assert f"brought from version 1 to {SCHEMA_VERSION}" in said.complaints
    after = check_store(store)
    assert (after.schema_version, after.store_id) == (SCHEMA_VERSION, before.store_id)
    assert messages(store)[:LAST_SEQ] == told
    assert [seq for seq, _ in messages(store)] == [*range(1, len(messages(store)) + 1)]
    (old_events,) = read(store, "SELECT count(*) FROM events WHERE source_id != 'bed'")
    assert old_events == (EVENTS,)
    copy = store.with_name(f"{STORE_FILE}.v1")
    assert coughd("backup", "verify", copy).exit_code == os.EX_OK
    assert check_store(copy) == before
    assert coughd("doctor", "--config", config).exit_code == os.EX_OK


def test_files_copied_at_work_go_on_elsewhere_as_a_store_of_their_own(
    recording: Path, heard: Sequence[Any], tmp_path: Path
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    with LivingDaemon(write_lasting_config(here, recording, here / "data")) as daemon:
        daemon.until_written(20)
        # Nothing is checkpointed between the two: what is copied is what one moment held.
        daemon.process.send_signal(signal.SIGSTOP)
        shutil.copytree(here / "data", there / "data")
        daemon.process.send_signal(signal.SIGCONT)
        config = write_config(there, recording, there / "data")
        with LivingDaemon(config) as other:
            assert other.finish() == os.EX_OK, other.log
        daemon.until_heard()
        assert daemon.stop() == os.EX_OK, daemon.log
    for folder in (here, there):
        assert findings(folder / "data" / STORE_FILE) == heard
    assert "copied or moved here" in other.log
    ids = {check_store(folder / "data" / STORE_FILE).store_id for folder in (here, there)}
    assert len(ids) == 2
    assert coughd("doctor", "--config", config).exit_code == os.EX_OK


def test_stopped_at_any_moment_it_goes_on_where_it_was(
    recording: Path, heard: Sequence[Any], tmp_path: Path
) -> None:
    chance = random.Random(9)
    config = write_config(tmp_path, recording, tmp_path / "data")
    for _ in range(STOPS):
        with LivingDaemon(config) as daemon:
            with suppress(subprocess.TimeoutExpired):
                daemon.process.wait(chance.uniform(0.0, START_S))
            asked = (signal.SIGTERM, signal.SIGINT)[chance.randrange(2)]
            daemon.process.send_signal(asked)
            # Before there is anything to close, and after, it ends as the signal has it.
            assert daemon.finish() in {os.EX_OK, -asked, 128 + asked}, daemon.log
        assert not [*tmp_path.glob("*.sock")]
        assert [path.name for path in tmp_path.glob("data/*-wal")] == []
    with LivingDaemon(config, log_name="last log") as daemon:
        # By its log, which says so even of one that has heard everything meanwhile.
        daemon.until("the first turn", lambda: "source 'bed' is up" in daemon.log)
        daemon.process.send_signal(signal.SIGHUP)
        assert daemon.finish() == os.EX_OK, daemon.log
    store = tmp_path / "data" / STORE_FILE
    assert findings(store) == heard
    assert [seq for seq, _ in messages(store)] == [*range(1, len(messages(store)) + 1)]
