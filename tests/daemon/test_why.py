"""The words that say why a trigger was counted or not."""

from __future__ import annotations

from typing import Any

import pytest

from coughd.daemon.why import why, why_not

SCORES = {"cough": 0.12, "speech": 0.7, "laugh": 0.1, "other": 0.08}
REST = "speech 0.700, laugh 0.100; gate 0.910"
REFUSED: dict[str, Any] = {
    "reason": "below_threshold",
    "probability": 0.12,
    "threshold": 0.48,
    "gate_score": 0.91,
    "scores": SCORES,
    "window": "complete",
}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, f"0.120 < 0.480; {REST}"),
        (
            {"reason": None, "probability": 0.48},
            f"0.480 >= 0.480; {REST}",
        ),
        (
            {"probability": None, "scores": {}, "gate_score": 0.3, "window": "incomplete"},
            "0.300 < 0.480; by the gate alone, window incomplete",
        ),
        # A person refused what the probe was sure of: no sign may claim the opposite.
        (
            {"reason": "reviewed", "probability": 0.9},
            f"0.900 against 0.480; {REST}",
        ),
        ({"threshold": None}, f"0.120; {REST}"),
    ],
)
def test_the_score_that_decided_comes_first(changes: dict[str, Any], told: str) -> None:
    assert why(**{**REFUSED, **changes}) == told


def test_the_reason_stands_as_it_is_stored() -> None:
    assert why_not(**REFUSED) == f"below_threshold ({why(**REFUSED)})"
