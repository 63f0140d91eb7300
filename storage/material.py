"""What was heard as material to learn from: the questions of `label`, `train` and `embed`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ..detectors.ports import EmbedderIdentity
from .reading.event_reading import read_ids_ending
from .reading.labelled_reading import (
    KnownEmbedder,
    StoredEmbedding,
    embedding_from,
    page_of_embeddings,
    read_embedders,
    read_vectors,
)
from .reading.pages import in_pages
from .reading.places_reading import (
    EventPlace,
    count_places,
    page_of_places,
    place_from,
    read_places_before,
)
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

    def places(self, *, without: EmbedderIdentity | None) -> Iterator[EventPlace]:
        """Give where every event lies, by onset; or of those without an embedding made so.

        Read in pages, as embeddings are: what is written meanwhile may be among them.
        """
        read_page = partial(page_of_places, without=without)
        return map(place_from, in_pages(self.reading, read_page))

    def count_places(self, *, without: EmbedderIdentity | None) -> int:
        """Give how many `places` gives."""
        with self.reading() as connection:
            return count_places(connection, without)

    def places_before(self, onsets_us: Iterable[int], reach_us: int) -> list[EventPlace]:
        """Give the events with one of these onsets, and those up to so long before, by onset."""
        with self.reading() as connection:
            return read_places_before(connection, onsets_us, reach_us)

    def embeddings(
        self, model_ids: Sequence[int], *, reviewed_only: bool
    ) -> Iterator[StoredEmbedding]:
        """Give the embeddings of these embedders by onset, and what persons said of each event."""
        read_page = partial(page_of_embeddings, model_ids=model_ids, reviewed_only=reviewed_only)
        return map(embedding_from, in_pages(self.reading, read_page))

    def vectors(
        self, event_ids: Sequence[str], embedder_sha256: str
    ) -> dict[str, NDArray[np.float32]]:
        """Give the embeddings [shape=(512,)] of some hundred events by these weights.

        Of an event that was embedded by several runs of them, the latest.
        """
        with self.reading() as connection:
            return read_vectors(connection, event_ids, embedder_sha256)
