"""The words of `coughd history`: sentences about a report, and how its values are written."""

from __future__ import annotations

from ....storage.reading.intervals import Interval
from ....storage.reading.local_time import SECOND_US, to_us
from ....storage.reading.shares import percent_below
from .history_report import Report
from .moments import to_minute

OF_A_ROOM = "A microphone counts the coughs of a room, whoever coughs; this is no diagnosis."
_A_MINUTE_US = 60 * SECOND_US


def sentences(report: Report) -> list[str]:
    """Say what was heard in the range, and on what terms."""
    summary, terms = report.summary, report.summary.terms
    asked = f"{to_minute(report.asked[0])} to {to_minute(report.asked[1])} {terms.zone}"
    if not report.sources:
        return ["The store has no sources yet: nothing has been heard."]
    if not summary.elapsed_us:
        return [f"Nothing is known of {asked}: no source was listened to then.{_known(report)}"]
    known = length_text(summary.elapsed_s)
    asked_us = to_us(report.asked[1]) - to_us(report.asked[0])
    if summary.end_us - summary.start_us < asked_us - _A_MINUTE_US:
        known = f"the {known} that the store knows of"
    monitored = (
        f"monitored {length_text(summary.monitored_s)} of {known} ({coverage_text(summary)})"
    )
    if len(report.sources) > 1:
        monitored += f", the time of {len(report.sources)} sources added"
    if not summary.coughs and not summary.monitored_us:
        return [f"Nothing was monitored from {asked}, so nothing is known of coughs."]
    told = [f"No coughs from {asked}; {monitored}."]
    if summary.coughs:
        told[0] = (
            f"{count_text(summary.coughs, 'cough')} in "
            f"{count_text(summary.cough_seconds, 'cough-second')} and "
            f"{_epochs(summary)} (a pause of {terms.gap_s:g} s ends an epoch, "
            f"{count_text(terms.minimum_coughs, 'cough')} at least) from {asked}; {monitored}."
        )
    if summary.rejected:
        told.append(f"{count_text(summary.rejected, 'other sound')} set the gate off, not counted.")
    if report.kept_from is not None and to_us(report.kept_from) > summary.start_us:
        told.append(
            f"Single coughs before {to_minute(report.kept_from)} are no longer kept: sums have "
            "them; lists, and epochs by other terms than the usual, do not."
        )
    if summary.monitored_us:
        told.append(_rate(summary))
    told.append(OF_A_ROOM)
    return told


def event_ending(event_id: str) -> str:
    """So much of an event's id as `coughd label` needs to know which it is."""
    return event_id[-6:]


def short_id(event_id: str | None) -> str:
    """Give the last four characters: those of a uuid7 are random."""
    return event_id[-4:] if event_id else "-"


def length_text(seconds: float) -> str:
    """Write a length of time as `63 s`, `75 min` or `22.4 h`."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def rate_text(per_hour: float | None) -> str:
    """Write a rate with three digits; `-` where there is none."""
    if per_hour is None:
        return "-"
    return f"{per_hour:.3g}" if per_hour < 999.5 else f"{per_hour:.0f}"


def percent(share: float) -> str:
    """Write a share of 0..1 as `98 %`."""
    return f"{100 * share:.0f} %"


def coverage_text(interval: Interval) -> str:
    """Write a coverage; with more digits where fewer would hide that it is too little."""
    minimum = interval.terms.minimum_coverage
    if interval.monitored_us and interval.coverage < minimum:
        return percent_below(interval.coverage, minimum)
    return percent(interval.coverage)


def count_text(count: int, noun: str) -> str:
    """Write `1 cough` or `2 coughs`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _known(report: Report) -> str:
    first, last = report.known
    if to_us(last) <= to_us(first):
        return ""
    return (
        f" What is known lies between {to_minute(first)} and {to_minute(last)}; ask for that with "
        "--since and --until."
    )


def _rate(interval: Interval) -> str:
    if interval.rate_withheld is not None:
        return interval.rate_withheld
    return (
        f"{rate_text(interval.rate_per_hour)} coughs per monitored hour (95 % interval "
        f"{rate_text(interval.rate_low)} to {rate_text(interval.rate_high)} by "
        "Poisson; coughs come in bouts, so the true one is wider)."
    )


def _epochs(interval: Interval) -> str:
    if interval.epochs is None:
        return "an unknown number of epochs"
    return count_text(interval.epochs, "epoch")
