"""What stands behind each word of the pipeline: the only place that names concrete classes."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from importlib.metadata import version

from ..config.errors import ConfigError, StorageFullError
from ..config.places import Places
from ..config.render import config_sha256
from ..config.settings import ProbeSettings, Settings, SourceSettings
from ..detectors.gate import CoughdGate
from ..detectors.hear.child import hear_command
from ..detectors.hear.client import HearProcess
from ..detectors.hear.outcomes import HearLimits
from ..detectors.open_embedder import OpenEmbedder
from ..detectors.ports import EmbedderIdentity
from ..detectors.probe import LinearProbe
from ..storage.engine import sqlite_path, store_folder, store_url
from ..storage.lock import InstanceLock
from ..storage.messages import heartbeat_message
from ..storage.outbox import OutboxReader
from ..storage.records import Origin
from ..storage.store import EventStore
from ..storage.upkeep.room import Ballast
from .clock import Clock, SystemClock
from .hear_opinion import HearOpinion
from .identity import FileIdentity, Identity, LiveIdentity
from .judge import Judge, JudgeInForce, LaterJudge
from .lifecycle import StopRequest
from .line import Line
from .logs import set_up_logging
from .pipeline import Pipeline, Sink
from .recorder import Recorder
from .second_opinion import NoSecondOpinion, SecondOpinion
from .sinks import StoreAndStream
from .sources.file import FileSource
from .sources.microphone import open_microphone
from .sources.ports import Source
from .stream.publisher import Publisher
from .stream.replay import ReplayServer
from .stretches import HeardBefore, StretchMaker
from .supervision.housekeeping import Housekeeping, room_policy
from .supervision.latest import LatestEvents
from .supervision.reloading import Reloader
from .supervision.status import Reporter
from .supervision.status_document import StatusDesk
from .supervision.upkeep import Service, Upkeep
from .supervision.watchdog import Watchdog, Worker

PATIENCE_S = 60.0
"""A thread that has not moved for so long hangs; a slow disk alone may take tens of seconds."""


@contextmanager
def build_daemon(settings: Settings, places: Places, service: Service) -> Iterator[Pipeline]:
    """Put the daemon together; what was opened is closed in reverse order.

    Raises
    ------
    CoughdError
        Something cannot be had: the lock, the store, a model, a file, a socket.
    """
    clock = SystemClock()
    with ExitStack() as stack:
        stack.enter_context(InstanceLock(places.data_dir))
        store = stack.enter_context(_open_store(settings, places, clock))
        gate = load_gate(settings)
        judge = JudgeInForce(load_judge(settings))
        lines: list[Line] = []
        stack.enter_context(_closing_together(lines))
        lines.extend(_line(source) for source in settings.sources)
        outbox = stack.enter_context(OutboxReader.open(places.store))
        publisher = stack.enter_context(_publisher(settings, places, store, outbox, clock))
        desk = StatusDesk()
        replay = ReplayServer(
            places.replay,
            outbox=outbox,
            store_id=store.store_id,
            boot_id=store.sender.origin.boot_id,
            largest_page=settings.stream.replay_limit,
            status=desk.answer,
        )
        stack.enter_context(replay)
        heard_before = _heard_before(store, lines)

        def blocked() -> None:
            upkeep.while_the_store_is_full()

        recorder = stack.enter_context(
            Recorder(
                store,
                publisher,
                _housekeeping(settings, places, store, clock),
                lambda: outbox.bounds()[0],
                blocked,
                settings.store.max_waiting_changes,
            )
        )
        second_opinion = _second_opinion(settings, stack)

        def take(changed: Settings) -> None:
            judge.present = load_judge(changed)
            if isinstance(second_opinion, HearOpinion):
                second_opinion.judge_by(
                    partial(_later_judge, changed.probe),
                    keep_embeddings=changed.probe.keep_embeddings,
                )
            set_up_logging(changed.logging.level, changed.logging.format)
            store.configured(config_sha256(changed))

        upkeep = Upkeep(
            service,
            Watchdog(service.manager, _workers(settings, recorder, publisher, replay), clock),
            Reloader(settings, service.load, take),
            lines,
        )
        names = {source.id: source.name for source in settings.sources}
        microphones = {source.id for source in settings.sources if source.kind == "microphone"}
        latest = LatestEvents(_heard_now(settings), clock)
        desk.report = Reporter(
            sender=store.sender,
            version=version("coughd"),
            started_us=clock.utc_us(),
            lines=lines,
            latest=latest,
            recorder=lambda: recorder.counts,
            publisher=lambda: publisher.counts,
            replay=lambda: replay.counts,
            hear=lambda: second_opinion.status if isinstance(second_opinion, HearOpinion) else None,
            gate=gate.name,
            judge=lambda: judge.present,
            store_file=sqlite_path(store_url(places.store)),
            clock=clock,
        ).report
        yield Pipeline(
            lines=lines,
            stretches=stretch_maker(settings, gate, heard_before),
            judge=judge,
            second_opinion=second_opinion,
            sink=StoreAndStream(
                store.sender, names, microphones, recorder, publisher, latest, clock
            ),
            clock=clock,
            stop=service.stop,
            each_turn=upkeep.turn,
        )


def _heard_now(settings: Settings) -> set[str]:
    """The sources whose sound is heard while it happens."""
    return {
        source.id
        for source in settings.sources
        if source.kind == "microphone" or (source.pace == "realtime" and source.starts_at is None)
    }


@contextmanager
def build_listener(
    settings: Settings, sink: Sink, stop: StopRequest, each_turn: Callable[[], None]
) -> Iterator[Pipeline]:
    """Put together what only listens to the configured sources; nothing is stored or told.

    Raises CoughdError where a model or a file cannot be had.
    """
    lines: list[Line] = []
    with _closing_together(lines):
        lines.extend(_line(source) for source in settings.sources)
        yield Pipeline(
            lines=lines,
            stretches=stretch_maker(settings, load_gate(settings), {}),
            judge=load_judge(settings),
            second_opinion=NoSecondOpinion(),
            sink=sink,
            clock=SystemClock(),
            stop=stop,
            each_turn=each_turn,
        )


def load_gate(settings: Settings) -> CoughdGate:
    """Load the configured gate; ModelError."""
    if settings.gate.threshold is None:
        return CoughdGate.load()
    return CoughdGate.load(threshold=settings.gate.threshold)


def load_judge(settings: Settings) -> Judge:
    """Load the open embedder with its probe; ModelError."""
    embedder = OpenEmbedder.load()
    own = settings.probe.path if settings.embedder.kind == "open" else None
    probe = (
        LinearProbe.load(own, embedder.identity) if own else LinearProbe.shipped(embedder.identity)
    )
    threshold = settings.probe.threshold
    return Judge(
        embedder=embedder,
        probe=probe,
        threshold=probe.threshold if threshold is None else threshold,
        keep_embeddings=settings.probe.keep_embeddings,
    )


def stretch_maker(
    settings: Settings, gate: CoughdGate, heard_before: dict[str, HeardBefore]
) -> StretchMaker:
    """Make the stretches of every source alike."""
    return StretchMaker(
        gate=gate,
        silence_s=settings.coverage.silence_s,
        progress_s=settings.coverage.progress_s,
        epoch_gap_s=settings.epoch.gap_s,
        heard_before=heard_before,
    )


def _open_store(settings: Settings, places: Places, clock: Clock) -> EventStore:
    """Open the store; on a full disk give the ballast up for it, since opening needs room too."""
    origin = _origin(settings)
    try:
        return EventStore.open(places.store, origin, clock.utc_us)
    except StorageFullError:
        folder = store_folder(places.store)
        if folder is None or not Ballast(folder, 0).give_up():
            raise
        return EventStore.open(places.store, origin, clock.utc_us)


def _housekeeping(
    settings: Settings, places: Places, store: EventStore, clock: Clock
) -> Housekeeping:
    return Housekeeping(
        store, store_folder(places.store), room_policy(settings.retention, settings.store), clock
    )


def _origin(settings: Settings) -> Origin:
    return Origin(
        site=settings.site,
        node=settings.node,
        boot_id=str(uuid.uuid4()),
        timezone=settings.timezone,
        config_sha256=config_sha256(settings),
    )


def _workers(
    settings: Settings, recorder: Recorder, publisher: Publisher, replay: ReplayServer
) -> list[Worker]:
    """Name the threads that the daemon cannot do without; HeAR's is not among them."""
    heartbeat_s = settings.stream.heartbeat_s
    return [
        Worker("recorder", lambda: recorder.is_alive, lambda: recorder.turns, PATIENCE_S),
        Worker(
            "publisher",
            lambda: publisher.is_alive,
            lambda: publisher.counts.heartbeats,
            heartbeat_s + PATIENCE_S,
        ),
        Worker("replay", lambda: replay.is_alive, None, PATIENCE_S),
    ]


def _line(settings: SourceSettings) -> Line:
    source = _source(settings)
    content = None if settings.loop else source.content_sha256
    identity: Identity = FileIdentity(content, settings.id) if content else LiveIdentity()
    return Line(source, settings.name, settings.kind, identity)


@contextmanager
def _closing_together(lines: Sequence[Line]) -> Iterator[None]:
    """Close all sources at once: each frozen device takes seconds to give up."""
    try:
        yield
    finally:
        with ThreadPoolExecutor(len(lines) or 1, "close") as pool:
            list(pool.map(lambda line: line.source.close(), lines))


def _source(settings: SourceSettings) -> Source:
    if settings.kind == "microphone":
        return open_microphone(
            settings.id,
            device=settings.device,
            sample_rate_hz=settings.sample_rate_hz,
            channel=settings.channel,
            record_path=settings.record_path,
        )
    if settings.path is None:  # the loader does not let this pass
        raise ConfigError(f"source {settings.id} is a file without a path")
    starts_at = settings.starts_at
    return FileSource(
        settings.id,
        settings.path,
        pace=settings.pace,
        loop=settings.loop,
        channel=settings.channel,
        starts_at_us=None if starts_at is None else round(starts_at.timestamp() * 1_000_000),
    )


def _heard_before(store: EventStore, lines: Sequence[Line]) -> dict[str, HeardBefore]:
    """Recall every file that the store knows; a microphone's stretches are always new."""
    recalled = {}
    for line in lines:
        if isinstance(line.identity, FileIdentity):
            stretch_id = line.identity.stretch_id(0)
            anchors = store.anchors(stretch_id)
            recalled[stretch_id] = HeardBefore(
                starts_at_us=anchors[0].utc_us if anchors else None,
                event_ids=store.known_event_ids(stretch_id),
            )
    return recalled


def _publisher(
    settings: Settings, places: Places, store: EventStore, outbox: OutboxReader, clock: Clock
) -> Publisher:
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
    )


def _second_opinion(settings: Settings, stack: ExitStack) -> SecondOpinion:
    embedder = settings.embedder
    if embedder.kind != "hear" or embedder.model_path is None:
        return NoSecondOpinion()
    limits = HearLimits(
        max_waiting_windows=embedder.max_waiting_windows,
        batch_sizes=embedder.batch_sizes,
        start_timeout_s=embedder.start_timeout_s,
        reply_timeout_s=embedder.reply_timeout_s,
    )
    hear = HearProcess(hear_command(embedder.model_path, embedder.batch_sizes), limits)
    return HearOpinion(
        stack.enter_context(closing(hear)),
        partial(_later_judge, settings.probe),
        keep_embeddings=settings.probe.keep_embeddings,
    )


def _later_judge(settings: ProbeSettings, embedder: EmbedderIdentity) -> LaterJudge:
    """Of HeAR's embeddings, once it is known which HeAR it is; ModelError."""
    probe = LinearProbe.load(settings.path, embedder) if settings.path else None
    return LaterJudge(probe, settings.threshold, settings.keep_embeddings)
