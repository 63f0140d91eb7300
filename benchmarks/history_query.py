"""A year of history by hour, out of millions of events."""

from __future__ import annotations

import time

from coughd.storage.history import History
from coughd.storage.reading.local_time import to_us

from .figures import Figure, Room, percentile
from .history_year import START, YEAR_US, make_store

REPEATS = 15


def history_query(room: Room) -> list[Figure]:
    count = int(room.seconds(5_000_000, 100_000))
    path = room.folder / "coughd.sqlite3"
    make_store(path, count)
    times_ms = []
    began_cpu_s = time.process_time()
    with History.open(
        path, timezone="Europe/Zurich", clock=lambda: to_us(START) + YEAR_US
    ) as history:
        for _ in range(REPEATS):
            began_s = time.perf_counter()
            history.by_hour()
            times_ms.append(1000 * (time.perf_counter() - began_s))
        cpu_ms = 1000 * (time.process_time() - began_cpu_s) / REPEATS
    return [
        Figure(
            "a year by hour",
            percentile(times_ms, 50),
            "ms",
            f"median of {REPEATS}, {count:,} events, {path.stat().st_size / 1e6:,.0f} MB; "
            f"processor time {cpu_ms:.0f} ms",
            at_most=20,
        )
    ]
