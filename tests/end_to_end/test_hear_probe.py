"""A probe fitted where HeAR is: trained on a look-alike, taken by the daemon while it listens."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from clips import write_clips
from command_line import coughd
from living_daemon import STORE_FILE, LivingDaemon, messages, read, write_config, write_recording

# TensorFlow is loaded three times, once beside a listening daemon.
pytestmark = [pytest.mark.hear, pytest.mark.timeout(900)]
pytest.importorskip("sklearn", reason="comes with the extra coughd[fit]")


def offline_logistic(probe: dict[str, Any], embedding: Any) -> float:
    """P(cough) by numpy from the numbers in the probe file."""
    centred = (np.asarray(embedding, np.float64) - probe["mean"]) / probe["scale"]
    log_odds = centred @ np.array(probe["coefficients"][0]) + probe["intercepts"][0]
    calibrated = probe["calibration"]["slope"] * log_odds + probe["calibration"]["offset"]
    return float(1.0 / (1.0 + np.exp(-calibrated)))


def test_trained_swapped_in_and_equal_to_the_offline_logistic(
    lookalikes: Path, tmp_path: Path
) -> None:
    embedder = {"kind": "hear", "model_path": str(lookalikes / "random"), "batch_sizes": [1]}
    source = {"pace": "realtime", "loop": True}
    recording = write_recording(tmp_path / "bed.flac", 1)
    config = write_config(tmp_path, recording, tmp_path / "data", source=source, embedder=embedder)
    store = tmp_path / "data" / STORE_FILE
    unjudged = "SELECT event_id FROM embeddings JOIN models USING (model_id) WHERE kind = 'hear'"
    rescored = "SELECT event_id FROM events WHERE scored_by = 'hear'"
    with LivingDaemon(config) as daemon:
        daemon.status()
        daemon.until("an embedding", lambda: read(store, unjudged))
        assert [] == read(store, rescored)
        said = coughd("train", write_clips(tmp_path / "clips"), "--config", config, "--json")
        assert 0 == said.exit_code, said.complaints
        daemon.until("a new score", lambda: len(read(store, rescored)) >= 3)
        assert 0 == daemon.stop()
    trained = json.loads(said.lines[-1])
    assert ("hear-0001", True, None) == (
        trained["name"],
        trained["in_force"],
        trained["card"]["comparison"],
    )
    probe = json.loads(Path(trained["path"]).read_bytes())
    vectors = dict(
        read(
            store,
            "SELECT event_id, vector FROM embeddings JOIN models USING (model_id) "
            "WHERE kind = 'hear'",
        )
    )
    told = [json.loads(body) for _, body in messages(store)]
    updates = [one for one in told if one.get("scored_by") == "hear"]
    assert len(updates) >= 3
    for update in updates:
        expected = offline_logistic(probe, np.frombuffer(vectors[update["event_id"]], "<f4"))
        assert update["probability"] == pytest.approx(expected, abs=1e-6)
        assert "hear-0001" == update["model"]["probe"]
        assert "update" == update["phase"]
    before = {one["event_id"] for one in updates}
    waiting = vectors.keys() - before
    assert waiting, "events from before the probe"
    said = coughd("embed", "--judge", "--config", config, "--json")
    assert 0 == said.exit_code, said.complaints
    assert {"embeddings": len(vectors), "judged": len(waiting)} == json.loads(said.lines[-1])
    for event_id in waiting:
        (row,) = read(store, f"SELECT probability FROM events WHERE event_id = '{event_id}'")
        expected = offline_logistic(probe, np.frombuffer(vectors[event_id], "<f4"))
        assert row[0] == pytest.approx(expected, abs=1e-6)
