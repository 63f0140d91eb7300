"""How many sources one core can hear in real time."""

from __future__ import annotations

import os
import time

import numpy as np

from .figures import Figure, Room
from .running import cpu_s, is_up, memory_mb, running_daemon, wait_for
from .sounds import file_source, scenes, write_wav

COUNT = 50
SETTLE_S = 8.0


def many_sources(room: Room) -> list[Figure]:
    samples = scenes(1)
    listen_s = room.seconds(60, 20)
    sources = [
        file_source(
            k,
            # Turned, or fifty sources would cough in step.
            write_wav(room.folder / f"{k}.wav", np.roll(samples, -(samples.size * k // COUNT))),
            loop=True,
        )
        for k in range(COUNT)
    ]
    core = max(os.sched_getaffinity(0))
    with (
        running_daemon(room.folder, sources, core=core) as daemon,
        daemon.subscriber() as subscriber,
    ):
        wait_for(subscriber, is_up)
        pid = daemon.process.pid
        time.sleep(SETTLE_S)
        before_s, began_s = cpu_s(pid), time.monotonic()
        time.sleep(listen_s)
        share = (cpu_s(pid) - before_s) / (time.monotonic() - began_s)
        resident_mb = memory_mb(pid)[1]
    how = f"{COUNT} files in real time on one core, {listen_s:.0f} s: {100 * share:.0f} % of it"
    return [
        Figure("sources per core", COUNT / share, "", how, at_least=COUNT),
        Figure(f"main with {COUNT} sources, memory", resident_mb, "MB", "resident"),
    ]
