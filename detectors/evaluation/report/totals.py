"""How much was annotated, and how each recording was counted, for the report. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ..scoring.agreement import HOUR_S
from ..scoring.outcome import Outcome
from ..sounds import Truth
from .numbers import Json, rounded


def totals(truths: Sequence[Truth], silent_s: float) -> Json:
    """Over all recordings, of which so much was digital silence."""
    labels = Counter(sound.label for truth in truths for sound in truth.others)
    return {
        "recordings": len(truths),
        "hours": rounded(sum(truth.duration_s for truth in truths) / HOUR_S),
        "silent_hours": rounded(silent_s / HOUR_S),
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
        "other_sounds": len(truth.others),
        **counts([outcome]),
    }


def _unsure(truth: Truth) -> int:
    return len(truth.coughs) - len(truth.sure)
