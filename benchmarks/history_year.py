"""How long a year by hour takes over millions of events.

Makes a store of one source with a year of events, a fifth of them counted, and its rollup; then
asks `History` for the year. As a measure of the machine it also times one plain sum over the
same rollup in the database, without a row of the answer leaving it.

    python benchmarks/history_year.py --events 5000000
"""

from __future__ import annotations

import argparse
import sqlite3
import statistics
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from coughd.storage.engine import open_writer
from coughd.storage.history import History
from coughd.storage.migrations import prepare
from coughd.storage.place import store_url
from coughd.storage.reading.local_time import DAY_US, to_us
from coughd.storage.schema import BUCKET_US, UTC_HOUR_US

START = datetime(2026, 1, 1, tzinfo=UTC)
YEAR_US = 365 * DAY_US

EVENTS = """
WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < :events)
INSERT INTO events (
    event_id, source_id, stretch_id, boot_id, phase, revision, label, counted, reason,
    onset_sample, offset_sample, onset_us, offset_us, probability, scores, threshold, gate_score,
    scored_by, window, level_dbfs, snr_db, epoch_id, starts_epoch, epoch_told, model_id, probe,
    probe_sha256, timezone, config_sha256, recorded_us)
SELECT
    printf('%036d', n), 'mic', printf('%036d', n / 10000), 'boot', 'end', 1,
    CASE WHEN n % 5 = 0 THEN 'cough' ELSE 'other' END, n % 5 = 0,
    CASE WHEN n % 5 = 0 THEN NULL ELSE 'below_threshold' END,
    0, 4800, :start + n * (:year / :events), :start + n * (:year / :events) + 300000, 0.9,
    '{"cough": 0.9, "other": 0.1}', 0.5, 0.9, 'open', 'complete', -20.0, 20.0,
    NULL, n % 5 = 0, 0, NULL, 'probe', 'sha256', 'UTC', 'sha256', :start
FROM numbers
"""
ROLLUP = """
WITH RECURSIVE buckets(at) AS (
    SELECT :start UNION ALL SELECT at + :bucket FROM buckets WHERE at + :bucket < :start + :year)
INSERT INTO rollup
SELECT at, 'mic', coalesce(coughs, 0), coalesce(coughs, 0), coalesce(coughs, 0),
    coalesce(rejected, 0), :bucket, 0, 0, 0
FROM buckets LEFT JOIN (
    SELECT onset_us / :bucket * :bucket AS held, sum(counted) AS coughs,
        sum(NOT counted) AS rejected
    FROM events GROUP BY held) ON held = at
"""
ROLLUP_HOURS = """
INSERT INTO rollup_hours
SELECT bucket_us / :hour * :hour AS held, source_id, sum(coughs), sum(cough_seconds), sum(epochs),
    sum(rejected), sum(ok_us), sum(clipped_us), sum(silent_us), sum(dropped_us)
FROM rollup GROUP BY held, source_id
"""
PLAIN_SUM = "SELECT " + ", ".join(
    f"sum({name})"
    for name in ("coughs", "cough_seconds", "epochs", "rejected", "ok_us", "clipped_us")
)


def make_store(path: Path, count: int) -> None:
    engine = open_writer(store_url(path))
    prepare(engine, path, str(path))
    engine.dispose()
    values = {
        "events": count,
        "start": to_us(START),
        "year": YEAR_US,
        "bucket": BUCKET_US,
        "hour": UTC_HOUR_US,
    }
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        with connection:
            connection.execute(
                "INSERT INTO sources VALUES ('mic', 'Bedroom', 'microphone', :start, :start)",
                {"start": to_us(START)},
            )
            connection.execute(EVENTS, values)
            connection.execute(ROLLUP, values)
            connection.execute(ROLLUP_HOURS, values)
            connection.execute(
                "INSERT INTO coverage VALUES ('stretch', 0, 1, 'mic', 'ok', ?, ?, -60.0)",
                [to_us(START), to_us(START) + YEAR_US],
            )
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def milliseconds(ask: Callable[[], object], repeats: int = 15) -> str:
    times_ms = []
    for _ in range(repeats):
        begin_ns = time.perf_counter_ns()
        ask()
        times_ms.append((time.perf_counter_ns() - begin_ns) / 1e6)
    return f"{statistics.median(times_ms):8.1f} ms median  {min(times_ms):8.1f} ms least"


def measure(path: Path) -> None:
    with (
        closing(sqlite3.connect(path)) as connection,
        History.open(
            path, timezone="Europe/Zurich", clock=lambda: to_us(START) + YEAR_US
        ) as history,
    ):

        def line(name: str, ask: Callable[[], object]) -> None:
            print(f"{name:34}{milliseconds(ask)}")

        line(
            "plain sum over the rollup",
            lambda: connection.execute(f"{PLAIN_SUM} FROM rollup").fetchall(),
        )
        line("year by hour", history.by_hour)
        line("year by hour, with every rate", lambda: [x.rate_high for x in history.by_hour()])
        line("year by day", history.by_day)
        line("summary of the year", history.summary)
        line("newest 20 events", lambda: list(history.events(limit=20, newest_first=True)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--events", type=int, default=100_000, help="rows of events [100000]")
    parser.add_argument("--folder", type=Path, help="where the store is made [temporary folder]")
    asked = parser.parse_args()
    with TemporaryDirectory(dir=asked.folder) as folder:
        path = Path(folder) / "coughd.sqlite3"
        make_store(path, asked.events)
        print(f"{asked.events:,} events, {path.stat().st_size / 1e6:,.0f} MB, one source, one year")
        measure(path)


if __name__ == "__main__":
    main()
