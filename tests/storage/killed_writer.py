"""Writes events one by one and says the `seq` of each commit, until it is killed.

Run by test_store_killed.py as a process of its own: `killed_writer.py STORE ROUND`.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.storage.facts import event, open_store


def main() -> None:
    path, round_number = Path(sys.argv[1]), int(sys.argv[2])
    with open_store(path) as store:
        for number in range(100_000):
            place = round_number * 100_000 + number
            (row,) = store.write([event(f"event-{place}", place * 700)])
            sys.stdout.write(f"{row.seq}\n")
            sys.stdout.flush()


main()
