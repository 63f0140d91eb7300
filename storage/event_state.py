"""One event as it stands: a row of `events`, and how each change makes the next revision."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Self

from ..config.errors import UsageError
from .records import EventFinished, EventReviewed, Origin, Scored, label_said

COUGH = "cough"
REVIEW_REASONS = {"reject": "rejected_by_review", "relabel": "relabelled_by_review"}
"""Why an event is not counted, by the verdict of the person who said so."""
_LEVEL_LIMIT_DB = 200.0


@dataclass(frozen=True, slots=True)
class EventState:
    """The columns of `events` but its row number; equal to the latest message on the event.

    What a faulty model makes of a sound must not cost the event: every number is made finite.
    """

    event_id: str
    source_id: str
    stretch_id: str
    boot_id: str
    phase: str
    revision: int
    label: str
    counted: bool
    reason: str | None
    onset_sample: int
    offset_sample: int
    onset_us: int
    offset_us: int
    probability: float | None
    scores: str
    threshold: float
    gate_score: float
    scored_by: str
    window: str
    level_dbfs: float
    snr_db: float
    epoch_id: str | None
    starts_epoch: bool
    epoch_told: int
    model_id: int | None
    probe: str | None
    probe_sha256: str | None
    timezone: str
    config_sha256: str
    recorded_us: int

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        """Read a row of `events`."""
        return cls(**{name: row[name] for name in _COLUMNS})

    def columns(self) -> dict[str, Any]:
        """Give the values to insert or update."""
        return {name: getattr(self, name) for name in _COLUMNS}


_COLUMNS = tuple(field.name for field in fields(EventState))


def finished(
    change: EventFinished, origin: Origin, model_id: int | None, now_us: int
) -> EventState:
    """Make the first revision; `starts_epoch` is for the neighbours to say."""
    scored = change.scored
    return EventState(
        event_id=change.event_id,
        source_id=change.source_id,
        stretch_id=change.stretch_id,
        boot_id=origin.boot_id,
        phase="end" if scored.counted else "cancel",
        revision=1,
        label=scored.label,
        counted=bool(scored.counted),
        reason=scored.reason,
        onset_sample=int(change.onset_sample),
        offset_sample=int(change.offset_sample),
        onset_us=int(change.onset_us),
        offset_us=int(change.offset_us),
        **_score_columns(scored),
        gate_score=_share(change.gate_score) or 0.0,
        window=change.window,
        level_dbfs=_level(change.level_dbfs),
        snr_db=_level(change.snr_db),
        epoch_id=change.epoch_id,
        starts_epoch=False,
        epoch_told=0,
        model_id=model_id,
        timezone=origin.timezone,
        config_sha256=origin.config_sha256,
        recorded_us=now_us,
    )


def rescored(
    state: EventState,
    scored: Scored,
    *,
    reviewed: bool,
    origin: Origin,
    model_id: int | None,
    now_us: int,
) -> EventState:
    """Take a later score; what a person has said of label and count stands."""
    heard = {} if reviewed else _judgement(scored.label, scored.reason, counted=scored.counted)
    return replace(
        state,
        **_next_revision(state, now_us),
        **_score_columns(scored),
        **heard,
        model_id=model_id,
        config_sha256=origin.config_sha256,
    )


def reviewed(state: EventState, review: EventReviewed, now_us: int) -> EventState:
    """Take a person's word; UsageError for a relabel without a label."""
    if review.verdict == "relabel" and not review.label:
        raise UsageError(f"relabel of event {state.event_id}: name the new label")
    label = label_said(review.verdict, review.label)
    reason = None if label == COUGH else REVIEW_REASONS[review.verdict]
    judgement = _judgement(label, reason, counted=label == COUGH)
    return replace(state, **_next_revision(state, now_us), **judgement)


def says_no_more(before: EventState, after: EventState) -> bool:
    """Whether a revision tells nothing that the one before it has not told."""
    stamps = ("phase", "revision", "recorded_us", "config_sha256")
    return before == replace(after, **{name: getattr(before, name) for name in stamps})


def _next_revision(state: EventState, now_us: int) -> dict[str, Any]:
    return {"phase": "update", "revision": state.revision + 1, "recorded_us": now_us}


def _judgement(label: str, reason: str | None, *, counted: bool) -> dict[str, Any]:
    return {"label": label, "counted": bool(counted), "reason": None if counted else reason}


def _score_columns(scored: Scored) -> dict[str, Any]:
    # float() throughout: numpy's scalars would reach JSON and SQLite as something else.
    scores = {label: _share(score) or 0.0 for label, score in scored.scores.items()}
    return {
        "probability": _share(scored.probability),
        "scores": json.dumps(scores),
        "threshold": _share(scored.threshold) or 0.0,
        "scored_by": scored.scored_by,
        "probe": scored.probe.name if scored.probe else None,
        "probe_sha256": scored.probe.sha256 if scored.probe else None,
    }


def _share(value: float | None) -> float | None:
    """Keep a probability in 0..1, where rounding may have left it; NaN is none."""
    if value is None or math.isnan(value):
        return None
    return float(min(max(value, 0.0), 1.0))


def _level(level_db: float) -> float:
    """Keep a level finite: digital silence is minus infinity, which JSON cannot say."""
    if math.isnan(level_db):
        return -_LEVEL_LIMIT_DB
    return float(min(max(level_db, -_LEVEL_LIMIT_DB), _LEVEL_LIMIT_DB))
