"""`make soak`: faults at random for an hour or as long as asked, then the balance."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from .bench import Burden
from .nights import Report, soak
from .recordings import make_recordings

_MEGABYTE = 1e6


def main() -> int:
    """Print the report; 1 where anything is lost, doubled or left over."""
    parser = argparse.ArgumentParser(prog="soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=40.0, help="of nights with kills")
    parser.add_argument("--steady-minutes", type=float, default=25.0, help="of one long life")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--sources", type=int, default=3)
    parser.add_argument("--recordings", type=int, default=4)
    parser.add_argument("--scenes", type=int, default=16, help="of 38 s in each recording")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="soak-") as name:
        folder = Path(name)
        recordings = make_recordings(folder, chosen.recordings, chosen.scenes)
        report = soak(
            folder / "bench",
            recordings,
            seed=chosen.seed,
            for_s=60 * chosen.minutes,
            steady_s=60 * chosen.steady_minutes,
            sources=chosen.sources,
        )
    sys.stdout.write("\n".join(describe(report)) + "\n")
    return 0 if report.is_balanced else 1


def describe(report: Report) -> list[str]:
    """The report in lines for a person."""
    played = f"{report.nights} nights, {report.played_s / 3600:.1f} h of files"
    lines = [
        f"seed {report.seed}: {played} in {report.took_s / 60:.1f} min, a microphone beside them",
        f"{report.faults.total()} faults: "
        + ", ".join(f"{count} x {name}" for name, count in sorted(report.faults.items())),
        f"listening again after a start within {report.slowest_back_s:.1f} s at the slowest",
        "",
    ]
    for line in report.lines:
        amounts = ", ".join(f"{name} {amount}" for name, amount in line.amounts.items())
        lines.append(f"{line.name}: {amounts}: difference {line.difference}")
    lines += ["", *_burden_lines(report.burdens)]
    lines.append(f"coughd doctor finds: {'; '.join(report.doctor) or 'no fault'}")
    lines.append(f"sockets left over: {', '.join(report.left_over) or 'none'}")
    return lines


def _burden_lines(burdens: Sequence[Burden]) -> list[str]:
    if not burdens:
        return []
    quarter = max(len(burdens) // 4, 1)
    parts = (("first quarter", burdens[:quarter]), ("last quarter", burdens[-quarter:]))
    return [
        f"one long life took at most, in its {name}: "
        f"{max(one.resident_bytes for one in part) / _MEGABYTE:.0f} MB, "
        f"{max(one.descriptors for one in part)} descriptors, "
        f"{max(one.threads for one in part)} threads"
        for name, part in parts
    ]


if __name__ == "__main__":
    sys.exit(main())
