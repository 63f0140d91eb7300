"""The daemon with HeAR on a server: a real one of KServe's, and a fake one that knows who asks."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import soundfile
from command_line import coughd
from fake_inference_server import FakeServer, embed
from living_daemon import STORE_FILE, LivingDaemon, read, write_config, write_recording
from numpy.typing import NDArray
from real_inference_server import RealServer, kserve_python

from coughd.detectors.hear.batching import scale_windows

pytest.importorskip("tritonclient.http", reason="comes with the extra coughd[remote]")

TOKEN = "s3cr3t-t0k3n-0f-th3-ward"
EMBEDDED = (
    "SELECT event_id, vector, onset_sample, name FROM embeddings JOIN models USING (model_id) "
    "JOIN events USING (event_id) WHERE kind = 'remote'"
)


@pytest.fixture(scope="module")
def real_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    log = tmp_path_factory.mktemp("kserve") / "log"
    with RealServer(kserve_python(), log) as server:
        yield server


def embedded(store: Path) -> list[tuple[str, bytes, int, str]]:
    with suppress(sqlite3.OperationalError):  # the daemon has not made it yet
        return read(store, EMBEDDED)
    return []


def settings(url: str, **changes: object) -> dict[str, object]:
    return {"kind": "remote", "url": url, "timeout_s": 20.0, "batch_sizes": [1, 4], **changes}


def test_a_real_server_embeds_what_the_daemon_hears(
    real_server: RealServer, tmp_path: Path
) -> None:
    recording = write_recording(tmp_path / "bed.flac", 1)
    config = write_config(
        tmp_path, recording, tmp_path / "data", embedder=settings(real_server.url)
    )
    with LivingDaemon(config) as daemon:
        assert 0 == daemon.finish(), daemon.log
    found = embedded(tmp_path / "data" / STORE_FILE)
    assert len(found) >= 10
    assert {"remote:hear"} == {name for _, _, _, name in found}
    samples, _ = soundfile.read(recording, dtype="float32")
    windows = np.stack([samples[onset - 8_000 : onset + 24_000] for _, _, onset, _ in found])
    scaled = scale_windows(windows)
    for (_, vector, _, _), window in zip(found, scaled, strict=True):
        np.testing.assert_allclose(np.frombuffer(vector, "<f4"), answered(window), atol=1e-4)


def answered(window: NDArray[np.float32]) -> NDArray[np.float32]:
    """What the server's network makes of a window, by the same weights."""
    rng = np.random.default_rng(11)
    first = rng.standard_normal((160, 64)).astype(np.float32) / 13
    second = rng.standard_normal((64, 512)).astype(np.float32) / 8
    hidden = np.maximum(window.reshape(200, 160) @ first, 0.0)
    return np.asarray(np.tanh(hidden.mean(axis=0) @ second))


def test_a_server_that_dies_costs_no_event(tmp_path: Path, real_server: RealServer) -> None:
    """The daemon goes on with its open score, and says why."""
    source = {"pace": "realtime", "loop": True}
    recording = write_recording(tmp_path / "bed.flac", 1)
    config = write_config(
        tmp_path,
        recording,
        tmp_path / "data",
        source=source,
        embedder=settings(real_server.url, retries=1),
    )
    store = tmp_path / "data" / STORE_FILE
    counted = "SELECT count(*) FROM events"
    with LivingDaemon(config) as daemon:
        daemon.until("an embedding", lambda: embedded(store))
        real_server.kill()
        before = read(store, counted)[0][0]
        daemon.until("three more events", lambda: read(store, counted)[0][0] >= before + 3)
        daemon.until("a word on it", lambda: "does not answer" in daemon.log)
        # It rests for a minute, and has failed where it began again and found no server either.
        daemon.until("rest", lambda: daemon.status()["hear"]["state"] in ("resting", "failed"))
        real_server.start()
        assert 0 == daemon.stop()


def test_the_token_is_told_to_the_server_and_to_nobody_else(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text(TOKEN)
    token.chmod(0o600)
    source = {"pace": "realtime", "loop": True}
    recording = write_recording(tmp_path / "bed.flac", 1)
    store = tmp_path / "data" / STORE_FILE
    with FakeServer() as fake:
        config = write_config(
            tmp_path,
            recording,
            tmp_path / "data",
            source=source,
            embedder=settings(fake.url, token_file=str(token)),
        )
        with LivingDaemon(config) as daemon:
            daemon.until("an embedding", lambda: embedded(store))
            told = json.dumps(daemon.status())
            seen = [told, *command_lines()]
            privacy = json.loads("\n".join(coughd("privacy", "--json", "--config", config).lines))
            assert 0 == daemon.stop()
    assert {f"Bearer {TOKEN}"} == {headers["Authorization"] for _, headers in fake.asked}
    assert any("coughd.detectors.remote.process" in line for line in seen)
    assert not [line for line in [*seen, daemon.log] if TOKEN in line]
    (remote,) = (each for each in privacy["processes"] if each["role"] == "remote")
    assert "which it sends to the server" in remote["sound_in_memory"]
    samples, _ = soundfile.read(recording, dtype="float32")
    _, vector, onset, name = embedded(store)[0]
    window = scale_windows(samples[np.newaxis, onset - 8_000 : onset + 24_000])
    np.testing.assert_allclose(np.frombuffer(vector, "<f4"), embed(window)[0], rtol=1e-4)
    assert "remote:hear@10" == name


def command_lines() -> list[str]:
    """Of every process, with its environment where we may read it."""
    lines = []
    for process in Path("/proc").glob("[0-9]*"):
        for name in ("cmdline", "environ"):
            with suppress(OSError):
                lines.append((process / name).read_bytes().replace(b"\0", b" ").decode("latin-1"))
    return lines
