"""What was counted though it was no cough, and what was missed, for the report. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ..scoring.outcome import FalseAlarm, Miss, Outcome
from ..scoring.scores import hours_of
from ..sounds import UNKNOWN, Truth
from .numbers import Json, rounded


def false_alarms(outcomes: Sequence[Outcome]) -> Json:
    """By what they were, and one by one."""
    alarms = [(outcome, alarm) for outcome in outcomes for alarm in outcome.false_alarms]
    hours = hours_of(outcomes)
    annotated = Counter(
        sound.label
        for outcome in outcomes
        for sound in (*outcome.truth.others, *outcome.truth.coughs)
    )
    by_label: dict[str, dict[str, int]] = {}
    for _, alarm in alarms:
        seen_as = by_label.setdefault(alarm.label, {})
        other = alarm.claim.likeliest_other
        seen_as[other] = seen_as.get(other, 0) + 1
    return {
        "by_label": [
            {
                "label": label,
                "count": sum(seen_as.values()),
                "per_hour": rounded(sum(seen_as.values()) / hours) if hours else None,
                "annotated": annotated[label],
                "likeliest_other": dict(sorted(seen_as.items(), key=lambda item: -item[1])),
            }
            for label, seen_as in sorted(by_label.items(), key=lambda item: -sum(item[1].values()))
        ],
        "list": [_alarm(outcome.truth, alarm) for outcome, alarm in alarms],
    }


def _alarm(truth: Truth, alarm: FalseAlarm) -> Json:
    claim = alarm.claim
    return {
        "file": truth.name,
        "onset_s": rounded(claim.onset_s),
        "offset_s": rounded(claim.offset_s),
        "probability": rounded(claim.probability),
        "gate_score": rounded(claim.gate_score),
        "label": alarm.label,
        "likeliest_other": claim.likeliest_other,
        "source": alarm.sound.source if alarm.sound else UNKNOWN,
        "background": truth.background(claim.onset_s),
    }


def misses(outcomes: Sequence[Outcome], stages: Sequence[str]) -> Json:
    """By the stage that lost them, and one by one."""
    missed = [(outcome.truth, miss) for outcome in outcomes for miss in outcome.misses]
    lost_at = [miss.stage for _, miss in missed]
    return {
        "by_stage": {stage: lost_at.count(stage) for stage in stages},
        "list": [_miss(truth, miss) for truth, miss in missed],
    }


def _miss(truth: Truth, miss: Miss) -> Json:
    refused = miss.refused
    return {
        "file": truth.name,
        "onset_s": rounded(miss.cough.onset_s),
        "offset_s": rounded(miss.cough.offset_s),
        "snr_db": rounded(miss.cough.snr_db),
        "source": miss.cough.source,
        "background": truth.background(miss.cough.onset_s),
        "stage": miss.stage,
        "probability": refused and rounded(refused.probability),
        "gate_score": refused and rounded(refused.gate_score),
        "refused_as": refused and refused.likeliest_other,
    }
