"""A probe that answers a further question about a cough, such as whether it was wet."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..config.errors import ModelError
from .ports import EMBEDDING_SIZE, EmbedderIdentity
from .probe_numbers import MOST, Vector, array, number
from .runtime import read_model_file, sha256_of

QUESTION_FORMAT = "coughd.question/1"
_LONGEST_TEXT = 1000


@dataclass(frozen=True, slots=True, eq=False)
class AnswerWeights:
    """A calibrated plane through the embeddings; arrays are never written to."""

    mean: Vector
    """[shape=(512,)], taken off the embedding."""
    scale: float
    """The centred embedding is divided by it."""
    coefficients: Vector
    """[shape=(512,)]"""
    intercept: float
    slope: float
    """Calibration of the log-odds: slope * log-odds + offset."""
    offset: float

    def answers(self, embeddings: NDArray[np.float32]) -> Vector:
        """P(yes) of each embedding [shape=(n, 512) to (n,)]."""
        centred = (embeddings.astype(np.float64) - self.mean) / self.scale
        log_odds = self.slope * (centred @ self.coefficients + self.intercept) + self.offset
        return np.asarray(0.5 + 0.5 * np.tanh(0.5 * log_odds))


@dataclass(frozen=True, slots=True, eq=False)
class QuestionProbe:
    """One such probe, bound to the embedder whose embeddings it was fitted on."""

    name: str
    """Such as `wet-open-0001`."""
    question: str
    embedder: EmbedderIdentity
    weights: AnswerWeights
    sha256: str = ""
    """Of its file; empty until it has one."""

    @classmethod
    def load(cls, path: Path) -> QuestionProbe:
        """Read a file; ModelError where it is none, or is damaged."""
        content = read_model_file(path)
        try:
            document = json.loads(content)
        except (ValueError, RecursionError) as exc:
            raise ModelError(f"{path} is not JSON: {exc}. Restore or fit it again.") from exc
        if not isinstance(document, dict) or document.get("format") != QUESTION_FORMAT:
            raise ModelError(
                f"{path} is not of format {QUESTION_FORMAT}; name what `coughd questions learn` "
                "made."
            )
        try:
            fields = document["embedder"]
            return cls(
                name=_text("name", document["name"]),
                question=_text("question", document["question"]),
                embedder=EmbedderIdentity(
                    **{key: _text(key, fields[key]) for key in EmbedderIdentity.__slots__}
                ),
                weights=_weights_in(document),
                sha256=sha256_of(content),
            )
        except (KeyError, TypeError, ValueError, OverflowError) as exc:
            why = f"{exc} is missing" if isinstance(exc, KeyError) else str(exc)
            raise ModelError(f"{path} is damaged: {why}. Restore or fit it again.") from exc

    def document(self, card: Mapping[str, object]) -> bytes:
        """The bytes of its file; every number whole, so that a reader answers as we do here."""
        weights = self.weights
        document = {
            "format": QUESTION_FORMAT,
            "name": self.name,
            "question": self.question,
            "embedder": asdict(self.embedder),
            "calibration": {"slope": weights.slope, "offset": weights.offset},
            "card": dict(card),
            "mean": weights.mean.tolist(),
            "scale": weights.scale,
            "intercept": weights.intercept,
            "coefficients": weights.coefficients.tolist(),
        }
        return (json.dumps(document, allow_nan=False) + "\n").encode()


def _text(name: str, value: object) -> str:
    """What is shown to people and asked of the store."""
    if not isinstance(value, str) or not value.isprintable() or len(value) > _LONGEST_TEXT:
        raise ValueError(f"{name}, wanted a line of text")
    return value


def _weights_in(document: Mapping[str, object]) -> AnswerWeights:
    calibration = document["calibration"]
    if not isinstance(calibration, dict):
        raise TypeError("calibration, wanted an object")
    scale = number("scale", document["scale"])
    if scale < 1.0 / MOST:
        raise ValueError(f"scale {scale:g}, wanted more than 0")
    return AnswerWeights(
        mean=array(document, "mean", (EMBEDDING_SIZE,)),
        scale=scale,
        coefficients=array(document, "coefficients", (EMBEDDING_SIZE,)),
        intercept=number("intercept", document["intercept"]),
        slope=number("slope", calibration["slope"]),
        offset=number("offset", calibration["offset"]),
    )
