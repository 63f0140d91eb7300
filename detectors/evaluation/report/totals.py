"""How much was annotated, and how each recording was counted, for the report. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ..scoring.agreement import HOUR_S
from ..scoring.outcome import Outcome
from ..sounds import COUGH, Sound, Truth
from .numbers import Json, rounded


def other_sounds(truth: Truth) -> list[Sound]:
    """What was marked besides coughs.

    A bout beside a table of its single coughs is marked twice, and so is not among these.
    """
    return [sound for sound in truth.sounds if sound.label != COUGH]


def totals(truths: Sequence[Truth]) -> Json:
    """Over all recordings."""
    labels = Counter(sound.label for truth in truths for sound in other_sounds(truth))
    return {
        "recordings": len(truths),
        "hours": rounded(sum(truth.duration_s for truth in truths) / HOUR_S),
        "coughs": sum(len(truth.sure) for truth in truths),
        "unsure_coughs": sum(_unsure(truth) for truth in truths),
        "other_sounds": labels.total(),
        "other_sounds_by_label": dict(labels.most_common()),
    }


def counts(outcomes: Sequence[Outcome]) -> Json:
    """Of one system, over all recordings."""
    return {
        "hits": sum(len(outcome.hits) for outcome in outcomes),
        "misses": sum(len(outcome.misses) for outcome in outcomes),
        "false_alarms": sum(len(outcome.false_alarms) for outcome in outcomes),
        "undecided": sum(len(outcome.undecided) for outcome in outcomes),
    }


def recording(outcome: Outcome) -> Json:
    """One recording."""
    truth = outcome.truth
    return {
        "file": truth.name,
        "duration_s": rounded(truth.duration_s),
        "subject": truth.subject,
        "coughs": len(truth.sure),
        "unsure_coughs": _unsure(truth),
        "other_sounds": len(other_sounds(truth)),
        **counts([outcome]),
    }


def _unsure(truth: Truth) -> int:
    return len(truth.coughs) - len(truth.sure)
