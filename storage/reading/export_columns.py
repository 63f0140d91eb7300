"""The columns of exports and of `--json`: frozen, and explained in docs/history.md.

A column may be added at the end; none is renamed, moved or given another meaning.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TypeAlias

from ..messages import rfc3339
from .history_rows import Epoch, Event, Review, Span
from .intervals import Interval
from .local_time import SECOND_US

Value: TypeAlias = str | int | float | bool | Mapping[str, float] | None
Record: TypeAlias = dict[str, Value]

EVENT_COLUMNS = (
    "event_id",
    "source_id",
    "source_name",
    "onset_utc",
    "offset_utc",
    "onset_local",
    "timezone",
    "duration_s",
    "label",
    "counted",
    "reason",
    "probability",
    "threshold",
    "scored_by",
    "gate_score",
    "window",
    "level_dbfs",
    "snr_db",
    "epoch_id",
    "revision",
    "embedder",
    "embedder_sha256",
    "probe",
    "probe_sha256",
    "config_sha256",
    "boot_id",
    "stretch_id",
    "onset_sample",
    "offset_sample",
    "recorded_utc",
    "site_timezone",
    "scores",
)
INTERVAL_COLUMNS = (
    "start_utc",
    "end_utc",
    "start_local",
    "timezone",
    "source_id",
    "source_name",
    "coughs",
    "cough_seconds",
    "epochs",
    "rejected",
    "monitored_s",
    "ok_s",
    "clipped_s",
    "silent_s",
    "dropped_s",
    "elapsed_s",
    "coverage",
    "coughs_per_hour",
    "coughs_per_hour_low",
    "coughs_per_hour_high",
    "epoch_gap_s",
    "epoch_minimum_coughs",
    "minimum_coverage",
)
REVIEW_COLUMNS = (
    "event_id",
    "source_id",
    "source_name",
    "onset_utc",
    "onset_local",
    "timezone",
    "scored_label",
    "probability",
    "threshold",
    "scored_by",
    "verdict",
    "label",
    "reviewer",
    "reviewed_utc",
    "note",
)
EPOCH_COLUMNS = (
    "epoch_id",
    "source_id",
    "source_name",
    "onset_utc",
    "offset_utc",
    "onset_local",
    "timezone",
    "duration_s",
    "coughs",
    "epoch_gap_s",
    "epoch_minimum_coughs",
)
COVERAGE_COLUMNS = (
    "source_id",
    "source_name",
    "start_utc",
    "end_utc",
    "start_local",
    "timezone",
    "state",
    "duration_s",
    "noise_dbfs",
    "stretch_id",
)


def event_record(event: Event) -> Record:
    """Give an event's columns."""
    return {
        "event_id": event.event_id,
        "source_id": event.source_id,
        "source_name": event.source_name,
        "onset_utc": rfc3339(event.onset_us),
        "offset_utc": rfc3339(event.offset_us),
        "onset_local": _local(event.onset),
        "timezone": str(event.onset.tzinfo),
        "duration_s": _seconds(event.offset_us - event.onset_us),
        "label": event.label,
        "counted": event.counted,
        "reason": event.reason,
        "probability": event.probability,
        "threshold": event.threshold,
        "scored_by": event.scored_by,
        "gate_score": event.gate_score,
        "window": event.window,
        "level_dbfs": event.level_dbfs,
        "snr_db": event.snr_db,
        "epoch_id": event.epoch_id,
        "revision": event.revision,
        "embedder": event.embedder,
        "embedder_sha256": event.embedder_sha256,
        "probe": event.probe,
        "probe_sha256": event.probe_sha256,
        "config_sha256": event.config_sha256,
        "boot_id": event.boot_id,
        "stretch_id": event.stretch_id,
        "onset_sample": event.onset_sample,
        "offset_sample": event.offset_sample,
        "recorded_utc": rfc3339(event.recorded_us),
        "site_timezone": event.timezone,
        "scores": event.scores,
    }


def review_record(review: Review) -> Record:
    """Give a review's columns."""
    return {
        "event_id": review.event_id,
        "source_id": review.source_id,
        "source_name": review.source_name,
        "onset_utc": rfc3339(review.onset_us),
        "onset_local": _local(review.onset),
        "timezone": str(review.onset.tzinfo),
        "scored_label": review.scored_label,
        "probability": review.probability,
        "threshold": review.threshold,
        "scored_by": review.scored_by,
        "verdict": review.verdict,
        "label": review.label,
        "reviewer": review.reviewer,
        "reviewed_utc": rfc3339(review.reviewed_us),
        "note": review.note,
    }


def interval_record(interval: Interval, source_name: str | None) -> Record:
    """Give the columns of an hour, a day or a summary."""
    return {
        "start_utc": rfc3339(interval.start_us),
        "end_utc": rfc3339(interval.end_us),
        "start_local": _local(interval.start),
        "timezone": str(interval.terms.zone),
        "source_id": interval.source_id,
        "source_name": source_name,
        "coughs": interval.coughs,
        "cough_seconds": interval.cough_seconds,
        "epochs": interval.epochs,
        "rejected": interval.rejected,
        "monitored_s": interval.monitored_s,
        "ok_s": _seconds(interval.tally.ok_us),
        "clipped_s": _seconds(interval.tally.clipped_us),
        "silent_s": _seconds(interval.tally.silent_us),
        "dropped_s": _seconds(interval.tally.dropped_us),
        "elapsed_s": interval.elapsed_s,
        "coverage": interval.coverage,
        "coughs_per_hour": interval.rate_per_hour,
        "coughs_per_hour_low": interval.rate_low,
        "coughs_per_hour_high": interval.rate_high,
        "epoch_gap_s": interval.terms.gap_s,
        "epoch_minimum_coughs": interval.terms.minimum_coughs,
        "minimum_coverage": interval.terms.minimum_coverage,
    }


def epoch_record(epoch: Epoch) -> Record:
    """Give an epoch's columns."""
    return {
        "epoch_id": epoch.epoch_id,
        "source_id": epoch.source_id,
        "source_name": epoch.source_name,
        "onset_utc": rfc3339(epoch.onset_us),
        "offset_utc": rfc3339(epoch.offset_us),
        "onset_local": _local(epoch.onset),
        "timezone": str(epoch.onset.tzinfo),
        "duration_s": _seconds(epoch.offset_us - epoch.onset_us),
        "coughs": epoch.coughs,
        "epoch_gap_s": epoch.gap_s,
        "epoch_minimum_coughs": epoch.minimum_coughs,
    }


def span_record(span: Span) -> Record:
    """Give the columns of an interval of coverage."""
    return {
        "source_id": span.source_id,
        "source_name": span.source_name,
        "start_utc": rfc3339(span.start_us),
        "end_utc": rfc3339(span.end_us),
        "start_local": _local(span.start),
        "timezone": str(span.start.tzinfo),
        "state": span.state,
        "duration_s": _seconds(span.end_us - span.start_us),
        "noise_dbfs": span.noise_dbfs,
        "stretch_id": span.stretch_id,
    }


def _seconds(length_us: int) -> float:
    return length_us / SECOND_US


def _local(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds")
