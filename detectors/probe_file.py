"""Writing the small file that a fitted probe lives in; `probe.LinearProbe` reads it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict

from .ports import LABELS, EmbedderIdentity
from .probe import ONE_AGAINST_REST, PROBE_FORMAT, SOFTMAX, ProbeWeights


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
