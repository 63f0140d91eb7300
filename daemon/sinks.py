"""Where the daemon's pipeline hands over: the stream at once, the store for good."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from ..storage.messages import Sender, Source, start_message
from ..storage.records import Change, OutboxRow, SourceChanged
from .clips.ports import Clips
from .clock import Clock
from .pipeline import Started
from .recorder import Recorder
from .stream.publisher import Publisher
from .supervision.latest import LatestEvents
from .supervision.service_manager import ServiceManager
from .supervision.source_log import log_state
from .supervision.tally import Tally


class Committed:
    """Tells those who wait for what is in the store. Recorder thread."""

    def __init__(self, publisher: Publisher, clips: Clips, manager: ServiceManager) -> None:
        self._publisher = publisher
        self._clips = clips
        self._manager = manager

    def publish(self, rows: Sequence[OutboxRow]) -> None:
        """See `Announcer`."""
        self._manager.stored()
        self._publisher.publish(rows)
        self._clips.told(rows)

    def kept_from(self, oldest_seq: int) -> None:
        """See `Announcer`."""
        self._publisher.kept_from(oldest_seq)


class StoreAndStream:
    """A `Sink`: starts go straight to the publisher, facts through the recorder.

    `sender` gives who tells now: the store may become another one. `microphones` are the ids of
    those sources whose going down is a fault.
    """

    def __init__(
        self,
        sender: Callable[[], Sender],
        source_names: Mapping[str, str],
        microphones: Collection[str],
        recorder: Recorder,
        publisher: Publisher,
        latest: LatestEvents,
        tally: Tally,
        clock: Clock,
    ) -> None:
        self._sender = sender
        self._source_names = source_names
        self._microphones = microphones
        self._recorder = recorder
        self._publisher = publisher
        self._latest = latest
        self._tally = tally
        self._clock = clock

    def started(self, started: Started) -> None:
        """See `Sink`."""
        message = start_message(
            self._sender(),
            Source(started.source_id, self._source_names[started.source_id]),
            event_id=started.event_id,
            onset_us=started.onset_us,
            onset_sample=started.onset_sample,
            gate_score=started.gate_score,
            utc_us=self._clock.utc_us(),
        )
        self._publisher.publish_ephemeral(message)

    def keep(self, change: Change) -> None:
        """See `Sink`."""
        if isinstance(change, SourceChanged) and not change.told_before:
            log_state(change, live=change.source_id in self._microphones)
        self._latest.note(change)
        self._tally.note(change)
        self._recorder.keep(change)
