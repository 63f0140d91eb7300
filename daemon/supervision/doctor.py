"""Everything that must be right for coughd to hear, judge, write and tell, looked at in turn."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from ...config.errors import CoughdError
from ...config.places import Places
from ...config.settings import Settings
from ...detectors.probe_versions import ProbeVersions
from ...storage.place import sqlite_path, store_url
from ...storage.upkeep.checkup import check_folder, check_store_at
from ...storage.upkeep.findings import Finding, fault_of
from ...storage.upkeep.room import MEGABYTE
from ..handing_in.tray import refused, tray_of
from ..sources.devices import COUGHD, choose, find_held
from ..sources.held_cards import held_cards
from ..sources.inputs_now import list_inputs
from ..wiring.detection import load_judge, own_probe
from ..wiring.gates import load_gate
from .daemon_checkup import check_daemon, check_sockets
from .files_checkup import check_clips, check_recordings
from .hear_checkup import check_hear


def examine(
    settings: Settings, places: Places, now: datetime, *, daemon: str | None
) -> Iterator[Finding]:
    """Look at everything, one finding at a time; nothing is changed.

    `daemon` is the pid that `holder_of` the data directory gives.
    """
    yield check_daemon(places.data_dir, daemon)
    yield from check_store_at(places.store)
    store = sqlite_path(store_url(places.store))
    if places.data_dir.exists() and store is not None:
        floor = settings.retention.free_space_mb * MEGABYTE
        yield from check_folder(places.data_dir, store, floor, now)
    yield from _handed_in(places.data_dir)
    yield from _models(settings, places)
    yield from check_hear(settings, places)
    yield from check_clips(settings, places, running=daemon is not None)
    yield from check_recordings(settings)
    yield from _microphones(settings)
    yield from check_sockets(places, daemon)


def _handed_in(data_dir: Path) -> Iterator[Finding]:
    check = "handed in"
    try:
        left = refused(data_dir)
    except CoughdError as exc:
        yield fault_of(check, exc)
        return
    if left:
        names = ", ".join(path.name for path in left)
        yield Finding(
            check,
            "warning",
            f"what no daemon could read lies in {tray_of(data_dir)}: {names}",
            "the log says what is wrong with it; delete it when you have seen it",
        )


def _models(settings: Settings, places: Places) -> Iterator[Finding]:
    try:
        gate = load_gate(settings)
        judge = load_judge(settings)
    except CoughdError as exc:
        yield fault_of("models", exc)
        return
    yield Finding("models", "ok", f"{gate.name}, the open embedder and the probe are loaded")
    if settings.embedder.kind == "open" and settings.probe.path is not None:
        return  # it wins over what was trained here
    try:
        trained = own_probe(ProbeVersions(places.data_dir), judge.embedder.identity)
    except CoughdError as exc:
        yield fault_of("trained probe", exc)
        return
    if trained is not None:
        yield Finding("trained probe", "ok", f"{trained.identity.name} judges")


def _microphones(settings: Settings) -> Iterator[Finding]:
    wanted = [source for source in settings.sources if source.kind == "microphone"]
    if not wanted:
        return
    try:
        found, held = list_inputs(), held_cards()
    except CoughdError as exc:
        yield fault_of("microphones", exc)
        return
    for source in wanted:
        check = f"microphone {source.id}"
        try:
            device = choose(found, source.device, held)
        except CoughdError as exc:
            taken = find_held(held, source.device)
            if taken is not None and taken.holder == COUGHD:
                yield Finding(check, "ok", f"{taken.stable_name}: a daemon listens to it")
            else:
                yield fault_of(check, exc)
        else:
            yield Finding(check, "ok", f"{device.portaudio_name} at {device.sample_rate_hz} Hz")
