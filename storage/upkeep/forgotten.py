"""What retention has deleted and damage has lost, remembered in `meta` as far as it matters.

A recording that is heard again must not count its forgotten coughs anew, and finds again what
damage has lost; sums can only be checked against events from the first moment on whose events are
all still there.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from ..meta import read_meta, write_meta
from ..schema import anchors

EVENTS_FROM_US = "events_from_us"
_STRETCH = "forgotten."
_HOLED = "holed."
KEPT_KEYS = (EVENTS_FROM_US, _STRETCH, _HOLED)
"""How the keys of `meta` that are kept here begin."""


def note_forgotten(connection: Connection, until_us: int, heard: Iterable[tuple[str, int]]) -> None:
    """Remember that events before `until_us` are gone, and which: (stretch, onset sample)."""
    samples: dict[str, int] = {}
    for stretch_id, onset_sample in heard:
        samples[stretch_id] = max(samples.get(stretch_id, 0), onset_sample)
    for stretch_id, sample in samples.items():
        _raise_to(connection, f"{_STRETCH}{stretch_id}", sample)
    _raise_to(connection, EVENTS_FROM_US, until_us)


def was_forgotten(connection: Connection, stretch_id: str, onset_sample: int) -> bool:
    """Whether the events of the stretch were deleted up to this onset."""
    until = forgotten_until(connection, stretch_id)
    return until is not None and onset_sample <= until


def forgotten_until(connection: Connection, stretch_id: str) -> int | None:
    """Up to which onset the events of the stretch were deleted; None where none was."""
    return _read(connection, f"{_STRETCH}{stretch_id}")


def note_holed(connection: Connection) -> None:
    """Remember that events of every stretch that is known may be lost."""
    stretch_ids = connection.execute(select(anchors.c.stretch_id).distinct()).scalars().all()
    for stretch_id in stretch_ids:
        write_meta(connection, f"{_HOLED}{stretch_id}", "1")


def is_holed(connection: Connection, stretch_id: str) -> bool:
    """Whether events of the stretch may be lost to damage, though its sound was accounted for."""
    return read_meta(connection, f"{_HOLED}{stretch_id}") is not None


def events_from_us(connection: Connection) -> int | None:
    """From when on all events are kept, in UTC microseconds; None where none was ever deleted."""
    return _read(connection, EVENTS_FROM_US)


def _read(connection: Connection, key: str) -> int | None:
    text = read_meta(connection, key)
    return None if text is None else int(text)


def _raise_to(connection: Connection, key: str, number: int) -> None:
    before = _read(connection, key)
    if before is None or number > before:
        write_meta(connection, key, str(number))
