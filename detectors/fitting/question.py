"""From answered examples to a probe of a further question, with its card."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..evaluation.scoring.resampling import Measured
from ..ports import LABELS
from ..question_probe import AnswerWeights, QuestionProbe
from .card import measured_fields, score_lines
from .examples import COUGH, Examples, Sides, describe
from .protocol import Fitted, fit
from .scores import HeldOut, score

_EVEN = 0.5
"""No answer is dearer than the other, as far as anybody can know here."""
_NO = LABELS.index("other")


@dataclass(frozen=True, slots=True)
class Learnt:
    """A fitted question, not kept yet."""

    document: bytes
    card: str
    """Markdown."""
    fields: Mapping[str, object]
    """The card as it stands in the file."""


def answered(examples: Examples, question: str, *, yes: NDArray[np.bool_]) -> Examples:
    """The examples, told apart by their answers [shape=(n,)].

    The protocol tells coughs from the rest: here `cough` stands for yes and `other` for no.
    """
    return replace(
        examples,
        labels=np.where(yes, COUGH, _NO).astype(np.intp),
        sides=Sides(f"sounds with {question} yes", f"sounds with {question} no"),
    )


def learn(
    name: str,
    question: str,
    examples: Examples,
    origin: str,
    progress: Callable[[int, int], None],
) -> Learnt:
    """Fit and score by the protocol of probes; InputError where the examples are too few.

    Parameters
    ----------
    examples
        As `answered` gives them.
    origin
        Where they come from, in words.
    """
    fitted = fit(examples, progress)
    held_out = HeldOut.of(examples, fitted.held_out, np.ones(len(examples.groups), dtype=np.bool_))
    scores = score(held_out, np.full(len(held_out.rows), _EVEN))
    fields = _fields(question, examples, origin, fitted, scores)
    probe = QuestionProbe(name, question, examples.embedder, _weights(fitted))
    text = _text(name, question, examples, origin, fitted, scores)
    return Learnt(probe.document(fields), text, fields)


def _weights(fitted: Fitted) -> AnswerWeights:
    weights = fitted.weights
    return AnswerWeights(
        mean=weights.mean,
        scale=float(weights.scale[0]),
        coefficients=weights.coefficients[COUGH],
        intercept=float(weights.intercepts[COUGH]),
        slope=weights.cough_slope,
        offset=weights.cough_offset,
    )


def _fields(
    question: str,
    examples: Examples,
    origin: str,
    fitted: Fitted,
    scores: Mapping[str, Measured],
) -> dict[str, object]:
    return {
        "question": question,
        "embedder": asdict(examples.embedder),
        "yes": int(examples.coughs.sum()),
        "no": int((~examples.coughs).sum()),
        "origin": origin,
        "group_count": len(np.unique(examples.group_numbers)),
        "folds": int(fitted.fold_of.max()) + 1,
        "C": fitted.strength,
        "mean_fold_roc_auc": {f"{value:.6g}": auc for value, auc in fitted.fold_auc.items()},
        "scores": {name: measured_fields(one) for name, one in scores.items()},
    }


def _text(
    name: str,
    question: str,
    examples: Examples,
    origin: str,
    fitted: Fitted,
    scores: Mapping[str, Measured],
) -> str:
    yes = int(examples.coughs.sum())
    lines = [
        f"# Question {question}: {name}",
        "",
        f"- Embedder: {describe(examples.embedder)}, sha256 `{examples.embedder.sha256}`",
        (
            f"- Fitted to: {origin}; {yes} yes, {len(examples.groups) - yes} no; "
            f"{len(np.unique(examples.group_numbers))} groups"
        ),
        (
            "- Protocol: frozen embedding, logistic regression of yes against no (L2, balanced "
            f"classes), C = {fitted.strength:.3g} chosen of {len(fitted.fold_auc)} values by mean "
            f"ROC-AUC over {int(fitted.fold_of.max()) + 1} folds of whole groups, fitted again to "
            "all; calibrated by Platt's method on held-out scores, to the share of yes above"
        ),
        f"- Threshold of the scores: {_EVEN}",
        "",
        f"## Scores on held-out groups ({len(examples.groups)} examples)",
        "",
        *score_lines(scores),
        "",
        (
            "It knows the people, the rooms and the microphones that it was fitted to; of others "
            "these scores say nothing. It is no diagnosis."
        ),
    ]
    return "\n".join(lines) + "\n"
