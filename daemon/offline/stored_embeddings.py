"""Which of a store's embeddings may be fitted together, and whose each is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from ...config.errors import InputError, UsageError
from ...detectors.fitting.examples import check_same_embedder, describe
from ...detectors.ports import MIN_COUGH_SPACING_SAMPLES, SAMPLE_RATE_HZ
from ...storage.reading.labelled_reading import KnownEmbedder, StoredEmbedding
from ...storage.reading.local_time import evening_of, from_us

_AT_ONCE_US = MIN_COUGH_SPACING_SAMPLES * 1_000_000 // SAMPLE_RATE_HZ
"""Onsets nearer than this are of one cough."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which of the embedders that a store knows is meant."""

    kind: str
    model_id: int | None
    mix: bool
    """Take all runs of the same weights."""


def choose(known: Sequence[KnownEmbedder], choice: Choice) -> Sequence[KnownEmbedder]:
    """The runs of an embedder that were meant, the oldest first.

    Raises InputError where embeddings of different ones would meet, UsageError for one that the
    store does not know.
    """
    if not known:
        raise InputError(f"The store holds no embeddings of kind {choice.kind!r}.")
    listed = "; ".join(
        f"{one.model_id}: {describe(one.identity)}, {one.embeddings} events" for one in known
    )
    if choice.model_id is not None:
        found = [one for one in known if one.model_id == choice.model_id]
        if not found:
            raise UsageError(f"The store has no embedder {choice.model_id}; it has {listed}.")
        return found
    if choice.mix and len({one.identity.sha256 for one in known}) == 1:
        return known
    try:
        check_same_embedder([one.identity for one in known])
    except InputError as exc:
        raise InputError(f"{exc} By --embedder NUMBER: {listed}.") from exc
    return known


def one_each(rows: Iterable[StoredEmbedding]) -> list[StoredEmbedding]:
    """Of an event that was embedded by several runs, the latest."""
    return list({row.event_id: row for row in rows}.values())


def heard_twice(rows: Sequence[StoredEmbedding]) -> Iterator[tuple[int, int]]:
    """Pairs of rows that two microphones heard at once.

    The time of a file may be that of its hearing, so it says nothing.
    """
    heard = [row for row in range(len(rows)) if rows[row].source_kind == "microphone"]
    heard.sort(key=lambda row: rows[row].onset_us)
    for at, one in enumerate(heard):
        for other in heard[at + 1 :]:
            if rows[other].onset_us - rows[one].onset_us >= _AT_ONCE_US:
                break
            if rows[other].source_id != rows[one].source_id:
                yield one, other


def group_of(row: StoredEmbedding) -> str:
    """One source from noon to noon: whoever coughs before midnight does so after it."""
    evening = evening_of(from_us(row.onset_us, ZoneInfo(row.timezone)))
    return f"{row.source_id} from noon of {evening}"
