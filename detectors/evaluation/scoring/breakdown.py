"""The same counts by kind of cough: how loud, from where, over what. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ...context import REACH_SAMPLES
from ...ports import SAMPLE_RATE_HZ
from ..sounds import NO_BACKGROUND, UNKNOWN, Sound, Truth
from .outcome import FalseAlarm, Outcome
from .resampling import FALSE_ALARM, HIT, HOURS, MISS, Measured, Numbers, Resampling
from .units import SECONDS_PER_HOUR, Units

_MOST_SNR_VALUES = 8
_SNR_STEP_DB = 5.0
_REACH_S = REACH_SAMPLES / SAMPLE_RATE_HZ
ALONE, FIRST, AFTER_ANOTHER = "alone", "first of several", "after another"


@dataclass(frozen=True, slots=True)
class Group:
    """One row of a breakdown."""

    name: str
    hits: int
    misses: int
    false_alarms: int | None
    """None where a false alarm has no such group: nobody knows the SNR of what is no cough."""
    hours: float | None
    sensitivity: Measured
    false_alarms_per_hour: Measured | None


def snr_groups(coughs: Sequence[Sound]) -> Callable[[Sound], str]:
    """Name SNRs by their value, or in steps of 5 dB where there are many values."""
    values = {cough.snr_db for cough in coughs if cough.snr_db is not None}

    def name(cough: Sound) -> str:
        if cough.snr_db is None:
            return UNKNOWN
        if len(values) <= _MOST_SNR_VALUES:
            return f"{cough.snr_db:g} dB"
        low_db = _SNR_STEP_DB * np.floor(cough.snr_db / _SNR_STEP_DB)
        return f"{low_db:g} to {low_db + _SNR_STEP_DB:g} dB"

    return name


def by_all(
    outcomes: Sequence[Outcome], units: Units, resampling: Resampling
) -> dict[str, list[Group]]:
    """All breakdowns, by what they go by."""
    ways = {"snr": by_snr, "place": by_place, "source": by_source, "background": by_background}
    return {name: way(outcomes, units, resampling) for name, way in ways.items()}


def by_snr(outcomes: Sequence[Outcome], units: Units, resampling: Resampling) -> list[Group]:
    """From the loudest down."""
    name = snr_groups([cough for outcome in outcomes for cough in outcome.truth.coughs])
    groups = _groups(outcomes, units, resampling, lambda cough, _: name(cough))
    return sorted(groups, key=lambda group: (group.name == UNKNOWN, -_leading_number(group.name)))


def by_source(outcomes: Sequence[Outcome], units: Units, resampling: Resampling) -> list[Group]:
    """Where the coughs were taken from, by name."""
    return _groups(outcomes, units, resampling, lambda cough, _: cough.source)


def by_place(outcomes: Sequence[Outcome], units: Units, resampling: Resampling) -> list[Group]:
    """Whether other coughs, sure or not, began within three seconds: the detector weighs that."""
    onsets_s = {
        id(outcome.truth): sorted(cough.onset_s for cough in outcome.truth.coughs)
        for outcome in outcomes
    }

    def place(cough: Sound, truth: Truth) -> str:
        of_truth = onsets_s[id(truth)]
        if bisect_left(of_truth, cough.onset_s) > bisect_left(of_truth, cough.onset_s - _REACH_S):
            return AFTER_ANOTHER
        after = bisect_right(of_truth, cough.onset_s + _REACH_S)
        return FIRST if after > bisect_right(of_truth, cough.onset_s) else ALONE

    groups = _groups(outcomes, units, resampling, place)
    return sorted(groups, key=lambda group: (ALONE, FIRST, AFTER_ANOTHER).index(group.name))


def by_background(outcomes: Sequence[Outcome], units: Units, resampling: Resampling) -> list[Group]:
    """What sounded at the time, with false alarms and hours, by name."""
    return _groups(
        outcomes,
        units,
        resampling,
        lambda sound, truth: truth.background(sound.onset_s),
        of_alarm=lambda alarm, truth: truth.background(alarm.claim.onset_s),
        hours=_background_hours,
    )


def _groups(
    outcomes: Sequence[Outcome],
    units: Units,
    resampling: Resampling,
    of_cough: Callable[[Sound, Truth], str],
    *,
    of_alarm: Callable[[FalseAlarm, Truth], str] | None = None,
    hours: Callable[[Truth], dict[str, float]] | None = None,
) -> list[Group]:
    tables: dict[str, Numbers] = {}
    hours_of = hours or _no_hours

    def table(name: str) -> Numbers:
        return tables.setdefault(name, np.zeros((len(units.names), 4)))

    for recording, outcome in enumerate(outcomes):
        truth = outcome.truth
        for hit in outcome.hits:
            unit = units.of(recording, hit.cough.subject)
            table(of_cough(hit.cough, truth))[unit, HIT] += 1
        for miss in outcome.misses:
            unit = units.of(recording, miss.cough.subject)
            table(of_cough(miss.cough, truth))[unit, MISS] += 1
        if of_alarm is not None:
            for alarm in outcome.false_alarms:
                subject = alarm.sound.subject if alarm.sound else None
                table(of_alarm(alarm, truth))[units.of(recording, subject), FALSE_ALARM] += 1
        for name, some in hours_of(truth).items():
            table(name)[units.of_recording[recording], HOURS] += some
    if not units.whole:
        for some_table in tables.values():
            some_table[:, HOURS] = some_table[:, HOURS].sum() / len(units.names)
    return [
        _group(name, tables[name], resampling, timed=hours is not None) for name in sorted(tables)
    ]


def _group(name: str, table: Numbers, resampling: Resampling, *, timed: bool) -> Group:
    hits, misses, false_alarms, hours = table.sum(axis=0)
    measured = resampling.ratios(table)
    return Group(
        name=name,
        hits=int(hits),
        misses=int(misses),
        false_alarms=int(false_alarms) if timed else None,
        hours=float(hours) if timed else None,
        sensitivity=measured["sensitivity"],
        false_alarms_per_hour=measured["false_alarms_per_hour"] if timed else None,
    )


def _no_hours(_: Truth) -> dict[str, float]:
    return {}


def _background_hours(truth: Truth) -> dict[str, float]:
    hours: dict[str, float] = {}
    covered_s = 0.0
    for backdrop in truth.backdrops:
        lasts_s = max(0.0, min(backdrop.end_s, truth.duration_s) - backdrop.start_s)
        hours[backdrop.name] = hours.get(backdrop.name, 0.0) + lasts_s / SECONDS_PER_HOUR
        covered_s += lasts_s
    rest_s = max(0.0, truth.duration_s - covered_s)
    if rest_s > 0.0:
        hours[NO_BACKGROUND] = rest_s / SECONDS_PER_HOUR
    return hours


def _leading_number(name: str) -> float:
    first = name.split(maxsplit=1)[0]
    return float(first) if first != UNKNOWN else float("-inf")
