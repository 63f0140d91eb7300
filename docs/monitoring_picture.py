"""Draw the picture of docs/monitoring.md from the metrics of a daemon that really runs.

`python docs/monitoring_picture.py docs/monitoring.svg` lets a daemon hear the synthetic scene of
`coughd demo`, reads its /metrics twice a second, and draws what they said.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from http.client import HTTPException
from pathlib import Path
from urllib.request import urlopen

from prometheus_client.parser import text_string_to_metric_families
from side_by_side import side_by_side

from coughd.detectors.drawing.svg import Axis, Chart
from coughd.detectors.synthesis import bundled_scene, write_scene

EVERY_S = 0.5
WIDTH, HEIGHT = 420.0, 240.0
STYLE = """
svg { font-family: sans-serif; background: #fff } .small { font-size: 11px; fill: #444 }
.axis { stroke: #444 } .grid { stroke: #e4e4e4 } .line { fill: none; stroke-width: 2 }
.s0 { stroke: #1f77b4 } .s1 { stroke: #d62728 } .s2 { stroke: #999 }
"""
Sample = Mapping[tuple[str, ...], float]


def free_port() -> int:
    """Find a port of the loopback that nobody uses now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def scrape(port: int) -> Sample | None:
    """Read the metrics by name and label values; None while nobody answers."""
    try:
        with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            text = answer.read().decode()
    except (OSError, HTTPException):  # it starts, or ends
        return None
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def listen(folder: Path) -> list[tuple[float, Sample]]:
    """Let a daemon hear the scene; what it told, by seconds since the first answer."""
    port = free_port()
    write_scene(bundled_scene(), folder / "scene.flac")
    config = {
        "config_version": 1,
        "sources": [{"id": "scene", "kind": "file", "path": str(folder / "scene.flac")}],
        "store": {"data_dir": str(folder / "data")},
        "stream": {"publish": f"ipc://{folder}/e.sock", "replay": f"ipc://{folder}/r.sock"},
        "coverage": {"progress_s": 1.0},
        "metrics": {"listen": f"127.0.0.1:{port}"},
    }
    (folder / "config.yaml").write_text(json.dumps(config))
    command = [sys.executable, "-m", "coughd.daemon", "run", "-c", str(folder / "config.yaml")]
    told: list[tuple[float, Sample]] = []
    with subprocess.Popen(command) as daemon:  # noqa: S603 - our own program
        while daemon.poll() is None:
            metrics = scrape(port)
            if metrics is not None and ("coughd_source_state", "scene", "up") in metrics:
                told.append((time.monotonic(), metrics))
            time.sleep(EVERY_S)
    return [(at_s - told[0][0], metrics) for at_s, metrics in told]


def panel(title: str, y: Axis, told: list[tuple[float, Sample]], *names: tuple[str, ...]) -> str:
    """One chart of some metrics over time."""
    chart = Chart(title, Axis("seconds", 0.0, max(1.0, told[-1][0])), y, WIDTH, HEIGHT)
    for number, name in enumerate(names):
        points = [(at_s, metrics[name]) for at_s, metrics in told if name in metrics]
        chart.line(points, f"s{number}")
    return chart.svg()


def main() -> None:
    """Write the picture to the file named on the command line."""
    with tempfile.TemporaryDirectory() as name:
        told = listen(Path(name))
    triggers = sum(value for key, value in told[-1][1].items() if key[0] == "coughd_triggers_total")
    level = Axis("dBFS: level (blue), noise floor (red)", -80.0, 0.0)
    charts = [
        panel(
            "coughs", Axis("coughs counted", 0.0, triggers), told, ("coughd_coughs_total", "scene")
        ),
        panel(
            "level",
            level,
            told,
            ("coughd_source_level_dbfs", "scene"),
            ("coughd_source_noise_floor_dbfs", "scene"),
        ),
        panel(
            "coverage",
            Axis("seconds heard", 0.0, told[-1][0]),
            told,
            ("coughd_coverage_seconds_total", "scene", "ok"),
        ),
    ]
    picture = side_by_side(charts, WIDTH, HEIGHT, STYLE)
    Path(sys.argv[1]).write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    main()
