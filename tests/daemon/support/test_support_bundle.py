"""`coughd support-bundle`: what is inside, who may read it, and canaries that must not be."""

from __future__ import annotations

import json
import os
import tarfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from command_line import coughd
from full_disk import full_disk

from coughd.config.errors import StorageError
from coughd.daemon.support.bundle import text_part, write_bundle
from coughd.daemon.support.facts import LOG_LINES
from coughd.storage.records import EventReviewed

from ...storage.facts import EPOCH_US, covered, event, open_store, scored, seen

EVENT_ID = "0199f3a0-1234-7000-8000-0000c0ffee01"
ONSET_MS = 12_345_678
COVERED_S = 777_777
"""Fewer digits may come up in how much memory or disk is free."""
NOTE, REVIEWER = "the neighbour's canary", "Tweety"
PASSWORD = "parrot-password"
PARTS = {
    "README.txt", "versions.json", "system.json", "configuration.yaml", "status.json",
    "doctor.json", "models.json", "log.txt",
}  # fmt: skip
EMBEDDING = np.linspace(-7, 7, 512, dtype=np.float32)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle")
    with open_store(folder / "coughd.sqlite3") as store:
        heard = scored(probability=0.87654321, label="canarysong", embedding=EMBEDDING)
        store.write(
            [
                seen(),
                covered(0, COVERED_S),
                event(EVENT_ID, ONSET_MS, scored=heard, level_dbfs=-33.77),
                EventReviewed(EVENT_ID, "confirm", None, REVIEWER, NOTE, EPOCH_US),
            ]
        )
    config = {
        "config_version": 1,
        "store": {"data_dir": str(folder), "url": f"sqlite:///{folder}/coughd.sqlite3"},
        "stream": {"publish": f"ipc://{folder}/e.sock", "replay": f"ipc://{folder}/r.sock"},
    }
    (folder / "config.yaml").write_text(json.dumps(config))
    (folder / "daemon.log").write_text(
        "INFO coughd.sources: source 'bed' is up (opened): it hears\n"
        f"DEBUG coughd.daemon.hear_opinion: Event {EVENT_ID} keeps its open score\n"
        f"bed 11:25:45.678Z: counted as canarysong (0.876 >= 0.500)\n"
    )
    return folder


def bundle_of(place: Path, name: str, *, log: bool = True) -> dict[str, bytes]:
    with_log = ["--log", place / "daemon.log"] if log else []
    said = coughd("support-bundle", "-c", place / "config.yaml", "-o", place / name, *with_log)
    assert (said.exit_code, said.complaints) == (0, "")
    with tarfile.open(place / name) as archive:
        files = {entry.name: archive.extractfile(entry) for entry in archive}
        return {Path(path).name: file.read() for path, file in files.items() if file}


def canaries() -> dict[str, list[bytes]]:
    """Every form in which what was heard could be written."""
    onset_us = EPOCH_US + ONSET_MS * 1000
    onset = datetime.fromtimestamp(onset_us / 1e6, UTC)
    texts = [
        EVENT_ID, EVENT_ID[-6:], "canarysong", NOTE, REVIEWER, str(onset_us),
        str(onset_us // 1000), str(onset_us // 1_000_000), "0.87654321", "0.876", "-33.77",
        str(COVERED_S),
        f"{onset:%H:%M:%S}", f"{onset + timedelta(milliseconds=300):%H:%M:%S}",
        f"{onset.astimezone(ZoneInfo('Europe/Zurich')):%H:%M:%S}", f"{onset:%Y-%m-%d}",
        str(ONSET_MS * 16),
    ]  # fmt: skip
    vector = EMBEDDING.tobytes()
    return {
        "text": [text.encode() for text in texts],
        "embedding": [vector[:16], vector[-16:], str(float(EMBEDDING[3])).encode()],
    }


def test_nothing_that_was_heard_is_inside(place: Path) -> None:
    parts = bundle_of(place, "canaries.tar.gz")
    assert set(parts) == PARTS
    store = b"".join(path.read_bytes() for path in place.glob("coughd.sqlite3*"))
    assert EVENT_ID.encode() in store, "the canaries sing where they belong"
    assert EMBEDDING.tobytes()[:16] in store
    for name, content in parts.items():
        for kind, forms in canaries().items():
            found = [form for form in forms if form in content]
            assert not found, f"{name} has {kind} {found}"


def test_it_helps_all_the_same(place: Path) -> None:
    parts = bundle_of(place, "useful.tar.gz")
    assert json.loads(parts["versions.json"])["packages"]["numpy"]
    assert json.loads(parts["system.json"])["kernel"]
    assert b"config_version: 1" in parts["configuration.yaml"]
    assert json.loads(parts["status.json"])["state"] == "off"
    checks = {finding["check"] for finding in json.loads(parts["doctor.json"])}
    assert {"daemon", "pages", "sums", "models"} <= checks
    assert any(path.endswith("gate.onnx") for path in json.loads(parts["models.json"]))
    assert parts["log.txt"].decode().splitlines() == [
        "INFO coughd.sources: source 'bed' is up (opened): it hears"
    ]
    named = {line.split(":")[0] for line in parts["README.txt"].decode().splitlines()}
    assert named | {"README.txt"} == PARTS


def test_only_its_owner_may_read_it_and_none_is_replaced(place: Path) -> None:
    bundle_of(place, "mine.tar.gz")
    assert (place / "mine.tar.gz").stat().st_mode & 0o777 == 0o600
    again = coughd("support-bundle", "-c", place / "config.yaml", "-o", place / "mine.tar.gz")
    assert again.exit_code == 64
    assert "exists already" in again.complaints


def test_list_says_what_would_be_inside_and_writes_nothing(place: Path) -> None:
    before = set(place.iterdir())
    said = coughd("support-bundle", "-c", place / "config.yaml", "--list")
    assert said.exit_code == 0
    assert {line.split()[0] for line in said.lines} | {"README.txt"} == PARTS
    assert set(place.iterdir()) == before


def test_a_broken_configuration_is_what_it_tells_of(tmp_path: Path) -> None:
    misplaced = f"site: postgresql://ann:{PASSWORD}@db/coughd"
    (tmp_path / "config.yaml").write_text(f"config_version: 1\nsorces: []\n{misplaced}\n")
    said = coughd(
        "support-bundle", "-c", tmp_path / "config.yaml", "-o", tmp_path / "bundle.tar.gz"
    )
    assert said.exit_code == 0
    with tarfile.open(tmp_path / "bundle.tar.gz") as archive:
        file = archive.extractfile("coughd-support/configuration.txt")
        assert file is not None
        told = file.read().decode()
    assert "did you mean 'sources'" in told
    assert "is 'postgresql://ann:***" in told
    assert PASSWORD not in told


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (f"ann:{PASSWORD}@127.0.0.1:1/coughd", "ann:***@127.0.0.1:1/coughd"),
        (f"127.0.0.1:1/coughd?password={PASSWORD}", "127.0.0.1:1/coughd?password=***"),
    ],
)
def test_a_password_is_nowhere(tmp_path: Path, url: str, shown: str) -> None:
    config = {"config_version": 1, "store": {"url": f"postgresql+psycopg://{url}"}}
    (tmp_path / "config.yaml").write_text(json.dumps(config))
    parts = bundle_of(tmp_path, "bundle.tar.gz", log=False)
    assert shown.encode() in parts["configuration.yaml"]
    assert [name for name, content in parts.items() if PASSWORD.encode() in content] == []


def test_of_a_long_log_the_last_lines_are_kept(tmp_path: Path) -> None:
    lines = [f"INFO coughd.sources: the line {number}" for number in range(LOG_LINES + 7)]
    (tmp_path / "daemon.log").write_text("\n".join(lines))
    (tmp_path / "config.yaml").write_text("config_version: 1\nstore: {data_dir: data}\n")
    parts = bundle_of(tmp_path, "bundle.tar.gz")
    assert parts["log.txt"].decode().splitlines() == lines[7:]


def test_a_damaged_key_is_what_it_tells_of(tmp_path: Path) -> None:
    config = {"config_version": 1, "store": {"data_dir": "data"}, "stream": {"curve": True}}
    (tmp_path / "config.yaml").write_text(json.dumps(config))
    key = tmp_path / "data" / "keys" / "server.json"
    key.parent.mkdir(parents=True)
    key.write_text("{")
    parts = bundle_of(tmp_path, "bundle.tar.gz", log=False)
    assert b"server.json" in parts["status.txt"]
    assert "doctor.json" in parts


def test_names_that_are_no_text_are_shown_all_the_same(tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"caf\xe9 ward")
    folder.mkdir()
    (folder / "config.yaml").write_text("config_version: 1\nstore: {data_dir: data}\n")
    parts = bundle_of(folder, "bundle.tar.gz", log=False)
    assert b"/caf? ward/data" in parts["doctor.json"]


def test_a_full_disk_keeps_no_half_bundle(tmp_path: Path) -> None:
    path = tmp_path / "bundle.tar.gz"
    with full_disk(), pytest.raises(StorageError, match="cannot be written: File too large"):
        write_bundle(path, [text_part("one", "words", "words")])
    assert list(tmp_path.iterdir()) == []
