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

from ...config.as_text import as_text
from ...config.errors import InputError
from ...config.settings import Settings
from ...detectors.probe_versions import ProbeVersions
from ..explaining import choices
from ..lifecycle import StopRequest, stop_on_signals
from ..offline.scanning import FoundSound, Scan, scan_file
from ..wiring.detection import load_judge, stretch_maker, telling_often
from ..wiring.gates import load_gate
from .bars import progress_bar
from .history_words import printable
from .options import ConfigOption, VerboseOption, configured, to_stderr

Progress: TypeAlias = Callable[[float, float], None]


def scan(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE", help="Sound files: WAV, FLAC, Ogg, MP3.")
    ],
    config: ConfigOption = None,
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print a JSON object a line for each cough.")
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
    verbose: VerboseOption = False,
) -> None:
    """Find the coughs in recordings.

    Gate, embedder and probe are those of the configuration. A file that cannot be heard is named
    on standard error, the others are scanned all the same, and the exit code is 65. Nothing is
    stored or published.
    """
    configuration, places = configured(config)
    settings = _scanning(configuration, threshold)
    judge = load_judge(settings, ProbeVersions(places.data_dir))
    gate = load_gate(settings)
    stretches = stretch_maker(settings, gate, {})
    if verbose:
        for line in choices(gate.name, judge):
            to_stderr(line)
    failures = 0
    with closing(StopRequest()) as stop, stop_on_signals(stop):
        for path in files:
            if stop.is_set():
                break
            try:
                # The bar is gone before anything is printed: both share the terminal's lines.
                with _progress(path, verbose=verbose) as progress:
                    found = scan_file(
                        path,
                        stretches,
                        judge,
                        stop,
                        progress=progress,
                        explain=to_stderr if verbose else None,
                    )
            except InputError as exc:
                _complain(str(exc))
                failures += 1
                continue
            _print(found, as_json=as_json, rejected=rejected)
            if found.damage is not None:
                _complain(found.damage)
                failures += 1
        interrupted = stop.is_set()
    if interrupted:
        raise typer.Exit(130)
    if failures:
        raise typer.Exit(InputError.exit_code)


def _progress(path: Path, *, verbose: bool) -> AbstractContextManager[Progress]:
    """A bar; none where every trigger is told, on the same lines of the terminal."""
    return nullcontext(lambda _done, _every: None) if verbose else progress_bar(path.name)


def _scanning(settings: Settings, threshold: float | None) -> Settings:
    """Tell progress often, and judge by another threshold if asked."""
    if threshold is not None:
        settings = replace(settings, probe=replace(settings.probe, threshold=threshold))
    return telling_often(settings)


def _complain(sentence: str) -> None:
    sys.stderr.write(f"coughd: {sentence}\n")


def _print(scan: Scan, *, as_json: bool, rejected: bool) -> None:
    shown = [found for found in scan.found if found.counted or rejected]
    if as_json:
        for found in shown:
            typer.echo(json.dumps(_row(scan.path, found), ensure_ascii=False))
        return
    coughs = sum(found.counted for found in scan.found)
    if sys.stdout.isatty():
        _print_table(shown)
    else:
        for found in shown:
            typer.echo(
                "\t".join(printable(str(value)) for value in _row(scan.path, found).values())
            )
    plural = "cough" if coughs == 1 else "coughs"
    typer.echo(f"{scan.path}: {coughs} {plural} in {scan.duration_s:.1f} s", err=True)


def _row(path: Path, found: FoundSound) -> dict[str, object]:
    """One line of output; a window cut by the file's edge has the gate's score as probability."""
    scored = found.event.scored
    probability = scored.probability
    return {
        "file": as_text(str(path)),
        "onset_s": round(found.onset_s, 4),
        "offset_s": round(found.offset_s, 4),
        "probability": round(found.event.gate_score if probability is None else probability, 6),
        "label": scored.label,
        "counted": found.counted,
        "scored_by": scored.scored_by,
        "gate_score": round(found.event.gate_score, 6),
        "level_dbfs": round(found.event.level_dbfs, 2),
        "snr_db": round(found.event.snr_db, 2),
        "reason": scored.reason,
        "threshold": scored.threshold,
        "window": found.event.window,
        "scores": {label: round(score, 6) for label, score in scored.scores.items()},
    }


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
