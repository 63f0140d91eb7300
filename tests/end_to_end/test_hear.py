"""The daemon with a look-alike of HeAR: whose samples became which embedding, and at what cost."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import soundfile
import yaml
from children import children_of
from command_line import PATIENCE_S
from hearing import write
from lookalikes import fingerprint
from numpy.typing import NDArray
from random_probe import write_random_probe
from sqlalchemy import create_engine, select

from coughd.detectors.synthesis import render
from coughd.storage.schema import embeddings, events, models, outbox

pytestmark = pytest.mark.hear
SOURCES = ("kitchen", "bedroom", "ward-1", "ward-2")


@dataclass(frozen=True)
class Heard:
    """What a daemon left behind."""

    source: str
    onset_sample: int
    window: str
    scored_by: str
    probability: float
    embedding: NDArray[np.float32] | None
    """HeAR's."""


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Four scenes, each with its own sounds and its own loudness."""
    folder = tmp_path_factory.mktemp("recordings")
    return {
        source: write(folder / f"{source}.wav", render(number).samples * 0.7**number)
        for number, source in enumerate(SOURCES)
    }


@dataclass(frozen=True)
class Ran:
    """A daemon that ended by itself."""

    data: Path
    log: str
    tensorflow_in_daemon: bool
    """Ever seen in the maps of the main process, looked at five times a second."""
    tensorflow_in_child: bool


def run(folder: Path, recordings: dict[str, Path], model: Path, probe: Path | None = None) -> Ran:
    """Run the daemon on the recordings until it ends by itself."""
    config = {
        "config_version": 1,
        "sources": [
            {"id": source, "kind": "file", "path": str(path), "pace": "fast"}
            for source, path in recordings.items()
        ],
        "embedder": {"kind": "hear", "model_path": str(model)},
        "probe": {"path": str(probe)} if probe else {},
        "store": {"data_dir": str(folder / "data")},
        "stream": {"publish": f"ipc://{folder}/publish", "replay": f"ipc://{folder}/replay"},
    }
    path = folder / "coughd.yaml"
    path.write_text(yaml.safe_dump(config))
    command = [sys.executable, "-m", "coughd.daemon", "run", "--config", str(path)]
    log = folder / "log"
    in_daemon = in_child = False
    with log.open("wb") as out, subprocess.Popen(command, stdout=out, stderr=out) as daemon:
        for _ in range(round(PATIENCE_S / 0.2)):
            in_daemon |= has_tensorflow(daemon.pid)
            in_child |= any(has_tensorflow(child) for child in children_of(daemon.pid))
            with suppress(subprocess.TimeoutExpired):
                daemon.wait(0.2)
                break
        daemon.kill()
    assert 0 == daemon.returncode, log.read_text()
    return Ran(folder / "data", log.read_text(), in_daemon, in_child)


def has_tensorflow(pid: int) -> bool:
    try:
        return "libtensorflow" in Path(f"/proc/{pid}/maps").read_text()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return False


def heard(data: Path) -> list[Heard]:
    (database,) = data.glob("*.sqlite3")
    vectors = (
        select(embeddings.c.event_id, embeddings.c.vector)
        .join(models)
        .where(models.c.kind == "hear")
        .subquery()
    )
    query = select(events, vectors.c.vector).join(
        vectors, vectors.c.event_id == events.c.event_id, isouter=True
    )
    with create_engine(f"sqlite:///{database}").connect() as connection:
        return [
            Heard(
                source=row.source_id,
                onset_sample=row.onset_sample,
                window=row.window,
                scored_by=row.scored_by,
                probability=row.probability,
                embedding=None if row.vector is None else np.frombuffer(row.vector, "<f4"),
            )
            for row in connection.execute(query)
        ]


def expected_embedding(recording: Path, onset_sample: int) -> NDArray[np.float32]:
    samples, _ = soundfile.read(recording, dtype="float32")
    return fingerprint(samples[onset_sample - 8_000 : onset_sample + 24_000])


def test_every_event_got_exactly_its_own_samples(
    lookalikes: Path, recordings: dict[str, Path], tmp_path: Path
) -> None:
    found = heard(run(tmp_path, recordings, lookalikes / "echo").data)
    per_source: dict[str, int] = defaultdict(int)
    for event in found:
        if event.window == "incomplete":
            assert event.embedding is None
            continue
        assert event.embedding is not None
        expected = expected_embedding(recordings[event.source], event.onset_sample)
        np.testing.assert_allclose(event.embedding, expected, atol=1e-4)
        assert "open" == event.scored_by
        per_source[event.source] += 1
    assert set(SOURCES) == set(per_source)
    assert min(per_source.values()) >= 5


def test_with_a_probe_hears_word_replaces_the_open_score(
    lookalikes: Path, recordings: dict[str, Path], tmp_path: Path
) -> None:
    path = tmp_path / "probe.json"
    probe = write_random_probe(path, lookalikes / "echo")
    ran = run(tmp_path, recordings, lookalikes / "echo", path)
    complete = [event for event in heard(ran.data) if event.window == "complete"]
    assert len(complete) >= 20
    for event in complete:
        assert "hear" == event.scored_by
        expected = expected_embedding(recordings[event.source], event.onset_sample)
        assert probe.probability(expected) == pytest.approx(event.probability, abs=1e-4)
    assert_told(ran.data, len(complete))


def assert_told(data: Path, number: int) -> None:
    """Each of `number` events is told once by the open embedder, then once by HeAR."""
    (database,) = data.glob("*.sqlite3")
    with create_engine(f"sqlite:///{database}").connect() as connection:
        bodies = connection.execute(select(outbox.c.body).order_by(outbox.c.seq)).scalars()
        told = [json.loads(body) for body in bodies]
    revisions: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for message in told:
        if message["schema"] == "coughd.event/1" and message.get("window") == "complete":
            revisions[message["event_id"]].append((message["revision"], message["scored_by"]))
    assert [[(1, "open"), (2, "hear")]] * number == list(revisions.values())


def test_tensorflow_stays_out_of_the_main_process(
    lookalikes: Path, recordings: dict[str, Path], tmp_path: Path
) -> None:
    ran = run(tmp_path, recordings, lookalikes / "random")
    assert (False, True) == (ran.tensorflow_in_daemon, ran.tensorflow_in_child)


def test_a_hear_that_cannot_be_loaded_costs_no_event(
    lookalikes: Path, recordings: dict[str, Path], tmp_path: Path
) -> None:
    """The daemon ends by itself, with every event open-scored, and says what is wrong."""
    ran = run(tmp_path, recordings, lookalikes / "narrow")
    found = heard(ran.data)
    assert len(found) >= 20
    assert {"open", "gate"} >= {event.scored_by for event in found}
    assert all(event.embedding is None for event in found)
    assert "HeAR's encoder maps one input" in ran.log
