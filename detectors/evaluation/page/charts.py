"""The plots of the web page, from the report's JSON. Pure.

With two systems, the first is drawn in style `s0` and the second in `s1`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from ...drawing.svg import Axis, Chart, padded, round_ticks
from ..sounds import UNKNOWN

Json = Mapping[str, Any]

_LEAST_RATE = 0.1
"""False alarms per hour at the left edge, and all that are fewer; the axis is logarithmic."""
_MOST_BARS = 6
_REST = "all others"
_LABELS = 0.31
"""Of the width: room for the labels of a system's lines, where no dot lies."""


def _share(title: str) -> Axis:
    return Axis(title, 0.0, 1.0, (0.0, 0.2, 0.4, 0.6, 0.8, 1.0))


def knows_snr(systems: Sequence[Json]) -> bool:
    """Whether the SNR of any cough is known."""
    return any(group["group"] != UNKNOWN for one in systems for group in one["by"]["snr"])


def sensitivity_by_snr(systems: Sequence[Json]) -> str:
    """Sensitivity over SNR with intervals; coughs of unknown SNR stand apart, joined to none."""
    names = list(
        dict.fromkeys(group["group"] for system in systems for group in system["by"]["snr"])
    )
    chart = Chart(
        "Sensitivity by SNR",
        Axis("SNR", -0.5, max(0.5, len(names) - 0.5), ()),
        _share("sensitivity"),
    )
    chart.names([(float(place), name) for place, name in enumerate(names)])
    for number, system in enumerate(systems):
        shift = 0.16 * (number - (len(systems) - 1) / 2)
        points = {}
        for group in system["by"]["snr"]:
            measured = group["sensitivity"]
            if measured["value"] is None:
                continue
            x = names.index(group["group"]) + shift
            points[group["group"]] = (x, measured["value"])
            if measured["low"] is not None:
                chart.whisker(x, measured["low"], measured["high"], f"s{number}")
        known = [point for name, point in points.items() if name != UNKNOWN]
        chart.line(known, f"s{number} thin")
        chart.dots([*points.values()], f"s{number}")
    return chart.svg()


def scores_by_threshold(systems: Sequence[Json]) -> str:
    """Sensitivity (dashed), PPV (dotted) and F1 (full) over the threshold."""
    chart = Chart("Scores by threshold", _share("threshold of P(cough)"), _share("score"))
    for number, system in enumerate(systems):
        points = system["threshold_curve"]["points"]
        for measure, style in (("sensitivity", "dashed"), ("ppv", "dotted"), ("f1", "")):
            chart.line(
                [(p["threshold"], p[measure]) for p in points if p[measure] is not None],
                f"s{number} {style}",
            )
        if system["threshold"] is not None:
            chart.upright(system["threshold"], f"s{number} thin")
    return chart.svg()


def sensitivity_by_false_alarms(systems: Sequence[Json]) -> str:
    """Sensitivity over false alarms per hour, on a logarithmic axis; a dot at the threshold."""
    rates = [
        point["false_alarms_per_hour"]
        for system in systems
        for point in system["threshold_curve"]["points"]
    ]
    rates += [system["counting"]["false_alarms_per_hour"]["value"] for system in systems]
    highest = math.ceil(math.log10(max(10.0, *rates)))
    lowest = math.log10(_LEAST_RATE)
    chart = Chart(
        "Sensitivity by false alarms per hour",
        Axis("false alarms per hour", lowest, float(highest), ()),
        _share("sensitivity"),
    )
    decades = range(round(lowest), highest + 1)
    chart.names(
        [
            (float(power), f"{10.0**power:g}" if power > lowest else f"≤ {_LEAST_RATE:g}")
            for power in decades
        ]
    )
    for number, system in enumerate(systems):
        points = [
            (_log(point["false_alarms_per_hour"]), point["sensitivity"], point["threshold"])
            for point in system["threshold_curve"]["points"]
            if point["sensitivity"] is not None
        ]
        chart.line([(x, y) for x, y, _ in points], f"s{number}")
        dots = [(x, y) for x, y, threshold in points if threshold == system["threshold"]]
        if system["threshold"] is None:
            dots = _as_marked(system["counting"])
        chart.dots(dots, f"s{number}")
    return chart.svg()


def _as_marked(counting: Json) -> list[tuple[float, float]]:
    """Where marks lie that count without a threshold; nowhere where there are no coughs."""
    sensitivity = counting["sensitivity"]["value"]
    rate = counting["false_alarms_per_hour"]["value"]
    return [] if sensitivity is None else [(_log(rate), sensitivity)]


def _log(rate: float) -> float:
    return math.log10(max(rate, _LEAST_RATE))


def reliability(systems: Sequence[Json]) -> str:
    """Share of coughs over the probability that the probe gave; the diagonal is honest.

    Upright lines: where 95 % of the shares of honest probabilities would lie, so few as they are.
    """
    chart = Chart(
        "Calibration",
        _share("P(cough) of the probe"),
        _share("share that were coughs"),
    )
    chart.line([(0.0, 0.0), (1.0, 1.0)], "ref dashed")
    for number, system in enumerate(systems):
        bins = [one for one in system["calibration"]["bins"] if one["triggers"]]
        most = max((one["triggers"] for one in bins), default=1)
        for one in bins if number == 0 else ():
            chart.bar(one["low"], one["high"], 0.25 * one["triggers"] / most, "pale")
            at = one["mean_probability"]
            chart.line([(at, one["chance_low"]), (at, one["chance_high"])], "ref")
        points = [(one["mean_probability"], one["cough_share"]) for one in bins]
        chart.line(points, f"s{number} thin")
        chart.dots(points, f"s{number}")
    return chart.svg()


def bland_altman(systems: Sequence[Json]) -> str:
    """Difference of hourly rates over their mean, with bias and limits of agreement."""
    points = [
        [
            (
                (piece["reference_per_hour"] + piece["claimed_per_hour"]) / 2.0,
                piece["claimed_per_hour"] - piece["reference_per_hour"],
            )
            for piece in system["hourly"]["pieces"]
        ]
        for system in systems
    ]
    every = [point for some in points for point in some]
    lines = [
        system["hourly"][name]["value"]
        for system in systems
        for name in ("bias_per_hour", "lower_limit_per_hour", "upper_limit_per_hour")
        if system["hourly"][name]["value"] is not None
    ]
    low, high = padded([x for x, _ in every])
    beside = (high - low) * _LABELS / (1.0 - _LABELS * len(systems))
    ends = (low - beside if len(systems) > 1 else low, high + beside)
    chart = Chart(
        "Agreement of hourly rates",
        Axis("mean of both, coughs per hour", *ends, round_ticks(low, high)),
        Axis("counted - annotated", *padded([0.0, *lines, *(y for _, y in every)])),
    )
    chart.across(0.0, "ref")
    for number, system in enumerate(systems):
        for name, label in (
            ("bias_per_hour", "bias"),
            ("lower_limit_per_hour", "lower limit"),
            ("upper_limit_per_hour", "upper limit"),
        ):
            value = system["hourly"][name]["value"]
            if value is not None:
                words = f"{label} {value:z.1f}"
                if len(systems) > 1:
                    words = f"{number + 1}: {words}"
                anchor = "start" if number else "end"
                chart.across(value, f"s{number} dashed", words, anchor)
        chart.dots(points[number], f"s{number}")
    return chart.svg()


def counts(title: str, systems: Sequence[Mapping[str, int]]) -> str:
    """Bars of counts by name, the systems side by side; what has no room is one bar."""
    totals: dict[str, int] = {}
    for name, count in (item for system in systems for item in system.items()):
        totals[name] = totals.get(name, 0) + count
    shown = sorted(totals, key=lambda name: -totals[name])[:_MOST_BARS]
    names = [name for name in totals if name in shown]
    if len(names) < len(totals):
        names.append(_REST)
        systems = [_with_rest(system, names) for system in systems]
    most = max([1, *(count for system in systems for count in system.values())])
    marks = tuple(mark for mark in round_ticks(0.0, most * 1.05) if mark.is_integer())
    chart = Chart(
        title,
        Axis("", -0.5, max(0.5, len(names) - 0.5), ()),
        Axis("count", 0.0, most * 1.05, marks),
    )
    chart.names(
        [(float(place), name.replace("_", " ")) for place, name in enumerate(names)], rows=2
    )
    width = 0.7 / len(systems)
    for number, system in enumerate(systems):
        for place, name in enumerate(names):
            left = place - 0.35 + number * width
            chart.bar(left, left + width, float(system.get(name, 0)), f"s{number}")
    return chart.svg()


def _with_rest(system: Mapping[str, int], names: Sequence[str]) -> dict[str, int]:
    rest = sum(count for name, count in system.items() if name not in names)
    return {**system, _REST: rest}
