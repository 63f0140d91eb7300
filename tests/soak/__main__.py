"""`make soak`: faults at random for an hour or as long as asked, then the balance."""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from .faults import KILLS, OTHERS
from .nights import Report, soak
from .recordings import make_recordings

_MEGABYTE = 1e6


def main() -> int:
    """Print the report; 1 where anything is lost, doubled or left over."""
    parser = argparse.ArgumentParser(prog="soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=40.0, help="of nights with faults")
    parser.add_argument("--steady-minutes", type=float, default=25.0, help="of one long life")
    parser.add_argument(
        "--kills", type=int, help="kill the daemon's processes so often, and nothing else"
    )
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
            kills=chosen.kills or 0,
            for_s=0.0 if chosen.kills else 60 * chosen.minutes,
            steady_s=0.0 if chosen.kills else 60 * chosen.steady_minutes,
            sources=chosen.sources,
            kinds=KILLS if chosen.kills else (*KILLS, *OTHERS),
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
        *(
            f"listening again after the start of a {what}: {_spread(times_s)}"
            for what, times_s in report.back_s.items()
            if times_s
        ),
        *([f"stopped: {_spread(report.stops_s)}"] if report.stops_s else []),
        "",
    ]
    for line in report.lines:
        amounts = ", ".join(f"{name} {amount}" for name, amount in line.amounts.items())
        lines.append(f"{line.name}: {amounts}: difference {line.difference}")
    lines += ["", f"embeddings stored of HeAR's process: {report.embedded}"]
    lines += _burden_lines(report)
    lines.append(f"coughd doctor finds: {'; '.join(report.doctor) or 'no fault'}")
    lines.append(f"sockets left over: {', '.join(report.left_over) or 'none'}")
    return lines


def _spread(times_s: Sequence[float]) -> str:
    ordered = sorted(times_s)
    of_twenty = ordered[min(len(ordered) * 19 // 20, len(ordered) - 1)]
    return (
        f"{len(ordered)} times, in {statistics.median(ordered):.1f} s as a rule (median), "
        f"19 of 20 within {of_twenty:.1f} s, the slowest in {ordered[-1]:.1f} s"
    )


def _burden_lines(report: Report) -> list[str]:
    if report.quarters is None:
        return []
    lines = [
        f"one long life took at most, in its {name} quarter: "
        f"{most.resident_bytes / _MEGABYTE:.0f} MB, {most.descriptors} descriptors, "
        f"{most.threads} threads"
        for name, most in zip(("second", "last"), report.quarters, strict=True)
    ]
    return [*lines, f"more in the end: {', '.join(report.grown) or 'nothing'}"]


if __name__ == "__main__":
    sys.exit(main())
