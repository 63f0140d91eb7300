"""Which weights, runtime and device stand behind a score or an embedding."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, bindparam, insert, select, update

from ..detectors.ports import EmbedderIdentity
from .schema import embeddings, models

_IDENTITY = ("name", "sha256", "runtime", "device", "precision", "batch_policy")
_FIND = select(models.c.model_id).where(
    *(models.c[name] == bindparam(f"its_{name}") for name in _IDENTITY)
)
_INSERT = insert(models).returning(models.c.model_id)
_NAME = select(models.c.name).where(models.c.model_id == bindparam("model"))
_REPLACE = (
    update(embeddings)
    .where(embeddings.c.event_id == bindparam("event"), embeddings.c.model_id == bindparam("model"))
    .values(vector=bindparam("bytes"))
)


def model_id_of(connection: Connection, identity: EmbedderIdentity | None) -> int | None:
    """Find an embedder's row, or write it."""
    if identity is None:
        return None
    wanted = {f"its_{name}": getattr(identity, name) for name in _IDENTITY}
    found = connection.execute(_FIND, wanted).scalar()
    if found is None:
        found = connection.execute(_INSERT, asdict(identity)).scalar_one()
    return int(found)


def model_name(connection: Connection, model_id: int | None) -> str | None:
    """Give an embedder's `name@revision` by its row."""
    if model_id is None:
        return None
    return connection.execute(_NAME, {"model": model_id}).scalar()


def keep_embedding(
    connection: Connection, event_id: str, model_id: int, embedding: NDArray[np.float32]
) -> None:
    """Store a vector [shape=(512,)] for an event, in place of an earlier one of the model."""
    vector = np.ascontiguousarray(embedding, dtype="<f4").tobytes()
    replaced = connection.execute(_REPLACE, {"event": event_id, "model": model_id, "bytes": vector})
    if replaced.rowcount == 0:
        connection.execute(
            insert(embeddings), {"event_id": event_id, "model_id": model_id, "vector": vector}
        )
