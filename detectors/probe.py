"""The calibrated linear classifier on embeddings, and the small file it lives in."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..config.errors import ModelError
from .context import ContextWeights
from .log_odds import probability_of
from .ports import EMBEDDING_SIZE, LABELS, Context, EmbedderIdentity, ProbeIdentity, Verdict
from .probe_numbers import MOST, Vector, array, number, threshold_of
from .runtime import models_folder, read_model_file, sha256_of

PROBE_FORMAT = "coughd.probe/1"
SOFTMAX = "softmax"
ONE_AGAINST_REST = "one_against_rest"
"""What the log-odds of a cough are; a file without `method` means the softmax."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ProbeWeights:
    """Everything needed to judge; arrays are never written to."""

    mean: Vector
    """[shape=(512,)], taken off the embedding."""
    scale: Vector
    """[shape=(512,)], the centred embedding is divided by it."""
    coefficients: Vector
    """[shape=(8, 512)], in the order of LABELS."""
    intercepts: Vector
    """[shape=(8,)]"""
    cough_slope: float
    """Calibration of the cough log-odds: slope * log-odds + offset."""
    cough_offset: float
    one_against_rest: bool = False
    """Whether the cough's logit is its log-odds by itself; else it is one of the softmax."""
    context: ContextWeights | None = None
    """None: every embedding is judged by itself."""


def judge(
    weights: ProbeWeights, embedding: NDArray[np.float32], context: Context | None = None
) -> Verdict:
    """Score one embedding; pure.

    The cough's log-odds are calibrated, moved by its context and become its probability; the other
    labels share what is left by their softmax.
    """
    centred = (embedding.astype(np.float64) - weights.mean) / weights.scale
    logits = weights.coefficients @ centred + weights.intercepts
    cough_index = LABELS.index("cough")
    rest = np.delete(logits, cough_index)
    highest = float(rest.max())
    shares = np.exp(rest - highest)
    rest_log_sum = highest + float(np.log(shares.sum()))
    log_odds = float(logits[cough_index]) - (0.0 if weights.one_against_rest else rest_log_sum)
    calibrated = weights.cough_slope * log_odds + weights.cough_offset
    if weights.context is not None and context is not None:
        calibrated = weights.context.log_odds(calibrated, context)
    probability = probability_of(calibrated)
    scores = {"cough": probability}
    others = [label for label in LABELS if label != "cough"]
    for label, share in zip(others, shares / shares.sum(), strict=True):
        scores[label] = (1.0 - probability) * float(share)
    return Verdict(probability=probability, scores=scores)


def probe_beside(models_dir: Path | None) -> Path:
    """The file of the open embedder's probe, shipped or in another folder; ConfigError."""
    return models_folder(models_dir) / "probe-open.json"


class LinearProbe:
    """One probe, bound to the embedder whose embeddings it was fitted on."""

    def __init__(
        self,
        identity: ProbeIdentity,
        threshold: float,
        weights: ProbeWeights,
        gate_sha256: str | None = None,
    ) -> None:
        self._identity = identity
        self._threshold = threshold
        self._weights = weights
        self.gate_sha256 = gate_sha256
        """Of the gate whose scores its context was fitted to; None: it does not say."""

    @classmethod
    def beside(cls, models_dir: Path | None, embedder: EmbedderIdentity) -> LinearProbe:
        """The probe that comes with the shipped networks, or those of a folder; ModelError.

        It is refused beside a gate other than that whose scores its context was fitted to.
        """
        path = probe_beside(models_dir)
        probe = cls.load(path, embedder)
        gate = path.with_name("gate.onnx")
        if probe.gate_sha256 not in (None, sha256_of(read_model_file(gate))):
            raise ModelError(
                f"{path} was fitted beside another gate than {gate}. Use the gate that belongs to "
                "it, or retrain."
            )
        return probe

    @classmethod
    def load(cls, path: Path, embedder: EmbedderIdentity) -> LinearProbe:
        """Read a probe file; ModelError if it is broken or belongs to another embedder."""
        content = read_model_file(path)
        document = _document(path, content)
        probe = cls._of(path, content, document, embedder.name, embedder.sha256)
        _warn_of_other_runs(path, document["embedder"], embedder)
        return probe

    @classmethod
    def load_for_weights(cls, path: Path, name: str, sha256: str) -> LinearProbe:
        """The same where it is not known yet how the embedder `name` will run; ModelError."""
        content = read_model_file(path)
        return cls._of(path, content, _document(path, content), name, sha256)

    @classmethod
    def _of(
        cls, path: Path, content: bytes, document: dict[str, Any], embedder: str, sha256: str
    ) -> LinearProbe:
        try:
            belongs_to = document["embedder"]["sha256"]
            its_name = str(document["embedder"]["name"])
            name = str(document["name"])
            threshold = threshold_of(document["threshold"])
            weights = _weights(document)
            gate = document.get("gate")
            gate_sha256 = None if gate is None else str(gate["sha256"])
        except (KeyError, TypeError, ValueError, OverflowError) as exc:
            why = f"{exc} is missing" if isinstance(exc, KeyError) else str(exc)
            raise ModelError(f"{path} is damaged: {why}. Restore or retrain the probe.") from exc
        if belongs_to != sha256:
            raise ModelError(
                f"{path} was fitted on the embedder {its_name}, but {embedder} is in use. "
                "Use the probe that belongs to it, or retrain."
            )
        identity = ProbeIdentity(name=name, sha256=sha256_of(content), embedder=embedder)
        return cls(identity, threshold, weights, gate_sha256)

    @property
    def identity(self) -> ProbeIdentity:
        """Which probe this is."""
        return self._identity

    @property
    def threshold(self) -> float:
        """The shipped operating point."""
        return self._threshold

    @property
    def context(self) -> ContextWeights | None:
        """How it weighs what is known beside the embedding."""
        return self._weights.context

    def judge(self, embedding: NDArray[np.float32], context: Context | None = None) -> Verdict:
        """Score one embedding [shape=(512,)], by itself where no context is known."""
        return judge(self._weights, embedding, context)


def _document(path: Path, content: bytes) -> dict[str, Any]:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as exc:
        raise ModelError(f"{path} is not JSON: {exc}. Restore or retrain the probe.") from exc
    if not isinstance(document, dict) or document.get("format") != PROBE_FORMAT:
        raise ModelError(f"{path} is not a probe of format {PROBE_FORMAT}. Retrain it.")
    return document


def _warn_of_other_runs(
    path: Path, fitted_on: Mapping[str, object], running: EmbedderIdentity
) -> None:
    """The same weights run otherwise give almost the same numbers, but it should be known."""
    changed = [
        f"{name} was {fitted_on[name]}, is {getattr(running, name)}"
        for name in ("runtime", "device", "precision", "batch_policy")
        if fitted_on.get(name, getattr(running, name)) != getattr(running, name)
    ]
    if changed:
        _log.warning("%s was fitted on embeddings made otherwise: %s", path, "; ".join(changed))


def _weights(document: Mapping[str, object]) -> ProbeWeights:
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
