"""`coughd calibrate`: what the room is like, and from which probability to count there."""

from __future__ import annotations

import json
import os
import stat
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Annotated, TypeAlias

import typer
from rich.console import Console

from ...config.document import DocumentError
from ...config.editing import with_value
from ...config.errors import ConfigError, DeviceUnavailableError, UsageError
from ...config.load import load_settings, parse_settings
from ...config.paths import find_paths
from ...config.places import find_places
from ...config.settings import Settings
from ...detectors.probe_versions import ProbeVersions
from ..calibration import RISE_DB, Proposal, QuietSink, Room, propose
from ..clock import SystemClock
from ..judge import Judge
from ..lifecycle import StopRequest, stop_on_signals
from ..wiring.detection import load_judge, telling_often
from ..wiring.listener import build_listener
from .options import ConfigOption, JsonOption

_NEARLY_SURE = 0.9
"""The probe seldom is so sure of another sound, nor surer of a lonely cough."""
_Present: TypeAlias = tuple[float, float | None]
"""Threshold and level in force."""


def calibrate(
    config: ConfigOption = None,
    *,
    minutes: Annotated[
        float,
        typer.Option(
            "--minutes", metavar="M", help="How long to listen; Ctrl-C ends it earlier.", min=0
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
    where it holds the microphone. Exit code 69 where nothing was heard.
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
    changed = _changes(present, proposal) if write else {}
    if changed:
        _write(file, changed)
    if as_json:
        typer.echo(json.dumps(_document(rooms, present, proposal, written=bool(changed))))
    else:
        _print(rooms, present, proposal)
        for key, value in changed.items():
            typer.echo(f"{file}: probe.{key} is now {value:g}")
    if proposal is None:
        raise DeviceUnavailableError("nothing was heard, so nothing is proposed: see coughd doctor")


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
    return {key: value for key, value in wanted.items() if value not in present}


def _write(file: Path, values: dict[str, float]) -> None:
    """Replace the file by one with these keys of `probe`, with the same owner and mode."""
    target = file.resolve()
    try:
        data = target.read_bytes() if target.exists() else b""
        for key, value in values.items():
            data = with_value(data, "probe", key, f"{value:g}")
        parse_settings(data, target)
        target.parent.mkdir(parents=True, exist_ok=True)
        _replace(target, data)
    except (OSError, ValueError, DocumentError) as exc:
        said = ", ".join(f"probe.{key}: {value:g}" for key, value in values.items())
        raise ConfigError(
            f"{file}: {said} could not be written ({exc}); write that yourself"
        ) from exc


def _replace(target: Path, data: bytes) -> None:
    """Put a whole new file in place; OSError, and then nothing of it is left."""
    with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as draft:
        try:
            draft.write(data)
            draft.flush()
            if target.exists():
                status = target.stat()
                os.fchown(draft.fileno(), status.st_uid, status.st_gid)
                os.fchmod(draft.fileno(), stat.S_IMODE(status.st_mode))
            os.fsync(draft.fileno())
            Path(draft.name).replace(target)
        except OSError:
            Path(draft.name).unlink()
            raise


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
    if proposal.threshold > threshold and proposal.threshold >= _NEARLY_SURE:
        typer.echo(
            "did somebody cough? What was heard is as sure as coughs are, and such a threshold "
            "misses many of them"
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
        },
        "written": written,
    }
