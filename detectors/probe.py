"""A probe: the classifier of a file, bound to the embedder whose embeddings it was fitted on."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..config.errors import ModelError
from .context import ContextWeights
from .ports import Context, EmbedderIdentity, ProbeIdentity, Verdict
from .probe_file import PROBE_FORMAT, weights_in
from .probe_numbers import threshold_of
from .probe_weights import ProbeWeights, judge
from .runtime import models_folder, read_model_file, sha256_of

_log = logging.getLogger(__name__)


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
            weights = weights_in(document)
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
