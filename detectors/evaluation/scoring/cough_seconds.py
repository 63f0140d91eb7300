"""Seconds in which a cough begins, counted from the recording's first sample. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..sounds import Truth
from .matching import Interval
from .outcome import Tally, tell_apart


def cough_second_tally(truth: Truth, claims: Sequence[Interval]) -> Tally:
    """Compare seconds; one in which only an unsure cough begins counts neither way."""
    undecided = set(tell_apart(truth, claims).undecided)
    claimed = _seconds(claim for index, claim in enumerate(claims) if index not in undecided)
    sure = _seconds(truth.sure)
    unsure = _seconds(cough for cough in truth.coughs if not cough.sure)
    return Tally(
        hits=len(sure & claimed),
        misses=len(sure - claimed),
        false_alarms=len(claimed - sure - unsure),
        duration_s=truth.duration_s,
    )


def _seconds(intervals: Iterable[Interval]) -> set[int]:
    return {int(interval.onset_s) for interval in intervals}
