"""From the settings to the sockets and what is said on them."""

from __future__ import annotations

from collections.abc import Callable

from ...config.places import Places
from ...config.settings import Settings
from ...storage.messages import heartbeat_message
from ...storage.outbox import OutboxReader
from ...storage.store import EventStore
from ..clock import Clock
from ..stream.address import Admission
from ..stream.key_ring import KeyRing
from ..stream.publisher import Publisher
from ..stream.replay import ReplayServer


def publisher(
    settings: Settings, places: Places, store: EventStore, outbox: OutboxReader, clock: Clock
) -> Publisher:
    """Make the socket on which everything is told as it happens; it is bound when it is entered."""
    oldest_seq, last_seq = outbox.bounds()
    return Publisher(
        places.publish,
        heartbeat=lambda last, oldest: heartbeat_message(
            store.sender, oldest_seq=oldest, last_seq=last, utc_us=clock.utc_us()
        ),
        heartbeat_s=settings.stream.heartbeat_s,
        last_seq=last_seq,
        oldest_seq=oldest_seq,
        high_water=settings.stream.send_high_water,
        admission=_admission(settings, places),
    )


def replay_server(
    settings: Settings,
    places: Places,
    store: EventStore,
    outbox: OutboxReader,
    status: Callable[[], str],
) -> ReplayServer:
    """Make the socket on which the past is asked for, and the status; bound when entered."""
    return ReplayServer(
        places.replay,
        outbox=outbox,
        store_id=lambda: store.store_id,
        boot_id=store.sender.origin.boot_id,
        largest_page=settings.stream.replay_limit,
        questions_per_s=settings.stream.replay_rate,
        admission=_admission(settings, places),
        status=status,
    )


def _admission(settings: Settings, places: Places) -> Admission:
    return Admission(
        keys=KeyRing(places.data_dir) if settings.stream.curve else None,
        group_may_listen=places.group_may_listen,
        group=settings.stream.group,
    )
