"""Changes as JSON, `coughd.handed_in/1`: what may be handed to a daemon, and nothing else."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ...config.as_text import in_one_line
from ...config.errors import InputError
from ...detectors.ports import EMBEDDING_SIZE, LABELS, EmbedderIdentity, ProbeIdentity
from ...detectors.said import share_of
from ...storage.records import EmbeddingKept, EventRescored, EventReviewed, Scored

SCHEMA = "coughd.handed_in/1"
MOST_CHANGES = 200
"""In one document."""
_LONGEST_WHY = 200
_LATEST_US = 10**17
"""Some three thousand years from now: farther, no calendar has a date."""
HandedIn: TypeAlias = EventReviewed | EmbeddingKept | EventRescored


def encode(changes: Sequence[HandedIn]) -> bytes:
    """Write a document; ValueError for more changes than one may hold."""
    if len(changes) > MOST_CHANGES:
        raise ValueError(f"{len(changes)} changes are more than {MOST_CHANGES}")
    document = {"schema": SCHEMA, "changes": [_plain(change) for change in changes]}
    return json.dumps(document, allow_nan=False).encode()


def decode(content: bytes) -> list[HandedIn]:
    """Read a document; InputError where anything in it is not as `encode` writes it."""
    try:
        document = json.loads(content)
        changes = document["changes"]
        if document["schema"] != SCHEMA or len(changes) > MOST_CHANGES:
            raise ValueError("another schema, or too long")  # noqa: TRY301 - one way out
        return [_READERS[change["kind"]](change) for change in changes]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as exc:
        # Not as it represents itself: a fault of decoding has the document in it.
        why = in_one_line(f"{type(exc).__name__}: {exc}"[:_LONGEST_WHY])
        raise InputError(f"is not {SCHEMA}: {why}") from exc


def _plain(change: HandedIn) -> dict[str, object]:
    match change:
        case EventReviewed():
            return {"kind": "review", **asdict(change)}
        case EmbeddingKept(event_id, embedder, embedding):
            return {
                "kind": "embedding",
                "event_id": event_id,
                "embedder": asdict(embedder),
                "embedding": _vector_text(embedding),
            }
        case EventRescored(event_id, scored):
            return {"kind": "score", "event_id": event_id, **_plain_score(scored)}


def _plain_score(scored: Scored) -> dict[str, object]:
    return {
        "label": scored.label,
        "counted": scored.counted,
        "reason": scored.reason,
        "probability": scored.probability,
        "scores": dict(scored.scores),
        "threshold": scored.threshold,
        "scored_by": scored.scored_by,
        "probe": asdict(scored.probe) if scored.probe else None,
        "embedder": asdict(scored.embedder) if scored.embedder else None,
        "embedding": None if scored.embedding is None else _vector_text(scored.embedding),
    }


def _review(fields: Mapping[str, Any]) -> EventReviewed:
    verdict = _one_of(fields["verdict"], ("confirm", "reject", "relabel"))
    label = fields["label"]
    return EventReviewed(
        event_id=_text(fields["event_id"]),
        verdict=verdict,
        label=_one_of(label, LABELS) if verdict == "relabel" else None,
        reviewer=_text(fields["reviewer"]),
        note=_text(fields["note"]),
        utc_us=_time_us(fields["utc_us"]),
    )


def _embedding(fields: Mapping[str, Any]) -> EmbeddingKept:
    return EmbeddingKept(
        _text(fields["event_id"]), _embedder(fields["embedder"]), _vector(fields["embedding"])
    )


def _score(fields: Mapping[str, Any]) -> EventRescored:
    vector = fields["embedding"]
    counted = fields["counted"]
    if not isinstance(counted, bool):
        raise TypeError("counted")
    scored = Scored(
        label=_one_of(fields["label"], LABELS),
        counted=counted,
        reason=None if fields["reason"] is None else _text(fields["reason"]),
        probability=share_of(fields["probability"]),
        scores={_one_of(name, LABELS): share_of(p) for name, p in fields["scores"].items()},
        threshold=share_of(fields["threshold"]),
        scored_by=_one_of(fields["scored_by"], ("open", "hear", "remote")),
        probe=ProbeIdentity(**_texts(fields["probe"], ProbeIdentity.__slots__)),
        embedder=_embedder(fields["embedder"]),
        embedding=None if vector is None else _vector(vector),
    )
    return EventRescored(_text(fields["event_id"]), scored)


def _embedder(fields: Mapping[str, Any]) -> EmbedderIdentity:
    return EmbedderIdentity(**_texts(fields, EmbedderIdentity.__slots__))


def _texts(fields: Mapping[str, Any], names: Sequence[str]) -> dict[str, str]:
    return {name: _text(fields[name]) for name in names}


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r:.40} is no text")
    # No store takes half a character, nor PostgreSQL a NUL, and what one refuses would come again.
    value.encode()
    if "\0" in value:
        raise ValueError("a text with a character that cannot be stored")
    return value


def _time_us(value: object) -> int:
    if type(value) is not int:
        raise TypeError(f"{value!r:.40} is no whole number")
    if not 0 <= value < _LATEST_US:
        raise ValueError(f"{value!r:.40} is no time")
    return value


def _one_of(value: object, choices: Sequence[str]) -> Any:  # noqa: ANN401 - a Literal of the caller
    if value not in choices:
        raise ValueError(f"{value!r:.40} is not one of {', '.join(choices)}")
    return value


def _vector_text(vector: NDArray[np.float32]) -> str:
    return base64.b64encode(np.ascontiguousarray(vector, "<f4").tobytes()).decode()


def _vector(text: object) -> NDArray[np.float32]:
    try:
        content = base64.b64decode(_text(text), validate=True)
    except binascii.Error as exc:
        raise ValueError("an embedding that is not base64") from exc
    vector = np.frombuffer(content, "<f4").astype(np.float32)
    if vector.shape != (EMBEDDING_SIZE,) or not np.isfinite(vector).all():
        raise ValueError(f"an embedding of shape {vector.shape}, or one that is not finite")
    return vector


_READERS: Mapping[str, Callable[[Mapping[str, Any]], HandedIn]] = {
    "review": _review,
    "embedding": _embedding,
    "score": _score,
}
