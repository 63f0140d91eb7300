"""The daemon on a real PostgreSQL server, which restarts in its midst."""

from __future__ import annotations

import csv
import os
from pathlib import Path

from command_line import coughd
from living_daemon import LivingDaemon, write_config, write_lasting_config, write_recording
from postgres import postgres_server, skip_unless_available

SCENES = 4


def heard(config: Path) -> list[dict[str, str]]:
    """Every event but what differs from run to run."""
    said = coughd("export", "events", "--rejected", "--source", "bed", "--config", config)
    assert said.exit_code == os.EX_OK, said.complaints
    changing = {"boot_id", "recorded_utc", "config_sha256"}
    return [
        {name: value for name, value in row.items() if name not in changing}
        for row in csv.DictReader(said.lines)
    ]


def test_what_was_heard_is_the_same_as_in_a_file(tmp_path: Path) -> None:
    skip_unless_available()
    recording = write_recording(tmp_path / "night.flac", SCENES)
    in_file = tmp_path / "file"
    in_file.mkdir()
    config = write_config(in_file, recording, in_file / "data")
    assert coughd("run", "--config", config).exit_code == os.EX_OK
    expected = heard(config)
    assert len(expected) > SCENES
    with postgres_server() as server:
        config = write_lasting_config(
            tmp_path, recording, tmp_path / "data", waits={"url": server.new_place()}
        )
        with LivingDaemon(config) as daemon:
            daemon.until_written(20)
            server.restart()
            daemon.until("retry", lambda: "the store takes events again" in daemon.log)
            daemon.until_heard()
            assert daemon.stop() == os.EX_OK
        assert heard(config) == expected
        said = coughd("doctor", "--config", config)
        assert said.exit_code == os.EX_OK, said.lines
