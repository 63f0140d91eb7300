"""Why a trigger was counted or not, in the words of all commands."""

from __future__ import annotations

from collections.abc import Mapping

_OTHERS = 2


def why(
    *,
    reason: str | None,
    probability: float | None,
    threshold: float | None,
    gate_score: float | None,
    scores: Mapping[str, float],
    window: str | None,
) -> str:
    """Give the score that decided, beside the threshold, then what it resembled, then the gate.

    Where no embedder could judge, the gate's score decided. What is unknown is left out.
    """
    decided = gate_score if probability is None else probability
    sign = ">=" if reason is None else "<"
    if decided is not None and threshold is not None and (decided >= threshold) != (reason is None):
        sign = "against"  # a review, or something else than the score, decided
    cells = [] if decided is None else [f"{decided:.3f}"]
    if cells and threshold is not None:
        cells = [f"{cells[0]} {sign} {threshold:.3f}"]
    others = sorted((score, label) for label, score in scores.items() if label != "cough")
    likely = [f"{label} {score:.3f}" for score, label in reversed(others[-_OTHERS:])]
    if likely:
        cells.append(", ".join(likely))
    if probability is None:
        cells.append(f"by the gate alone, window {window}" if window else "by the gate alone")
    elif gate_score is not None:
        cells.append(f"gate {gate_score:.3f}")
    return "; ".join(cells)


def why_not(
    *,
    reason: str,
    probability: float | None,
    threshold: float | None,
    gate_score: float | None,
    scores: Mapping[str, float],
    window: str | None,
) -> str:
    """The reason as it is stored, with `why` in brackets."""
    told = why(
        reason=reason,
        probability=probability,
        threshold=threshold,
        gate_score=gate_score,
        scores=scores,
        window=window,
    )
    return f"{reason} ({told})" if told else reason
