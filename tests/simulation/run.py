"""One simulation: several lives of a daemon on one store, then what must hold of it."""

from __future__ import annotations

import itertools
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from fakes import EchoEmbedder, LoudGate, SoundProbe
from living_daemon import messages, read
from simulated_clock import SimulatedClock

from coughd.daemon.clock import utc_at
from coughd.daemon.judge import Judge
from coughd.daemon.lifecycle import StopRequest
from coughd.daemon.line import Line
from coughd.daemon.pipeline import Pipeline
from coughd.daemon.stretches import StretchMaker
from coughd.storage.records import AnchorSet, Origin, OutboxRow
from coughd.storage.store import EventStore
from coughd.storage.upkeep.checkup import check_store_at

from .edges import BLOCK, KilledError, Life, ScriptedDevice, ScriptedDisk, ScriptedOpinion

RATE_HZ = 16_000


class CountedIdentity:
    """Names in order, so that the same seed gives the same names."""

    is_found_again = False

    def __init__(self, source_id: str, boot: int) -> None:
        self._prefix = f"{source_id}.{boot}"
        self._numbers = itertools.count()

    def stretch_id(self, first_sample: int) -> str:
        return f"{self._prefix}.stretch.{next(self._numbers)}"

    def event_id(self, stretch_id: str, onset_sample: int) -> str:
        return f"{stretch_id}.event.{onset_sample}"


@dataclass(frozen=True)
class Lived:
    """One life of the daemon."""

    boot: int
    killed: bool
    devices: dict[str, Life]
    starts: list[str]
    told: list[OutboxRow]


def simulate(seed: int, folder: Path) -> list[tuple[int, str]]:
    """Let a daemon live three times and check the store; AssertionError names what is wrong.

    Returns the messages, without the store's own random name.
    """
    chance = random.Random(seed)
    clock = SimulatedClock()
    store = folder / "coughd.sqlite3"
    lives = [live(boot, store, chance, clock, last=boot == 2) for boot in range(3)]
    check(store, lives)
    with EventStore.open(store, _origin(9), clock.utc_us) as opened:
        store_id = opened.store_id
    return [(seq, body.replace(store_id, "the store")) for seq, body in messages(store)]


def live(
    boot: int, path: Path, chance: random.Random, clock: SimulatedClock, *, last: bool
) -> Lived:
    """From start to stop or kill."""
    killed = False
    with (
        EventStore.open(path, _origin(boot), clock.utc_us) as store,
        closing(StopRequest()) as stop,
    ):
        devices = [
            ScriptedDevice(name, chance, chance.randint(20, 120))
            for name in ("bed", "sofa")[: chance.randint(1, 2)]
        ]
        kill_after = None if last or chance.random() < 0.4 else chance.randint(5, 150)
        disk = ScriptedDisk(store, chance, kill_after)
        pipeline = Pipeline(
            [
                Line(one, one.source_id, "microphone", CountedIdentity(one.source_id, boot))
                for one in devices
            ],
            StretchMaker(LoudGate(), 2.0, chance.choice((0.5, 10.0)), 2.0, {}),
            Judge(EchoEmbedder(), SoundProbe(), 0.5, keep_embeddings=True),
            ScriptedOpinion(chance),
            disk,
            clock,
            stop,
            each_turn=_turns(devices, chance, clock, stop),
        )
        try:
            pipeline.run()
            disk.finish()
        except KilledError:
            killed = True
    return Lived(
        boot,
        killed,
        {one.source_id: one.life for one in devices},
        [one.event_id for one in disk.starts],
        disk.told,
    )


def _turns(
    devices: Sequence[ScriptedDevice],
    chance: random.Random,
    clock: SimulatedClock,
    stop: StopRequest,
) -> Callable[[], None]:
    def turn() -> None:
        clock.advance(BLOCK / RATE_HZ)
        if chance.random() < 0.01:
            clock.set_wall_clock(chance.choice((-7200.0, -1.0, 0.9, 3600.0)))
        if all(one.is_over for one in devices):
            stop.set()

    return turn


def check(store: Path, lives: Sequence[Lived]) -> None:
    """What must hold whatever happened."""
    for finding in check_store_at(store):
        assert finding.state == "ok", finding
    kept = {OutboxRow(*row) for row in read(store, "SELECT seq, topic, body FROM outbox")}
    for one in lives:
        assert kept.issuperset(one.told), "a message was told that the store does not hold"
    _check_events(store, lives)
    _check_coverage(store, lives)
    _check_times(store)


def _check_events(store: Path, lives: Sequence[Lived]) -> None:
    """Each explosive sound is one event; after a kill, none that is not one."""
    stored: dict[tuple[int, str], list[int]] = defaultdict(list)
    ids = set()
    for stretch_id, event_id, onset in read(
        store, "SELECT stretch_id, event_id, onset_sample FROM events"
    ):
        source_id, boot, *_ = stretch_id.split(".")
        stored[int(boot), source_id].append(onset)
        ids.add(event_id)
    for one in lives:
        for source_id, life in one.devices.items():
            due = sorted(onset for _, onset in life.bursts)
            found = sorted(stored.pop((one.boot, source_id), []))
            if one.killed:
                assert Counter(found) <= Counter(due), "an event that nobody made"
            else:
                assert found == due, f"{source_id} in life {one.boot}"
        if not one.killed:
            assert ids.issuperset(one.starts), "a start that nothing closes"
    assert not stored


def _check_coverage(store: Path, lives: Sequence[Lived]) -> None:
    """Intervals lie side by side, and without a kill add up to what was given."""
    heard: dict[tuple[int, str], int] = defaultdict(int)
    dropped: dict[tuple[int, str], int] = defaultdict(int)
    ends: dict[str, int] = {}
    for stretch_id, start, end, state in read(
        store,
        "SELECT stretch_id, start_sample, end_sample, state FROM coverage "
        "ORDER BY stretch_id, start_sample",
    ):
        assert ends.get(stretch_id, start) == start, f"a hole in {stretch_id}"
        ends[stretch_id] = end
        source_id, boot, *_ = stretch_id.split(".")
        (dropped if state == "dropped" else heard)[int(boot), source_id] += end - start
    for one in lives:
        for source_id, life in one.devices.items():
            given = len(life.given) * BLOCK
            found = heard[one.boot, source_id]
            assert found <= given if one.killed else found == given, f"{source_id}: samples"
            lost = dropped[one.boot, source_id]
            assert one.killed or lost == life.lost_samples, f"{source_id}: lost samples"


def _check_times(store: Path) -> None:
    """Every onset follows from the stored anchors, whatever the wall clock did."""
    anchors: dict[str, list[AnchorSet]] = defaultdict(list)
    for row in read(
        store,
        "SELECT source_id, stretch_id, sample, sample_rate_hz, monotonic_us, utc_us, "
        "device_rate_hz FROM anchors ORDER BY sample",
    ):
        anchors[row[1]].append(AnchorSet(*row))
    for stretch_id, sample, onset_us in read(
        store, "SELECT stretch_id, onset_sample, onset_us FROM events"
    ):
        before = [one for one in anchors[stretch_id] if one.sample <= sample]
        assert utc_at(before[-1], sample) == onset_us, f"the onset {sample} of {stretch_id}"


def _origin(boot: int) -> Origin:
    return Origin("home", "node", f"boot-{boot}", "Europe/Zurich", "c0ffee")
