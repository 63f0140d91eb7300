"""The small file that a fitted probe lives in: writing it, and what its fields mean."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, fields

from .context import ContextWeights
from .ports import EMBEDDING_SIZE, LABELS, EmbedderIdentity
from .probe_numbers import MOST, array, number
from .probe_weights import ProbeWeights

PROBE_FORMAT = "coughd.probe/1"
SOFTMAX = "softmax"
ONE_AGAINST_REST = "one_against_rest"
"""What the log-odds of a cough are; a file without `method` means the softmax."""


def probe_document(
    name: str,
    weights: ProbeWeights,
    embedder: EmbedderIdentity,
    threshold: float,
    card: Mapping[str, object],
) -> bytes:
    """The bytes of a probe file; every number whole, so that a reader judges as we do here."""
    document = {
        "format": PROBE_FORMAT,
        "name": name,
        "embedder": asdict(embedder),
        "labels": list(LABELS),
        "threshold": threshold,
        "method": ONE_AGAINST_REST if weights.one_against_rest else SOFTMAX,
        "calibration": {"slope": weights.cough_slope, "offset": weights.cough_offset},
        **context_field(weights),
        "card": dict(card),
        "mean": weights.mean.tolist(),
        "scale": weights.scale.tolist(),
        "intercepts": weights.intercepts.tolist(),
        "coefficients": weights.coefficients.tolist(),
    }
    return (json.dumps(document, allow_nan=False) + "\n").encode()


def context_field(weights: ProbeWeights) -> dict[str, object]:
    """What the file says of the context; nothing, where the embedding alone decides."""
    return {} if weights.context is None else {"context": asdict(weights.context)}


def weights_in(document: Mapping[str, object]) -> ProbeWeights:
    """What a probe file says; KeyError, TypeError, ValueError, OverflowError where it cannot be."""
    if document["labels"] != list(LABELS):
        raise ValueError(f"labels {document['labels']!r}")
    calibration = document["calibration"]
    if not isinstance(calibration, dict):
        raise TypeError("calibration, wanted an object")
    return ProbeWeights(
        mean=array(document, "mean", (EMBEDDING_SIZE,)),
        scale=array(document, "scale", (EMBEDDING_SIZE,), least=1.0 / MOST),
        coefficients=array(document, "coefficients", (len(LABELS), EMBEDDING_SIZE)),
        intercepts=array(document, "intercepts", (len(LABELS),)),
        cough_slope=number("slope", calibration["slope"]),
        cough_offset=number("offset", calibration["offset"]),
        one_against_rest=_one_against_rest(document.get("method", SOFTMAX)),
        context=_context(document.get("context")),
    )


def _context(weights: object) -> ContextWeights | None:
    if weights is None:
        return None
    if not isinstance(weights, dict):
        raise TypeError("context, wanted an object")
    names = [one.name for one in fields(ContextWeights)]
    if set(weights) != set(names):
        raise ValueError(f"context, wanted {', '.join(names)}")
    return ContextWeights(**{name: number(name, weight) for name, weight in weights.items()})


def _one_against_rest(method: object) -> bool:
    if method not in (SOFTMAX, ONE_AGAINST_REST):
        raise ValueError(f"method {method!r}")
    return method == ONE_AGAINST_REST
