"""What the daemon said live, its store says again: the context of each event is in it."""

from __future__ import annotations

import json
from pathlib import Path

from command_line import coughd
from living_daemon import STORE_FILE, LivingDaemon, read, write_config, write_recording

from coughd.detectors.runtime import SHIPPED_MODELS


def test_stored_events_get_the_score_that_they_got_live(tmp_path: Path) -> None:
    recording = write_recording(tmp_path / "bed.flac", 1)
    shipped = {"path": str(SHIPPED_MODELS / "probe-open.json")}
    config = write_config(tmp_path, recording, tmp_path / "data", probe=shipped)
    with LivingDaemon(config) as daemon:
        assert 0 == daemon.finish()

    ((embedded,),) = read(tmp_path / "data" / STORE_FILE, "SELECT count(*) FROM embeddings")
    said = coughd("embed", "--judge", "--config", config, "--json")
    assert (0, "") == (said.exit_code, said.complaints)
    assert {"embeddings": embedded, "judged": 0} == json.loads(said.lines[-1])
    assert embedded >= 10

    without = json.loads((SHIPPED_MODELS / "probe-open.json").read_bytes())
    del without["context"]
    (tmp_path / "without.json").write_text(json.dumps(without))
    write_config(
        tmp_path, recording, tmp_path / "data", probe={"path": str(tmp_path / "without.json")}
    )
    said = coughd("embed", "--judge", "--config", config, "--json")
    assert {"embeddings": embedded, "judged": embedded} == json.loads(said.lines[-1])

    # Without a word on probes, the one that the embedder came with is in force.
    write_config(tmp_path, recording, tmp_path / "data")
    for judged in (embedded, 0):
        said = coughd("embed", "--judge", "--config", config, "--json")
        assert (0, "") == (said.exit_code, said.complaints)
        assert {"embeddings": embedded, "judged": judged} == json.loads(said.lines[-1])
