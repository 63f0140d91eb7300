"""From the settings to the store, what keeps it in bounds, and what it knows already."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from ...config.errors import StorageFullError
from ...config.places import Places
from ...config.render import config_sha256
from ...config.settings import Settings
from ...storage.place import store_folder
from ...storage.records import Origin
from ...storage.store import EventStore
from ...storage.upkeep.room import Ballast
from ..clock import Clock
from ..heard_before import HeardBefore, decided_until
from ..identity import FileIdentity
from ..line import Line
from ..supervision.housekeeping import Housekeeping, room_policy


def open_store(settings: Settings, places: Places, clock: Clock) -> EventStore:
    """Open the store; on a full disk give the ballast up for it, since opening needs room too."""
    origin = _origin(settings)
    try:
        return EventStore.open(places.store, origin, clock.utc_us, places.data_dir)
    except StorageFullError:
        folder = store_folder(places.store)
        if folder is None or not Ballast(folder, 0).give_up():
            raise
        return EventStore.open(places.store, origin, clock.utc_us, places.data_dir)


def housekeeping(
    settings: Settings, places: Places, store: EventStore, clock: Clock
) -> Housekeeping:
    """Keep the store within the configured age and room."""
    return Housekeeping(
        store, store_folder(places.store), room_policy(settings.retention, settings.store), clock
    )


def heard_before(store: EventStore, lines: Sequence[Line]) -> dict[str, HeardBefore]:
    """Recall every file that the store knows; a microphone's stretches are always new."""
    recalled = {}
    for line in lines:
        if isinstance(line.identity, FileIdentity):
            stretch_id = line.identity.stretch_id(0)
            anchors = store.anchors(stretch_id)
            if not anchors:
                continue
            last_onset_sample, covered_sample = store.heard_until(stretch_id)
            recalled[stretch_id] = HeardBefore(
                starts_at_us=anchors[0].utc_us,
                event_ids=store.known_event_ids(stretch_id),
                decided_until=decided_until(
                    anchors[0].sample_rate_hz,
                    last_onset_sample=last_onset_sample,
                    covered_sample=covered_sample,
                    forgotten_until=store.forgotten_until(stretch_id),
                ),
            )
    return recalled


def _origin(settings: Settings) -> Origin:
    return Origin(
        site=settings.site,
        node=settings.node,
        boot_id=str(uuid.uuid4()),
        timezone=settings.timezone,
        config_sha256=config_sha256(settings),
    )
