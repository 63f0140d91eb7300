"""How busy this machine is, for promises in seconds that hold where there is time to keep them."""

from __future__ import annotations

import os
from pathlib import Path


def waited_s() -> float:
    """For how long, so far, some process here could have worked and was kept waiting.

    For a processor, the disk or memory, or for the machine that this one runs on. Nothing where
    the kernel does not tell.
    """
    pressure_us = 0
    for about in ("cpu", "io", "memory"):
        file = Path("/proc/pressure") / about
        if file.exists():
            some = file.read_text(encoding="ascii").splitlines()[0]
            pressure_us += int(some.rpartition("total=")[2])
    stolen_ticks = int(Path("/proc/stat").read_text(encoding="ascii").split()[8])
    return pressure_us / 1e6 + stolen_ticks / os.sysconf("SC_CLK_TCK")
