"""A daemon that is hammered and leant on over HTTP while it listens hears what it always hears."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import soundfile
from command_line import coughd
from living_daemon import (
    STORE_FILE,
    LivingDaemon,
    read,
    write_config,
    write_lasting_config,
)
from prometheus_client.parser import text_string_to_metric_families

from coughd.detectors.ports import SAMPLE_RATE_HZ
from coughd.detectors.synthesis import bundled_scene

LENGTH_S = 14
HAMMERS, MUTES = 6, 3
"""One thread of the four is left for those who speak."""
COUGHS_OF_BED = "coughd_coughs_total", "bed"


@dataclass
class Heard:
    """What became of one run."""

    folder: Path
    port: int
    pages: list[bytes] = field(default_factory=list)
    health: tuple[int, dict[str, object]] = (0, {})
    privacy: list[str] = field(default_factory=list)
    exit_code: int = -1

    @property
    def last(self) -> dict[tuple[str, ...], float]:
        """The samples of the last page, by name and label values."""
        return {
            (sample.name, *sample.labels.values()): sample.value
            for family in text_string_to_metric_families(self.pages[-1].decode())
            for sample in family.samples
        }


def get(port: int, path: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> Heard:
    folder = tmp_path_factory.mktemp("monitored")
    samples = bundled_scene().samples[: LENGTH_S * SAMPLE_RATE_HZ]
    soundfile.write(folder / "scene.flac", samples, SAMPLE_RATE_HZ)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        run = Heard(folder, probe.getsockname()[1])
    config = write_lasting_config(
        folder,
        folder / "scene.flac",
        folder / "data",
        source={"pace": "realtime", "starts_at": None},
        metrics={"listen": f"127.0.0.1:{run.port}"},
        coverage={"progress_s": 0.5},
    )
    over = threading.Event()

    def hammer() -> None:
        while not over.is_set():
            try:
                code, page = get(run.port, "/metrics")
            except (OSError, http.client.HTTPException):
                continue  # cut off, or the daemon has ended
            if code == 200 and b"coughd_coughs_total" in page:
                run.pages.append(page)

    with LivingDaemon(config) as daemon, ExitStack() as crowd:
        daemon.until("metrics", lambda: daemon.status()["monitoring"]["problem"] is None)
        status, body = get(run.port, "/health")
        run.health = (status, json.loads(body))
        for _ in range(MUTES):
            crowd.enter_context(socket.create_connection(("127.0.0.1", run.port)))
        threads = [threading.Thread(target=hammer) for _ in range(HAMMERS)]
        for thread in threads:
            thread.start()
        run.privacy = coughd("privacy", "--config", config).lines
        daemon.until_heard()
        daemon.until("page with its coughs", lambda: run.pages and run.last.get(COUGHS_OF_BED))
        run.exit_code = daemon.stop()
        over.set()
        for thread in threads:
            thread.join()
    return run


def test_every_cough_is_heard_as_by_an_undisturbed_scan(heard: Heard) -> None:
    assert heard.exit_code == 0
    said = coughd("scan", "--json", "--rejected", heard.folder / "scene.flac")
    scanned = [json.loads(line) for line in said.lines]
    rows = read(
        heard.folder / "data" / STORE_FILE,
        "SELECT onset_sample, counted FROM events WHERE source_id = 'bed' ORDER BY onset_sample",
    )
    assert len(scanned) > 3
    assert [(one["onset_s"], one["counted"]) for one in scanned] == [
        (round(sample / SAMPLE_RATE_HZ, 4), bool(counted)) for sample, counted in rows
    ]


def test_no_sample_was_lost_and_none_was_late(heard: Heard) -> None:
    last = heard.last
    assert last["coughd_source_dropped_samples_total", "bed"] == 0
    assert last["coughd_coverage_seconds_total", "bed", "dropped"] == 0
    assert last["coughd_coverage_seconds_total", "bed", "ok"] > 0


def test_metrics_and_store_count_the_same(heard: Heard) -> None:
    ((coughs,),) = read(
        heard.folder / "data" / STORE_FILE,
        "SELECT count(*) FROM events WHERE counted AND source_id = 'bed'",
    )
    told = [page for page in heard.pages if b"coughd_coughs_total" in page]
    assert told
    counted = heard.last[COUGHS_OF_BED]
    # The last page is older than the end by a second or so.
    assert 0 < counted <= coughs


def test_health_is_well_and_privacy_names_the_open_port(heard: Heard) -> None:
    assert heard.health[0] == 200
    assert heard.health[1]["state"] == "well"
    open_port = f"everyone on this machine can open 127.0.0.1:{heard.port}"
    assert any(open_port in line for line in heard.privacy)


def test_an_address_off_the_loopback_is_one_sentence(tmp_path: Path) -> None:
    config = write_config(
        tmp_path, tmp_path / "scene.flac", tmp_path, metrics={"listen": "0.0.0.0:9797"}
    )
    said = coughd("check-config", "--config", config)
    assert said.exit_code == 78
    assert "metrics.listen: must stay on this machine" in said.complaints
    assert len(said.complaints.splitlines()) == 1
