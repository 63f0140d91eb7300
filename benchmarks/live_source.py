"""What one microphone costs: processor and memory of capture and main."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pulse import missing_tools, pulse_server

from .figures import Figure, Room
from .running import cpu_s, is_up, memory_mb, running_daemon, wait_for
from .sounds import file_source, scenes, write_wav

RATE_HZ = 16_000
SETTLE_S = 4.0
"""Model loading and first inferences are start-up, not listening."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What the daemon listens to, and how it gets there."""

    source: dict[str, object]
    environ: Mapping[str, str]
    how: str


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one process."""

    percent_of_core: float
    proportional_mb: float
    resident_mb: float


def live_source(room: Room) -> list[Figure]:
    listen_s = room.seconds(60, 15)
    with _sound(room.folder, listen_s) as heard:
        main, capture = _measure(room.folder, heard, listen_s)
    how = f"{heard.how}, {listen_s:.0f} s"
    figures = []
    for name, cost in (("main", main), ("capture", capture)):
        if cost is not None:
            figures += [
                Figure(f"{name}, share of a core", cost.percent_of_core, "%", how),
                Figure(
                    f"{name}, memory",
                    cost.proportional_mb,
                    "MB",
                    f"proportional set; resident {cost.resident_mb:.0f} MB",
                    at_most=150 if name == "main" else None,
                ),
            ]
    if capture is None:
        return figures
    return [
        *figures,
        Figure(
            "capture + main, share of a core",
            main.percent_of_core + capture.percent_of_core,
            "%",
            how,
            at_most=3.0,
        ),
        Figure(
            "capture + main, memory",
            main.proportional_mb + capture.proportional_mb,
            "MB",
            "proportional sets",
            at_most=200,
        ),
    ]


@contextmanager
def _sound(folder: Path, listen_s: float) -> Iterator[Heard]:
    """A microphone on a sound server of our own where there is one, else a file in real time."""
    wav = write_wav(folder / "scene.wav", scenes(int(listen_s / 38) + 2))
    missing = missing_tools()
    if missing:
        how = f"file in real time: no microphone without {', '.join(missing)}"
        yield Heard(file_source(0, wav, loop=True), os.environ, how)
        return
    with pulse_server(RATE_HZ) as server:
        player = server.play(wav)
        try:
            source = {"id": "room", "kind": "microphone", "sample_rate_hz": RATE_HZ}
            yield Heard(source, server.environ, "microphone at 16 kHz on PulseAudio")
        finally:
            player.kill()
            player.wait()


def _measure(folder: Path, heard: Heard, listen_s: float) -> tuple[Cost, Cost | None]:
    with (
        running_daemon(folder, [heard.source], environ=heard.environ) as daemon,
        daemon.subscriber() as subscriber,
    ):
        wait_for(subscriber, is_up)
        pids = [daemon.process.pid, *daemon.capture_pids()]
        time.sleep(SETTLE_S)
        before_s = [cpu_s(pid) for pid in pids]
        began_s = time.monotonic()
        time.sleep(listen_s)
        took_s = time.monotonic() - began_s
        costs = [
            Cost(100 * (cpu_s(pid) - before) / took_s, *memory_mb(pid))
            for pid, before in zip(pids, before_s, strict=True)
        ]
    return costs[0], costs[1] if len(costs) > 1 else None
