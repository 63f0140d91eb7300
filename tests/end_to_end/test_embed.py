"""`coughd embed`: what was heard while nobody embedded it, and what can no longer be."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command_line import coughd
from fake_inference_server import FakeServer
from living_daemon import STORE_FILE, LivingDaemon, read, write_config, write_recording

pytest.importorskip("tritonclient.http", reason="comes with the extra coughd[remote]")

VECTORS = (
    "SELECT event_id, vector FROM embeddings JOIN models USING (model_id) WHERE kind = '{}' "
    "ORDER BY event_id"
)


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer() as fake:
        yield fake


def vectors(store: Path, kind: str) -> dict[str, Any]:
    return {
        event_id: np.frombuffer(vector, "<f4")
        for event_id, vector in read(store, VECTORS.format(kind))
    }


def embed(config: Path, *arguments: object) -> dict[str, Any]:
    said = coughd("embed", *arguments, "--json", "--config", config)
    assert 0 == said.exit_code, said.complaints
    return dict(json.loads(said.lines[-1]))


def heard_by_the_open_embedder(folder: Path) -> tuple[Path, Path]:
    """A store of one night, and its configuration."""
    recording = write_recording(folder / "bed.flac", 1)
    config = write_config(folder, recording, folder / "data")
    with LivingDaemon(config) as daemon:
        assert 0 == daemon.finish()
    return config, folder / "data" / STORE_FILE


def test_pending_embeds_what_is_missing_and_once(tmp_path: Path, server: FakeServer) -> None:
    config, store = heard_by_the_open_embedder(tmp_path)
    remote = {"kind": "remote", "url": server.url}
    config = write_config(tmp_path, tmp_path / "bed.flac", tmp_path / "data", embedder=remote)
    complete = len(read(store, "SELECT 1 FROM events WHERE window = 'complete'"))
    first = embed(config, "--pending")
    assert ("remote:hear@10", complete, 0) == (
        first["embedder"],
        first["embedded"],
        first["judged"],
    )
    assert complete == len(vectors(store, "remote"))
    again = embed(config, "--pending")
    assert 0 == again["embedded"]
    assert complete == embed(config, "--all")["embedded"]
    assert complete == len(vectors(store, "remote"))


def test_the_same_sound_gives_the_same_embedding(tmp_path: Path) -> None:
    """Cut from the file again, each window is what the daemon heard."""
    config, store = heard_by_the_open_embedder(tmp_path)
    before = vectors(store, "open")
    assert len(before) >= 10
    with sqlite3.connect(store) as connection:
        connection.execute("DELETE FROM embeddings")
    assert len(before) == embed(config, "--pending")["embedded"]
    after = vectors(store, "open")
    assert before.keys() == after.keys()
    for event_id, vector in before.items():
        np.testing.assert_array_equal(vector, after[event_id])


def test_under_a_running_daemon_it_goes_through_the_daemon(tmp_path: Path) -> None:
    _, store = heard_by_the_open_embedder(tmp_path)
    with sqlite3.connect(store) as connection:
        connection.execute("DELETE FROM embeddings")
    noon = {"id": "noon", "kind": "file", "path": str(tmp_path / "bed.flac"), "loop": True}
    bed = {"id": "bed", "kind": "file", "path": str(tmp_path / "bed.flac"), "pace": "fast"}
    live = write_config(tmp_path, tmp_path / "bed.flac", tmp_path / "data")
    sources = [{**noon, "pace": "realtime"}, bed]
    live.write_text(json.dumps({**json.loads(live.read_text()), "sources": sources}))
    with LivingDaemon(live) as daemon:
        daemon.until("answer", lambda: daemon.status()["sources"])
        done = embed(live, "--pending")
        assert done["embedded"] >= 10
        assert 0 == daemon.stop()
    assert "changes that were handed in" in daemon.log


def test_what_cannot_be_heard_again_is_told(tmp_path: Path) -> None:
    config, _ = heard_by_the_open_embedder(tmp_path)
    write_recording(tmp_path / "bed.flac", 2)
    done = embed(config, "--all")
    assert 0 == done["embedded"]
    reasons = set(done["left_out"])
    assert "its file has changed, is gone or is no longer configured" in reasons


def test_one_of_two_must_be_chosen(tmp_path: Path) -> None:
    config = write_config(tmp_path, tmp_path / "none.flac", tmp_path / "data")
    for arguments in ([], ["--pending", "--all"]):
        said = coughd("embed", *arguments, "--config", config)
        assert 64 == said.exit_code
        assert "choose --pending, --all or --judge" in said.complaints
