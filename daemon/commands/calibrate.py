"""`coughd calibrate`: what the room is like, and from which probability to count there."""

from __future__ import annotations

import json
import os
from contextlib import closing
from pathlib import Path
from typing import Annotated, TypeAlias

import typer
from rich.console import Console

from ...config.as_text import as_text
from ...config.document import DocumentError
from ...config.editing import with_value
from ...config.errors import ConfigError, CoughdError, DeviceUnavailableError, UsageError
from ...config.in_place import in_place_of
from ...config.load import load_settings, parse_settings
from ...config.paths import find_paths
from ...config.places import find_places
from ...config.settings import Settings
from ...detectors.probe_versions import ProbeVersions
from ..calibration import LEAST_S, RISE_DB, Proposal, QuietSink, Room, propose
from ..clock import SystemClock
from ..judge import Judge
from ..lifecycle import StopRequest, stop_on_signals
from ..wiring.detection import load_judge, telling_often
from ..wiring.listener import build_listener
from .shared.options import ConfigOption, JsonOption

_Present: TypeAlias = tuple[float, float | None]
"""Threshold and level in force."""


def _some_time(minutes: float) -> float:
    # Not a range: an older typer lets what is no number through one.
    if not minutes > 0:
        raise typer.BadParameter("who listens for no time hears nothing; write minutes, such as 10")
    return minutes


def calibrate(
    config: ConfigOption = None,
    *,
    minutes: Annotated[
        float,
        typer.Option(
            "--minutes",
            metavar="M",
            help="How long to listen; Ctrl-C ends it earlier.",
            callback=_some_time,
        ),
    ] = 10.0,
    target: Annotated[
        float,
        typer.Option(
            "--false-alarms",
            metavar="N",
            help="False alarms an hour that are tolerated.",
            min=0.0,
            max=3600.0,
        ),
    ] = 1.0,
    write: Annotated[
        bool, typer.Option("--write", help="Put both into the configuration file.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Propose a threshold and a level for this room.

    Nobody may cough: every sound that is taken for one is a false alarm. Measures noise floor,
    clipping and levels of all configured sources, and proposes `probe.threshold` and
    `probe.minimum_level_dbfs`, with the false alarms to expect. Nothing is stored. Stop the daemon
    where it holds the microphone. Exit code 69 where too little was heard to propose anything, or
    somebody seems to have coughed and --write so changes nothing.
    """
    paths = find_paths(os.environ, os.getuid())
    settings = load_settings(config, paths)
    file = config if config is not None else paths.config_file
    if settings.embedder.kind != "open":
        raise UsageError("calibrate listens with the open embedder; set embedder.kind: open")
    trained = ProbeVersions(find_places(settings, paths).data_dir)
    judge = load_judge(settings, trained)
    present = judge.threshold, judge.minimum_level_dbfs
    rooms = _listen(settings, judge, minutes * 60)
    proposal = propose(rooms, *present, target)
    trouble = _reason_against(proposal, rooms, write=write)
    changed = _changes(present, proposal) if write and trouble is None else {}
    # What was heard is told first: it may have taken hours.
    try:
        if changed:
            _write(file, changed)
    except ConfigError as exc:
        trouble, changed = exc, {}
    if as_json:
        typer.echo(json.dumps(_document(rooms, present, proposal, written=bool(changed))))
    else:
        _print(rooms, present, proposal)
        for key, value in changed.items():
            typer.echo(f"{as_text(str(file))}: probe.{key} is now {value:g}")
    if trouble is not None:
        raise trouble


def _reason_against(
    proposal: Proposal | None, rooms: list[Room], *, write: bool
) -> CoughdError | None:
    if proposal is None:
        return DeviceUnavailableError(_too_little(rooms))
    if write and proposal.doubtful:
        return DeviceUnavailableError(
            f"nothing was written, since somebody may have coughed: listen again; or, if nobody "
            f"did, write probe.threshold: {proposal.threshold:g} yourself"
        )
    return None


def _too_little(rooms: list[Room]) -> str:
    heard_s = sum(room.heard_s for room in rooms)
    if heard_s == 0 and any(room.silent_s for room in rooms):
        return (
            "nothing but digital silence was heard, so nothing is proposed: unmute the microphone"
        )
    if heard_s == 0:
        return "nothing was heard, so nothing is proposed: see coughd doctor"
    return (
        f"{heard_s:.1f} s were heard, which is too little to propose anything: listen for "
        f"{LEAST_S:g} s at least"
    )


def _listen(settings: Settings, judge: Judge, for_s: float) -> list[Room]:
    sink = QuietSink()
    clock = SystemClock()
    ends_s = clock.monotonic_s() + for_s
    console = Console(stderr=True, highlight=False)
    with closing(StopRequest()) as stop, stop_on_signals(stop):

        def each_turn() -> None:
            if clock.monotonic_s() >= ends_s:
                stop.set()

        listener = build_listener(telling_often(settings), judge, sink, stop, each_turn)
        with (
            console.status(f"listening for {for_s / 60:g} minutes; please do not cough"),
            listener as heard,
        ):
            heard.run()
    return [sink.room(source.id) for source in settings.sources]


def _changes(present: _Present, proposal: Proposal | None) -> dict[str, float]:
    """Keys of `probe` whose values differ from those in force."""
    if proposal is None:
        return {}
    wanted = {
        "threshold": proposal.threshold,
        "minimum_level_dbfs": proposal.minimum_level_dbfs,
    }
    return {
        key: value
        for (key, value), now in zip(wanted.items(), present, strict=True)
        if value != now
    }


def _write(file: Path, values: dict[str, float]) -> None:
    """Put these keys of `probe` into the file; ConfigError, and then it is what it was."""
    try:
        data = file.read_bytes() if file.exists() else b""
        for key, value in values.items():
            data = with_value(data, "probe", key, f"{value:g}")
        parse_settings(data, file)
        file.parent.mkdir(parents=True, exist_ok=True)
        with in_place_of(file) as part:
            part.write_bytes(data)
    except (OSError, ValueError, DocumentError) as exc:
        said = ", ".join(f"probe.{key}: {value:g}" for key, value in values.items())
        why = exc.strerror if isinstance(exc, OSError) else exc
        raise ConfigError(
            f"{file}: {said} could not be written ({why}); write that yourself"
        ) from exc


def _print(rooms: list[Room], present: _Present, proposal: Proposal | None) -> None:
    for room in rooms:
        noise = "unknown" if room.noise_dbfs is None else f"{room.noise_dbfs:.1f} dBFS"
        loudest = "none" if room.loudest_dbfs is None else f"{room.loudest_dbfs:.1f} dBFS"
        typer.echo(
            f"{room.source_id}: heard {room.heard_s:.0f} s, noise floor {noise}, clipped "
            f"{room.clipped_s:.0f} s, triggers {len(room.alarms)}, loudest {loudest}"
        )
        if room.advice is not None:
            typer.echo(f"{room.source_id}: {room.advice}")
    if proposal is None:
        return
    threshold, level = present
    verb = "keep" if proposal.minimum_level_dbfs == level else "set"
    lower = proposal.allowed_level_dbfs < proposal.minimum_level_dbfs
    but = f", which would allow {proposal.allowed_level_dbfs:g} here" if lower else ""
    typer.echo(
        f"{verb} probe.minimum_level_dbfs: {proposal.minimum_level_dbfs:g}; by definition a cough "
        f"rises {RISE_DB:g} dB above the noise floor{but}"
    )
    verb = "keep" if proposal.threshold == threshold else "set"
    typer.echo(
        f"{verb} probe.threshold: {proposal.threshold:g}; false alarms an hour to expect: "
        f"{proposal.per_hour:.1f} (95 % interval {proposal.low_per_hour:.1f} to "
        f"{proposal.high_per_hour:.1f})"
    )
    if proposal.doubtful:
        typer.echo(
            "did somebody cough? What was heard is as sure as coughs are, and such a threshold "
            "misses many of them"
        )
    elif proposal.threshold > threshold:
        typer.echo(
            f"of the sounds heard {proposal.false_alarms} would still count; since they chose the "
            "threshold, expect one more in as long a time"
        )


def _document(
    rooms: list[Room], present: _Present, proposal: Proposal | None, *, written: bool
) -> dict[str, object]:
    return {
        "sources": [
            {
                "id": room.source_id,
                "heard_s": room.heard_s,
                "clipped_s": room.clipped_s,
                "silent_s": room.silent_s,
                "dropped_s": room.dropped_s,
                "noise_dbfs": room.noise_dbfs,
                "loudest_dbfs": room.loudest_dbfs,
                "triggers": len(room.alarms),
                "advice": room.advice,
            }
            for room in rooms
        ],
        "threshold_now": present[0],
        "minimum_level_dbfs_now": present[1],
        "proposal": None
        if proposal is None
        else {
            "threshold": proposal.threshold,
            "minimum_level_dbfs": proposal.minimum_level_dbfs,
            "allowed_level_dbfs": proposal.allowed_level_dbfs,
            "false_alarms": proposal.false_alarms,
            "per_hour": proposal.per_hour,
            "low_per_hour": proposal.low_per_hour,
            "high_per_hour": proposal.high_per_hour,
            "doubtful": proposal.doubtful,
        },
        "written": written,
    }
