"""Whatever the disk does, what was heard is written in the end, and health is told meanwhile."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from command_line import coughd
from living_daemon import (
    PATIENCE_S,
    STORE_FILE,
    LivingDaemon,
    findings,
    messages,
    read,
    write_config,
    write_recording,
)
from look_alike_manager import manager_at
from small_file_system import fill, make_read_only, small_file_system

from coughd.detectors.ports import SAMPLE_RATE_HZ

FAULTY_DISK = Path(__file__).parents[1] / "support" / "faulty_disk.c"
SCENES = 2
LOOPED = {"source": {"loop": True}}
SLACK = 10 * SAMPLE_RATE_HZ
"""An event, its window and the pause that ends its epoch take less."""
MANY_CHANGES = {"coverage": {"progress_s": 0.1}}
"""Ten changes for each second heard, so that the bounded queue is soon full."""


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Those who are harmed hear it again and again: no harm comes too late, however slow it is."""
    return write_recording(tmp_path_factory.mktemp("recording") / "night.flac", SCENES)


@pytest.fixture(scope="module")
def heard(recording: Path, tmp_path_factory: pytest.TempPathFactory) -> Sequence[Any]:
    """What a daemon that nobody disturbs makes of the recording."""
    folder = tmp_path_factory.mktemp("undisturbed")
    config = write_config(folder, recording, folder / "data")
    assert coughd("run", "--config", config).exit_code == os.EX_OK
    found = findings(folder / "data" / STORE_FILE)
    assert len(found[0]) > 5 * SCENES
    return found


@pytest.fixture(scope="module")
def faulty_disk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("a disk that fails on demand needs a C compiler")
    library = tmp_path_factory.mktemp("faulty") / "faulty_disk.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, FAULTY_DISK], check=True)
    return library


class FaultyDisk:
    """The folder of a store whose disk fails when told to."""

    def __init__(self, library: Path, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700)
        self.environ = {"LD_PRELOAD": str(library), "FAULTY_DISK_FOLDER": str(folder)}

    def fail(self, how: str) -> None:
        (self.folder / "FAULT").write_text(how)

    def recover(self) -> None:
        (self.folder / "FAULT").unlink()


def until_heard_thrice(daemon: LivingDaemon, heard: Sequence[Any]) -> None:
    """Wait until the recording has been heard from begin to end three times."""
    ((_, lap, _),) = heard[1]
    daemon.until(
        "three laps", lambda: daemon.status()["sources"][0]["heard_samples"] > 3 * lap + SLACK
    )


def assert_nothing_is_lost(store: Path, heard: Sequence[Any], config: Path) -> None:
    """The first lap is what the undisturbed daemon made of it, and the later ones are alike."""
    undisturbed, ((begin, lap, _),), _ = heard
    events, covered, _ = findings(store)
    assert [(start, state) for start, _, state in covered] == [(begin, "ok")]
    assert covered[0][1] > 3 * lap
    # What lasts to a lap's end is another event where the recording ends there.
    assert places(events, 0, lap - SLACK) == places(undisturbed, 0, lap - SLACK)
    assert len(places(events, lap, 2 * lap)) > 5 * SCENES
    assert places(events, lap, 2 * lap) == places(events, 2 * lap, 3 * lap)
    seqs = [seq for seq, _ in messages(store)]
    assert seqs == list(range(1, len(seqs) + 1))
    said = coughd("doctor", "--config", config)
    assert said.exit_code == os.EX_OK, said.lines


def places(events: Sequence[Any], begin: int, end: int) -> list[tuple[Any, ...]]:
    """Where in a lap its events are, and what they were taken for."""
    return sorted(
        (onset - begin, offset - begin, label, counted)
        for _, onset, offset, _, _, label, counted, *_ in events
        if begin <= onset < end
    )


@pytest.mark.parametrize("fault", ["EROFS", "EDQUOT"])
def test_a_disk_that_refuses_for_a_while(
    fault: str, faulty_disk: Path, recording: Path, heard: Sequence[Any], tmp_path: Path
) -> None:
    disk = FaultyDisk(faulty_disk, tmp_path / "data")
    config = write_config(tmp_path, recording, disk.folder, **LOOPED, **MANY_CHANGES)
    with LivingDaemon(config, disk.environ) as daemon:
        daemon.until_written(200)
        disk.fail(fault)
        daemon.until("refusal", lambda: daemon.queue("store", "refused"))
        written = daemon.queue("store", "written")
        beats = daemon.queue("stream", "heartbeats")
        daemon.until("sign of life", lambda: daemon.queue("stream", "heartbeats") > beats + 3)
        assert daemon.queue("store", "written") == written
        disk.recover()
        until_heard_thrice(daemon, heard)
        assert daemon.stop() == os.EX_OK
    assert "everything heard waits in memory" in daemon.log
    assert "the store takes events again" in daemon.log
    assert_nothing_is_lost(disk.folder / STORE_FILE, heard, config)


def test_seconds_per_fsync(
    faulty_disk: Path, recording: Path, heard: Sequence[Any], tmp_path: Path
) -> None:
    disk = FaultyDisk(faulty_disk, tmp_path / "data")
    few = {"max_waiting_changes": 100}
    config = write_config(tmp_path, recording, disk.folder, **LOOPED, **MANY_CHANGES, waits=few)
    with LivingDaemon(config, disk.environ) as daemon:
        daemon.until_written(20)
        disk.fail("slow 1.0")
        daemon.until_written(daemon.queue("store", "written") + 50)
        disk.fail(f"slow {PATIENCE_S}")
        daemon.until("pile", lambda: daemon.queue("store", "waiting") == 100)
        disk.recover()
        until_heard_thrice(daemon, heard)
        assert daemon.stop() == os.EX_OK
    assert_nothing_is_lost(disk.folder / STORE_FILE, heard, config)


def test_a_stop_with_a_slow_disk_writes_all_and_asks_systemd_for_the_time(
    faulty_disk: Path, recording: Path, tmp_path: Path
) -> None:
    """The queue is full at the stop, and takes several commits of a second and more."""
    disk = FaultyDisk(faulty_disk, tmp_path / "data")
    few = {"max_waiting_changes": 500}
    config = write_config(tmp_path, recording, disk.folder, **LOOPED, **MANY_CHANGES, waits=few)
    with manager_at(tmp_path / "notify") as told:
        others = {**disk.environ, "NOTIFY_SOCKET": str(tmp_path / "notify")}
        with LivingDaemon(config, others) as daemon:
            daemon.until_written(20)
            disk.fail(f"slow {PATIENCE_S}")
            daemon.until("pile", lambda: daemon.queue("store", "waiting") == 500)
            disk.fail("slow 1.0")
            assert daemon.stop() == os.EX_OK, daemon.log
    after = told[told.index("STOPPING=1") :]
    assert len([one for one in after if one.startswith("EXTEND_TIMEOUT_USEC=")]) >= 3
    assert "not written" not in daemon.log


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a few megabytes."""
    with small_file_system(tmp_path / "small") as folder:
        yield folder


def test_a_full_disk_blocks_at_the_bound_with_health_told_until_there_is_room(
    small_disk: Path, recording: Path, heard: Sequence[Any], tmp_path: Path
) -> None:
    config = write_config(
        tmp_path,
        recording,
        small_disk / "data",
        retention={"ballast_mb": 2, "free_space_mb": 1},
        waits={"max_waiting_changes": 100},
        **LOOPED,
    )
    ballast = small_disk / "data" / "coughd.ballast"
    with LivingDaemon(config) as daemon:
        daemon.until_written(20)
        assert ballast.stat().st_size == 2_000_000
        filler = fill(small_disk)
        daemon.until("ballast given up", lambda: not ballast.exists())
        filler.unlink()
        filler = fill(small_disk)
        daemon.until("full queue", lambda: daemon.queue("store", "waiting") == 100)

        def hears_no_more() -> bool:
            """What was on its way into the queue still counts as heard; then nothing does."""
            samples = daemon.status()["sources"][0]["heard_samples"]
            beats = daemon.queue("stream", "heartbeats")
            daemon.until("sign of life", lambda: daemon.queue("stream", "heartbeats") > beats + 3)
            return bool(daemon.status()["sources"][0]["heard_samples"] == samples)

        daemon.until("standstill", hears_no_more)
        filler.unlink()
        until_heard_thrice(daemon, heard)
        assert daemon.stop() == os.EX_OK
    store = small_disk / "data" / STORE_FILE
    assert_nothing_is_lost(store, heard, config)
    (with_embedding,) = read(store, "SELECT count(*) FROM embeddings")[0]
    (events,) = read(store, "SELECT count(*) FROM events")[0]
    assert with_embedding < events


def test_it_starts_on_a_full_disk_by_giving_the_ballast_up(
    small_disk: Path, recording: Path, tmp_path: Path
) -> None:
    config = write_config(
        tmp_path,
        recording,
        small_disk / "data",
        retention={"ballast_mb": 2, "free_space_mb": 1},
        **LOOPED,
    )
    with LivingDaemon(config) as daemon:
        daemon.until_written(10)
        daemon.kill()
    fill(small_disk)
    with LivingDaemon(config) as daemon:
        daemon.until_written(10)
        daemon.stop()
    assert not (small_disk / "data" / "coughd.ballast").exists()


def test_a_read_only_disk_is_said_at_the_start(
    small_disk: Path, recording: Path, tmp_path: Path
) -> None:
    make_read_only(small_disk)
    config = write_config(tmp_path, recording, small_disk / "data")
    said = coughd("run", "--config", config)
    assert said.exit_code == os.EX_IOERR
    assert "Read-only file system" in said.complaints
    assert len(said.complaints.splitlines()) == 1


def test_a_store_that_another_program_locks_is_waited_for(
    recording: Path, heard: Sequence[Any], tmp_path: Path
) -> None:
    store = tmp_path / "data" / STORE_FILE
    config = write_config(tmp_path, recording, store.parent, **LOOPED)
    with LivingDaemon(config) as daemon:
        daemon.until_written(20)
        # Who writes without a pause leaves a gap between two commits that is hard to hit.
        with closing(sqlite3.connect(store, PATIENCE_S, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            daemon.until("refusal", lambda: daemon.queue("store", "refused"))
        until_heard_thrice(daemon, heard)
        assert daemon.stop() == os.EX_OK
    assert "another process is writing to it" in daemon.log
    assert_nothing_is_lost(store, heard, config)
