"""What coughd costs and how quick it is on this machine, each figure beside its aim.

    make bench
    make bench WITH="--quick --only latency --json"

Nothing outside a temporary folder is touched. Figures of a busy machine are upper bounds: the
load is printed with them.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from coughd.detectors.processor import processor_name

from .evaluation import evaluation
from .figures import Figure, Room
from .hear_overhead import hear_overhead
from .history_query import history_query
from .latency import latency
from .live_source import live_source
from .many_sources import many_sources
from .parts import parts
from .start_up import start_up

BENCHMARKS: dict[str, Callable[[Room], list[Figure]]] = {
    "parts": parts,
    "start-up": start_up,
    "live-source": live_source,
    "latency": latency,
    "many-sources": many_sources,
    "history": history_query,
    "evaluate": evaluation,
    "hear-overhead": hear_overhead,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__.partition("\n")[0])
    parser.add_argument("--only", action="append", choices=BENCHMARKS, help="may be repeated")
    parser.add_argument("--quick", action="store_true", help="shorter, so less exact")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of a table")
    asked = parser.parse_args()
    figures = []
    for name in asked.only or BENCHMARKS:
        print(f"measuring {name} ...", file=sys.stderr)
        with TemporaryDirectory(prefix="bench-") as folder:
            figures += BENCHMARKS[name](Room.of(folder, quick=asked.quick))
    if asked.json:
        print(json.dumps(_as_json(figures), indent=2))
    else:
        _print_table(figures)


def _as_json(figures: list[Figure]) -> dict[str, object]:
    return {
        "machine": {
            "cpu": _cpu(),
            "cores": os.cpu_count(),
            "load_average": list(os.getloadavg()),
            "kernel": platform.release(),
            "python": platform.python_version(),
        },
        "figures": [figure.as_json() for figure in figures],
    }


def _print_table(figures: list[Figure]) -> None:
    load = ", ".join(f"{load:.1f}" for load in os.getloadavg())
    table = Table("measure", box=None, title=f"{_cpu()}, {os.cpu_count()} cores, load {load}")
    for heading in ("figure", "aim"):
        table.add_column(heading, justify="right")
    table.add_column("")
    table.add_column("how")
    for figure in figures:
        table.add_row(figure.name, figure.text, figure.aim_text, figure.mark, figure.how)
    Console(width=None if sys.stdout.isatty() else 140).print(table)


def _cpu() -> str:
    return processor_name() or platform.machine()


if __name__ == "__main__":
    main()
