"""`coughd scan`: the coughs of recordings, by the pipeline that also listens live."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Annotated, TypeAlias

import typer
from rich.console import Console
from rich.table import Table

from ...config.as_text import in_one_line
from ...config.errors import InputError, UsageError
from ...config.settings import Settings
from ...detectors.probe_versions import ProbeVersions
from ..explaining import choices
from ..lifecycle import StopRequest, stop_on_signals
from ..offline.scanning import Ears, FoundSound, Scan, scan_file, unheard
from ..sources.mix import Channel
from ..wiring.detection import load_judge, stretch_maker, telling_often
from ..wiring.gates import load_gate
from .shared.options import ConfigOption, VerboseOption, configured, to_stderr
from .shared.output import data_output
from .views.bars import progress_bar
from .views.scan_rows import Row, sound_row, total_row

Progress: TypeAlias = Callable[[float, float], None]
_WORTH_TELLING_S = 0.1


def scan(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE", help="Sound files: WAV, FLAC, Ogg, MP3.")
    ],
    config: ConfigOption = None,
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print a JSON object a line for each cough.")
    ] = False,
    totals: Annotated[
        bool,
        typer.Option("--totals", help="With --json: after each file's coughs an object about it."),
    ] = False,
    rejected: Annotated[
        bool, typer.Option("--rejected", help="Also print what the gate heard but did not count.")
    ] = False,
    threshold: Annotated[
        float | None,
        typer.Option(
            metavar="P", min=0.0, max=1.0, help="P(cough) from which a sound counts; else as set."
        ),
    ] = None,
    channel: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=0, help="Hear this channel, counted from 0; else the mean of all."
        ),
    ] = None,
    verbose: VerboseOption = False,
) -> None:
    """Find the coughs in recordings.

    Gate, embedder and probe are those of the configuration. A file that cannot be heard is named
    on standard error, the others are scanned all the same, and the exit code is 65. Nothing is
    stored or published.
    """
    if totals and not as_json:
        raise UsageError("--totals goes with --json; else they are on standard error anyway")
    configuration, places = configured(config)
    settings = _scanning(configuration, threshold)
    judge = load_judge(settings, ProbeVersions(places.data_dir))
    gate = load_gate(settings)
    ears = Ears(stretch_maker(settings, gate, {}), judge)
    if verbose:
        for line in choices(gate.name, judge):
            to_stderr(line)
    failures = 0
    with closing(StopRequest()) as stop, stop_on_signals(stop):
        for path in files:
            if stop.is_set():
                break
            found = _hear(path, "mix" if channel is None else channel, ears, stop, verbose=verbose)
            _print(found, as_json=as_json, rejected=rejected)
            if totals:
                _print_json(total_row(found))
            if found.trouble is not None:
                to_stderr(f"coughd: {found.trouble}")
                failures += 1
        interrupted = stop.is_set()
    if interrupted:
        raise typer.Exit(130)
    if failures:
        raise typer.Exit(InputError.exit_code)


def _hear(path: Path, channel: Channel, ears: Ears, stop: StopRequest, *, verbose: bool) -> Scan:
    # The bar is gone before anything is printed: both share the terminal's lines.
    try:
        with _progress(path, verbose=verbose) as progress:
            explain = to_stderr if verbose else None
            return scan_file(path, ears, stop, channel=channel, progress=progress, explain=explain)
    except InputError as exc:
        return unheard(path, str(exc))


def _progress(path: Path, *, verbose: bool) -> AbstractContextManager[Progress]:
    """A bar; none where every trigger is told, on the same lines of the terminal."""
    return nullcontext(lambda _done, _every: None) if verbose else progress_bar(path.name)


def _scanning(settings: Settings, threshold: float | None) -> Settings:
    """Keep no embedding, tell progress often, and judge by another threshold if asked."""
    probe = replace(settings.probe, keep_embeddings=False)
    if threshold is not None:
        probe = replace(probe, threshold=threshold)
    return telling_often(replace(settings, probe=probe))


def _print(scan: Scan, *, as_json: bool, rejected: bool) -> None:
    shown = [found for found in scan.found if found.counted or rejected]
    if as_json:
        for found in shown:
            _print_json(sound_row(scan.path, found))
        return
    if not scan.duration_s:
        return
    if sys.stdout.isatty():
        _print_table(shown)
    else:
        for found in shown:
            cells = sound_row(scan.path, found).values()
            typer.echo("\t".join(in_one_line(str(cell)) for cell in cells))
    plural = "cough" if scan.coughs == 1 else "coughs"
    dead_s = scan.duration_s - scan.monitored_s
    silence = ""
    if dead_s >= _WORTH_TELLING_S:
        silence = f", of which {dead_s:.1f} s are digital silence"
        if scan.channels_mixed > 1:
            silence += " or channels that cancel each other; --channel 0 hears one alone"
    name = in_one_line(str(scan.path))
    typer.echo(f"{name}: {scan.coughs} {plural} in {scan.duration_s:.1f} s{silence}", err=True)


def _print_json(row: Row) -> None:
    typer.echo(json.dumps(row, ensure_ascii=False), file=data_output())


def _print_table(shown: list[FoundSound]) -> None:
    if not shown:
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("onset s", "length s", "label", "probability", "level dBFS", "SNR dB"):
        table.add_column(heading, justify="left" if heading == "label" else "right")
    for found in shown:
        scored = found.event.scored
        table.add_row(
            f"{found.onset_s:.3f}",
            f"{found.offset_s - found.onset_s:.3f}",
            scored.label,
            "by gate" if scored.probability is None else f"{scored.probability:.3f}",
            f"{found.event.level_dbfs:.1f}",
            f"{found.event.snr_db:.1f}",
            style=None if found.counted else "dim",
        )
    Console().print(table)
