"""Which plots a page has, each with a sentence on how to read it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..report.tables import are_marks
from . import charts

Json = Mapping[str, Any]

_SNR = "Sensitivity by signal-to-noise ratio, with 95 % intervals."
_THRESHOLDS = (
    "F1 (full), sensitivity (dashed) and PPV (dotted) at each threshold; upright: the one in use."
)
_COSTS = (
    "What sensitivity costs in false alarms, from threshold to threshold; the dot is the one in "
    "use."
)
_RELIABILITY = (
    "Does P(cough) mean what it says? A dot: what share of the triggers of about that P(cough) "
    "were coughs. If it does, 95 % of the dots lie on their grey upright lines, round the dashed "
    "diagonal. Pale bars: how many triggers there are."
)
_FIRST = " Lines and bars are those of configuration 1."
_AGREEMENT = (
    "Agreement of hourly rates (Bland and Altman): a dot for each hour or shorter recording, above "
    "0 where too much was counted. Dashed: the mean difference (bias), and the limits between "
    "which 95 % of the differences are expected."
)
_ALARMS = "What the false alarms were, by the annotation there; background: nothing is annotated."
_STAGES = (
    "Where missed coughs were lost. Gate: no trigger near. Merge: the trigger near it is a "
    "neighbour's. Level: its trigger was quieter than probe.minimum_level_dbfs. Probe: its trigger "
    "was refused. Edge: its trigger lay too near to the recording's edge for the probe, and the "
    "gate's score was too low."
)


_MARKS = " Threshold: its mark was not sure enough. Unmarked: the marks have nothing near it."


def figures(systems: Sequence[Json]) -> Iterator[tuple[str, str]]:
    """Each plot as SVG, with its caption."""
    if charts.knows_snr(systems):
        yield charts.sensitivity_by_snr(systems), _SNR
    yield charts.scores_by_threshold(systems), _THRESHOLDS
    yield charts.sensitivity_by_false_alarms(systems), _COSTS
    yield charts.reliability(systems), _RELIABILITY + (_FIRST if len(systems) > 1 else "")
    yield charts.bland_altman(systems), _AGREEMENT
    alarms = [
        {row["label"]: row["count"] for row in system["false_alarms"]["by_label"]}
        for system in systems
    ]
    yield charts.counts("False alarms", alarms), _ALARMS
    stages = [system["misses"]["by_stage"] for system in systems]
    has_marks = any(map(are_marks, systems))
    yield charts.counts("Misses", stages), _STAGES + (_MARKS if has_marks else "")
