"""Bursts of cough clips that somebody looked at, where the rule that marked the clips is wrong.

The rule leaves out about one cough in thirty: one that is duller or much weaker than the cough
before it, or that stands in its tail. `seen_bursts.csv` has them, one burst a row: `clip`, the
file's name; `onset_s`; `seen`, one of `cough`, `doubtful`, and `no` for what was looked at and
belongs to the cough before, as the burst that ends a cough's voiced tail does. Looked at was what
the detector of an earlier training claimed (P 0.3 or more) further than 0.2 s from any mark; what
rises 10 dB within 50 ms after a dip of 15 dB, 0.2 s or more after a mark, unless it is far weaker
or duller; and of the clips that train, the sure marks that this detector refused. So were the
strangers' clips (`training/strangers.py`) afterwards, where their rises follow a dip of 15 dB.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from ....config.errors import InputError
from .pack import Span

TABLE = Path(__file__).with_suffix(".csv")
_SAME_S = 0.05
"""A row this close to a mark of the rule says what that mark is."""
_LENGTH_S = 0.3
"""Of a burst that stands in no other's tail; nobody marked where it ends."""


class Seen(StrEnum):
    """What a burst is, to the eye."""

    COUGH = "cough"
    DOUBTFUL = "doubtful"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Burst:
    """One burst of a clip."""

    onset_s: float
    seen: Seen


def read_bursts(table: Path = TABLE) -> dict[str, list[Burst]]:
    """The bursts of each clip, by the clip's name; InputError."""
    bursts: dict[str, list[Burst]] = {}
    try:
        with table.open(newline="", encoding="utf-8") as lines:
            for row in csv.DictReader(lines):
                burst = Burst(float(row["onset_s"]), Seen(row["seen"]))
                bursts.setdefault(row["clip"], []).append(burst)
    except (OSError, KeyError, ValueError) as exc:
        raise InputError(f"{table} cannot be read as a table of bursts: {exc!r}.") from exc
    return bursts


def with_bursts(
    spans: Sequence[Span], duration_s: float, bursts: Sequence[Burst]
) -> tuple[Span, ...]:
    """The marks of a clip with what was seen in it: marks judged again, and new ones between.

    A cough in whose tail a new mark stands ends where that begins.
    """
    judged = sorted(spans, key=lambda span: span.start_s)
    for burst in bursts:
        if burst.seen is Seen.NO or burst.onset_s >= duration_s:
            continue
        sure = burst.seen is Seen.COUGH
        same = [k for k, s in enumerate(judged) if abs(s.start_s - burst.onset_s) <= _SAME_S]
        if same:
            judged[same[0]] = replace(judged[same[0]], sure=sure)
            continue
        at = sum(span.start_s < burst.onset_s for span in judged)
        end_s = min(burst.onset_s + _LENGTH_S, duration_s)
        if at > 0 and judged[at - 1].end_s > burst.onset_s:
            end_s = judged[at - 1].end_s
            judged[at - 1] = replace(judged[at - 1], end_s=burst.onset_s)
        if at < len(judged):
            end_s = min(end_s, judged[at].start_s)
        judged.insert(at, Span(burst.onset_s, end_s, sure))
    return tuple(judged)
