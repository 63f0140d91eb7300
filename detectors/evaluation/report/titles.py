"""What people call the scores, and how a figure is written; for terminal and page alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_LARGE = 10.0
_RATIO_TITLES = {
    "sensitivity": "sensitivity",
    "ppv": "PPV",
    "f1": "F1",
    "false_alarms_per_hour": "false alarms per hour",
}
BREAKDOWNS: Mapping[str, str] = {
    "snr": "SNR",
    "place": "place among other coughs",
    "background": "background",
    "source": "source",
}
"""What the counts are told apart by, in the order in which they are shown."""
TITLES: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "counting": ("Counting, one to one", _RATIO_TITLES),
    "onset_error": (
        "Onset error, seconds",
        {
            "median_abs_s": "median",
            "p90_abs_s": "9 in 10 within",
            "median_signed_s": "median with sign",
        },
    ),
    "field": ("Event scoring of the field", _RATIO_TITLES),
    "cough_seconds": ("Cough-seconds", _RATIO_TITLES),
    "hourly": (
        "Hourly rates",
        {
            "concordance": "Lin's concordance",
            "bias_per_hour": "bias, coughs per hour",
            "lower_limit_per_hour": "lower limit of agreement",
            "upper_limit_per_hour": "upper limit of agreement",
        },
    ),
    "calibration": ("Calibration", {"ece": "ECE", "brier": "Brier score"}),
    "gate": (
        "Gate alone",
        {"sensitivity": "sensitivity", "triggers_per_hour": "triggers per hour"},
    ),
}
"""What people call each score, in the order of the report."""


def figure(value: float | None) -> str:
    """Three digits after the point, of a large number one; or that there is nothing to say."""
    if value is None:
        return "not defined"
    return f"{value:z.3f}" if abs(value) < _LARGE else f"{value:z.1f}"


def best_possible(measured: Sequence[Mapping[str, Any]]) -> str:
    """What a perfect detector gets: of each configuration, where they differ; or nothing."""
    known = [figure(one["perfect"]) for one in measured if one.get("perfect") is not None]
    return " / ".join(dict.fromkeys(known))


def interval(measured: Mapping[str, Any]) -> str:
    """`low to high`, or nothing where there is none."""
    if measured["low"] is None:
        return ""
    return f"{figure(measured['low'])} to {figure(measured['high'])}"
