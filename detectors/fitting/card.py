"""What a probe was fitted to and how good it is: for a person, and in its file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from ..evaluation.scoring.resampling import Measured
from ..ports import EmbedderIdentity
from .comparison import FEWEST_TO_TELL, Comparison
from .examples import describe

_TITLES = {
    "roc_auc": "ROC-AUC",
    "sensitivity": "sensitivity at the threshold",
    "specificity": "specificity at the threshold",
    "calibration_error": "calibration error (ECE, ten bins)",
    "brier": "Brier score",
}


@dataclass(frozen=True, slots=True)
class Card:
    """Everything that is told of a probe."""

    name: str
    embedder: EmbedderIdentity
    origin: str
    teacher: str | None
    counts: Mapping[str, int]
    taught: int
    """How many examples a teacher labelled."""
    groups: int
    folds: int
    strength: float
    fold_auc: Mapping[float, float]
    threshold: float
    scored: int
    """How many examples the scores are of."""
    scored_taught: int
    """How many of these a teacher labelled."""
    scores: Mapping[str, Measured]
    comparison: Comparison | None


def card_fields(card: Card) -> dict[str, object]:
    """As JSON can say it."""
    return {
        "embedder": asdict(card.embedder),
        "examples": dict(card.counts),
        "labelled_by_teacher": card.taught,
        "teacher": card.teacher,
        "origin": card.origin,
        "group_count": card.groups,
        "folds": card.folds,
        "C": card.strength,
        "mean_fold_roc_auc": {f"{strength:.6g}": auc for strength, auc in card.fold_auc.items()},
        "threshold": card.threshold,
        "scored_examples": card.scored,
        "scored_by_teacher": card.scored_taught,
        "scores": {name: measured_fields(one) for name, one in card.scores.items()},
        "comparison": None if card.comparison is None else comparison_fields(card.comparison),
    }


def measured_fields(measured: Measured) -> dict[str, object]:
    """A score and its interval."""
    interval = measured.interval
    return {"value": measured.value, "interval_95": None if interval is None else list(interval)}


def comparison_fields(comparison: Comparison) -> dict[str, object]:
    """A comparison as JSON can say it."""
    return {
        "against": comparison.against,
        "coughs": comparison.coughs,
        "others": comparison.others,
        "groups": comparison.groups,
        "groups_with_coughs": comparison.cough_groups,
        "groups_with_others": comparison.other_groups,
        "groups_it_was_fitted_to": comparison.seen_before,
        "roc_auc": {"new": comparison.new_auc, "in_force": comparison.old_auc},
        "gain": measured_fields(comparison.gain),
        "brier": {"new": comparison.new_brier, "in_force": comparison.old_brier},
        "brier_gain": measured_fields(comparison.brier_gain),
        "verdict": comparison.verdict,
        "wins": comparison.wins,
    }


def card_text(card: Card) -> str:
    """The card in Markdown."""
    counts = ", ".join(f"{count} {label}" for label, count in card.counts.items())
    lines = [
        f"# Probe {card.name}",
        "",
        f"- Embedder: {describe(card.embedder)}, sha256 `{card.embedder.sha256}`",
        f"- Fitted to: {card.origin}; {counts}; {card.groups} groups",
        *_teacher_lines(card),
        (
            "- Protocol: frozen embedding, logistic regression of cough against the rest (L2, "
            f"balanced classes), C = {card.strength:.3g} chosen of {len(card.fold_auc)} values by "
            f"mean ROC-AUC over {card.folds} folds of whole groups, fitted again to all; "
            "calibrated by Platt's method on held-out scores"
        ),
        f"- Threshold: {card.threshold:.2f}",
        "",
        f"## Scores on held-out groups ({card.scored} examples)",
        "",
        *score_lines(card.scores),
        "",
        *_comparison_lines(card.comparison),
        (
            "A probe knows the room, the people and the microphones that it was fitted to; of "
            "others these scores say nothing. It is no diagnosis."
        ),
    ]
    return "\n".join(lines) + "\n"


def score_lines(scores: Mapping[str, Measured]) -> list[str]:
    """A table of scores, and how they were taken."""
    return [
        (
            "Nested cross-validation: no group was judged by a fit, a strength, a calibration or "
            "a threshold that saw it. Intervals are of 95 %, over groups drawn again."
        ),
        "",
        "| score | value | 95 % interval |",
        "| --- | --- | --- |",
        *(
            f"| {_TITLES[name]} | {one.value:.3f} | {interval_text(one)} |"
            for name, one in scores.items()
        ),
    ]


def interval_text(measured: Measured) -> str:
    """`0.912 to 0.987`, or why there is none."""
    interval = measured.interval
    if interval is not None:
        return f"{interval[0]:.3f} to {interval[1]:.3f}"
    return "all draws agree" if measured.is_the_same_on_all_draws else "too few groups"


def verdict_text(comparison: Comparison) -> str:
    """What a comparison says of the new probe, as the end of a sentence."""
    against = comparison.against
    match comparison.verdict:
        case "better":
            return f"is better than {against} by more than chance may bring"
        case "within_chance":
            by = "Brier score" if comparison.by_brier else "ROC-AUC"
            return (
                f"did better than {against} by no more than chance may bring: the interval of its "
                f"gain in {by} holds 0"
            )
        case "too_few_groups":
            return (
                f"did better than {against}, but on {comparison.cough_groups} groups with coughs "
                f"and {comparison.other_groups} with other sounds: that may be chance where there "
                f"are fewer than {FEWEST_TO_TELL} of each"
            )
        case "not_better":
            return f"is not better than {against}"
        case "labels_of_a_teacher":
            return (
                f"was compared with {against} by a teacher's labels, which do not say which of the "
                "two knows coughs better"
            )


def _teacher_lines(card: Card) -> list[str]:
    if card.teacher is None:
        return []
    lines = [
        (
            f"- TEACHER: {card.taught} of these labels were said by {card.teacher}, not by a "
            "person; the probe learns its mistakes too"
        )
    ]
    if card.scored_taught:
        lines.append(
            f"- The scores below are of {card.scored_taught} labels of that teacher: they say how "
            "well it is imitated, not how well coughs are recognised"
        )
    return lines


def _comparison_lines(comparison: Comparison | None) -> list[str]:
    if comparison is None:
        return ["No other probe judges this embedder's embeddings, so there was none to beat.", ""]
    favoured = (
        f" {comparison.against} was fitted to {comparison.seen_before} of these groups, which "
        "favours it."
        if comparison.seen_before
        else ""
    )
    return [
        (
            f"Against {comparison.against} on the same {comparison.coughs} coughs and "
            f"{comparison.others} other sounds of {comparison.groups} groups: ROC-AUC "
            f"{comparison.new_auc:.3f} against {comparison.old_auc:.3f}, a gain of "
            f"{comparison.gain.value:+.3f} ({interval_text(comparison.gain)}); Brier score "
            f"{comparison.new_brier:.3f} against {comparison.old_brier:.3f}, a gain of "
            f"{comparison.brier_gain.value:+.3f} ({interval_text(comparison.brier_gain)})."
            f"{favoured} So the new one {verdict_text(comparison)}."
        ),
        "",
    ]
