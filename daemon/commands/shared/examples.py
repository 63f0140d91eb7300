"""What to type: the last lines of a verb's `--help`."""

from __future__ import annotations

from collections.abc import Mapping

EXAMPLES: Mapping[str, tuple[str, ...]] = {
    "run": ("coughd run --show", "coughd run --config bedroom.yaml"),
    "watch": (
        "coughd watch --all --since 0        everything that is kept",
        "coughd watch --json --cursor FILE   for a program; misses nothing",
    ),
    "history": (
        "coughd history --by hour",
        "coughd history --by day --since 4w --source bedroom",
        "coughd history --by night",
        "coughd history --by epoch --gap-s 3 --min-coughs 2",
        "coughd history --since 2026-11-20 --until 2026-11-20 --rejected",
    ),
    "export": (
        "coughd export events -o coughs.csv",
        "coughd export hours --since 2026-11-01 --format jsonl",
    ),
    "scan": ("coughd scan night.flac", "coughd scan --json *.wav"),
    "evaluate": (
        "coughd evaluate recordings/ --html report.html",
        "coughd evaluate night.flac -a night.txt --compare other.yaml",
        "coughd evaluate nights/ --compare peer.csv",
    ),
    "label": (
        "coughd label 2a9c41 reject           it was none",
        "coughd label 2a9c41 77e0b1 sneeze    both were this",
        "coughd label -a labels/              what annotated recordings hold",
    ),
    "train": (
        "coughd train                       on the store's reviewed events",
        "coughd train clips/labels.csv      on labelled clips",
        "coughd train --teacher open        also on what the open probe is sure of",
        "coughd train --roll-back",
    ),
    "monitoring": ("coughd monitoring /etc/prometheus/coughd",),
    "embed": (
        "coughd embed --pending   after a change to HeAR, or after it was away",
        "coughd embed --all",
    ),
    "calibrate": ("coughd calibrate --minutes 120 --write",),
}


def epilog_of(verb: str) -> str | None:
    """The examples of a verb, each on a line of its own; None where it has none."""
    if verb not in EXAMPLES:
        return None
    # The backspace keeps the lines of a paragraph as they are.
    return "\n".join(("\b", "Examples:", *(f"  {line}" for line in EXAMPLES[verb])))
