"""What was heard as material to learn from: the questions of `label`, `train` and `embed`."""

from __future__ import annotations

from collections.abc import Sequence

from ..detectors.ports import EmbedderIdentity
from .reading.event_reading import read_ids_ending
from .reading.labelled_reading import (
    KnownEmbedder,
    StoredEmbedding,
    read_embedders,
    read_embeddings,
)
from .reading.places_reading import EventPlace, read_places
from .reading.readable import ReadableStore


class Material(ReadableStore):
    """Where single events lie, their embeddings, and what persons said of them.

    Every method raises StorageError where the store cannot be read.
    """

    def ids_ending(self, ending: str) -> list[str]:
        """Give the ids of all events that end in this text."""
        with self.reading() as connection:
            return read_ids_ending(connection, ending)

    def embedders(self, kind: str) -> list[KnownEmbedder]:
        """Give every embedder of a kind of which embeddings are stored, the oldest first."""
        with self.reading() as connection:
            return read_embedders(connection, kind)

    def places(self, *, without: EmbedderIdentity | None) -> list[EventPlace]:
        """Give where every event lies, by onset; or of those without an embedding made so."""
        with self.reading() as connection:
            return read_places(connection, without)

    def embeddings(self, model_ids: Sequence[int], *, reviewed_only: bool) -> list[StoredEmbedding]:
        """Give the embeddings of these embedders by onset, and what persons said of each event."""
        with self.reading() as connection:
            return read_embeddings(connection, model_ids, reviewed_only=reviewed_only)
