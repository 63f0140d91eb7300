"""The whole daemon, put together in the order in which its parts need each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from importlib.metadata import version

from ...config.places import Places
from ...config.render import config_sha256
from ...config.settings import Settings
from ...detectors.probe_versions import ProbeVersions
from ...storage.lock import lock_store
from ...storage.outbox import OutboxReader
from ...storage.place import sqlite_path, store_url
from ...storage.records import Change, Configured
from ...storage.upkeep.room import MEGABYTE
from ..clips.ports import Clips
from ..clock import SystemClock
from ..explaining import explained
from ..handing_in.receiver import Receiver
from ..hear_opinion import HearOpinion
from ..judge import JudgeInForce
from ..logs import set_up_logging
from ..pipeline import Pipeline
from ..recorder import Recorder
from ..second_opinion import SecondOpinion
from ..sinks import Committed, StoreAndStream
from ..stream.publisher import Publisher
from ..stream.replay import ReplayServer
from ..supervision.latest import LatestEvents
from ..supervision.reloading import Reloader
from ..supervision.running_since import RunningSince
from ..supervision.status import Reporter
from ..supervision.status_document import StatusDesk
from ..supervision.tally import Tally
from ..supervision.upkeep import Service, Upkeep
from ..supervision.watchdog import Watchdog, Worker
from .clips import clips
from .detection import OpenModels, later_judge, load_judge, second_opinion, stretch_maker
from .gates import open_gate
from .keeping import heard_before, housekeeping, open_store
from .lines import heard_now, open_lines
from .monitoring import monitoring
from .telling import publisher, replay_server

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
        stack.enter_context(lock_store(places.data_dir, places.store))
        lines = stack.enter_context(open_lines(settings.sources))
        service.manager.status("opens the store; one that was moved is read from end to end first")
        store = stack.enter_context(open_store(settings, places, clock))
        outbox = stack.enter_context(OutboxReader.open(places.store))
        live = stack.enter_context(publisher(settings, places, store, outbox, clock))
        desk = StatusDesk()
        replay = stack.enter_context(replay_server(settings, places, store, outbox, desk.answer))
        metrics = stack.enter_context(monitoring(settings.metrics, desk.status, clock))
        # Who asks meanwhile is told that it starts: a detector may take minutes.
        service.manager.status("loads the models")
        opened = stack.enter_context(open_gate(settings, service.stop.is_set))
        gate = opened.gate
        trained = ProbeVersions(places.data_dir)
        models = OpenModels(settings.models.path)
        judge = JudgeInForce(load_judge(settings, trained, models))
        known = heard_before(store, lines)

        def blocked() -> None:
            upkeep.while_the_store_is_full()

        kept = stack.enter_context(clips(settings, places, store, clock))
        recorder = stack.enter_context(
            Recorder(
                store,
                Committed(live, kept, service.manager),
                housekeeping(settings, places, store, clock),
                lambda: outbox.bounds()[0],
                blocked,
                settings.store.max_waiting_changes,
            )
        )
        second = stack.enter_context(second_opinion(settings, places))
        reloader = Reloader(settings, service.load, _take(judge, models, second, recorder, trained))

        def keep_handed_in(change: Change) -> None:
            recorder.keep(change)
            kept.noted([change])

        receiver = stack.enter_context(
            Receiver(
                places.data_dir,
                trained.pointer,
                keep=keep_handed_in,
                kept=lambda: recorder.kept,
                written=lambda: recorder.counts.written,
                probes_changed=reloader.take_probes,
            )
        )
        workers = _workers(settings, recorder, live, replay, receiver, kept)
        watchdog = Watchdog(service.manager, workers, clock)
        upkeep = Upkeep(
            service, watchdog, reloader, receiver, lines, lambda: recorder.counts, clock
        )
        latest = LatestEvents(heard_now(settings), clock)
        tally = Tally(heard_now(settings), clock)
        desk.report = Reporter(
            sender=lambda: store.sender,
            version=version("coughd"),
            since=RunningSince(clock),
            lines=lines,
            latest=latest,
            recorder=lambda: recorder.counts,
            publisher=lambda: live.counts,
            replay=lambda: replay.counts,
            hear=lambda: second.status if isinstance(second, HearOpinion) else None,
            gate=gate.name,
            judge=lambda: judge.present,
            later_judge=lambda: second.judge if isinstance(second, HearOpinion) else None,
            store_file=sqlite_path(store_url(places.store)),
            tally=tally,
            pulse=lambda: watchdog.pulse,
            monitoring=metrics,
            clock=clock,
            clips=lambda: kept.counts,
            detector=opened.status,
            free_floor_bytes=settings.retention.free_space_mb * MEGABYTE,
        ).report
        names = {source.id: source.name for source in settings.sources}
        microphones = {source.id for source in settings.sources if source.kind == "microphone"}
        yield Pipeline(
            lines=lines,
            stretches=stretch_maker(settings, gate, known),
            judge=judge,
            second_opinion=second,
            sink=explained(
                StoreAndStream(
                    lambda: store.sender, names, microphones, recorder, live, latest, tally, clock
                ),
                service.explain,
                gate.name,
                judge.present,
            ),
            clock=clock,
            stop=service.stop,
            each_turn=upkeep.turn,
            clips=kept,
        )


def _take(
    judge: JudgeInForce,
    models: OpenModels,
    second: SecondOpinion,
    recorder: Recorder,
    trained: ProbeVersions,
) -> Callable[[Settings], None]:
    """Put a reload into effect; ModelError, and then nothing has changed."""

    def take(changed: Settings) -> None:
        judge.present = load_judge(changed, trained, models)
        if isinstance(second, HearOpinion):
            second.judge_by(
                partial(later_judge, changed.probe, trained),
                keep_embeddings=changed.probe.keep_embeddings,
            )
        set_up_logging(changed.logging.level, changed.logging.format)
        recorder.keep(Configured(config_sha256(changed)))

    return take


def _workers(
    settings: Settings,
    recorder: Recorder,
    publisher: Publisher,
    replay: ReplayServer,
    receiver: Receiver,
    kept: Clips,
) -> list[Worker]:
    """Name the threads whose death is to be seen; HeAR's and that of the metrics say it."""
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
        Worker("publisher door", lambda: publisher.is_guarded, None, PATIENCE_S, is_vital=False),
        Worker("replay door", lambda: replay.is_guarded, None, PATIENCE_S, is_vital=False),
        Worker("receiver", lambda: receiver.is_alive, None, PATIENCE_S, is_vital=False),
        Worker("clips", lambda: kept.is_alive, None, PATIENCE_S, is_vital=False),
    ]
