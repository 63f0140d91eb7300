"""`python -m simulation --first 1 --count 1000`: run seeds, and say which ones fail."""

from __future__ import annotations

import argparse
import sys
import tempfile
import traceback
from pathlib import Path

from .run import simulate


def main() -> int:
    """Print the seeds that fail with the reason; 1 where there is any."""
    parser = argparse.ArgumentParser(prog="simulation", description=__doc__)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--count", type=int, default=1000)
    chosen = parser.parse_args()
    failed = 0
    for seed in range(chosen.first, chosen.first + chosen.count):
        with tempfile.TemporaryDirectory(prefix="simulation-") as folder:
            try:
                simulate(seed, Path(folder))
            except AssertionError:
                failed += 1
                sys.stdout.write(f"seed {seed}: {traceback.format_exc(limit=-1)}\n")
    sys.stdout.write(f"{chosen.count} seeds from {chosen.first}: {failed} failed\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
