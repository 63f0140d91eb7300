"""`coughd evaluate`: the ruler. The live pipeline over annotated recordings, and its scores."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Literal

import typer

from ...config.as_text import as_text
from ...config.errors import InputError
from ...detectors.evaluation.annotations.rows import Notice
from ...detectors.evaluation.page.whole import make_page
from ...detectors.evaluation.report.document import Made, System, make_report
from ...detectors.evaluation.report.numbers import Json
from ...detectors.evaluation.scoring.units import units_of_sounds
from ..lifecycle import StopRequest, stop_on_signals
from ..offline.evaluating import Listener, hear_all, heard_by_all, prepare
from ..offline.evaluation_outputs import STANDARD_OUTPUT, Outputs, output_of, write
from ..offline.gathering import Gathered, first_of, gather
from ..offline.marks import beside
from ..offline.picturing import picture_cases
from ..offline.scan_pool import usable_cores
from .shared.compared import second_of, with_threshold
from .shared.options import ConfigOption, configured
from .views.bars import progress_bar
from .views.evaluate_lines import print_report

_STOPPED = 130


def evaluate(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH", help="Recordings, or folders that hold recordings."),
    ],
    config: ConfigOption = None,
    *,
    annotations: Annotated[
        list[Path] | None,
        typer.Option(
            "--annotations",
            "-a",
            metavar="PATH",
            help="CSV tables, Audacity labels, or folders of them; else those beside the "
            "recordings. May be given several times.",
        ),
    ] = None,
    json_path: Annotated[
        Path | None,
        typer.Option(
            "--json",
            metavar="FILE",
            help="Write the report as JSON; - prints it.",
            parser=output_of,
        ),
    ] = None,
    html_path: Annotated[
        Path | None,
        typer.Option(
            "--html", metavar="FILE", help="Write the report as one web page.", parser=output_of
        ),
    ] = None,
    compare: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            help="Score a second configuration on the same sound, or what another detector or a "
            "person counted: a table, labels or a folder of them, read as annotations are.",
        ),
    ] = None,
    threshold: Annotated[
        float | None,
        typer.Option(
            metavar="P",
            min=0.0,
            max=1.0,
            help="P(cough) from which the first configuration counts a sound.",
        ),
    ] = None,
    compare_threshold: Annotated[
        float | None,
        typer.Option(
            metavar="P", min=0.0, max=1.0, help="The same of the second one, or of its table."
        ),
    ] = None,
    over: Annotated[
        Literal["subjects", "recordings"] | None,
        typer.Option(help="What the intervals draw again; else subjects where all are known."),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="Processes at once; else one for each core."),
    ] = None,
) -> None:
    """Score the detector against annotated recordings.

    Whatever cannot be used of the annotations or the recordings is named with file and line, and
    the rest is scored. Nothing is stored or published.
    """
    outputs = Outputs(json_path, html_path)
    outputs.check()
    settings = with_threshold(configured(config)[0], threshold)
    second = second_of(compare, compare_threshold)
    gathered = gather(paths, annotations or [], None if second is None else second.claims)
    listeners = [prepare(config, settings)]
    marks = None if second is None else second.read_marks(gathered)
    if second is not None and second.settings is not None:
        listeners.append(second.prepared(second.settings))
    systems, notices = _hear(gathered, listeners, workers or usable_cores())
    if marks is not None:
        systems, found = beside(systems[0], marks, gathered)
        notices = [*dict.fromkeys([*notices, *found])]
    _complain(notices, outputs)
    if not systems[0].heard:
        raise InputError("No recording is left that could be scored.")
    units = units_of_sounds([heard.truth for heard in systems[0].heard], over)
    report = make_report(systems, notices, units, _made())
    try:
        if json_path == STANDARD_OUTPUT:
            typer.echo(_as_json(report))
        else:
            print_report(report)
    finally:
        # Also where nobody reads to the end, such as `head`: hours were heard for these files.
        _write_files(report, outputs, gathered, systems[0])


def _write_files(report: Json, outputs: Outputs, gathered: Gathered, first: System) -> None:
    if outputs.json is not None and outputs.json != STANDARD_OUTPUT:
        write("--json", outputs.json, _as_json(report) + "\n")
    if outputs.html is not None:
        cases, unseen = picture_cases(gathered, first)
        _complain(unseen, outputs)
        write("--html", outputs.html, make_page(report, cases))


def _made() -> Made:
    return Made(version("coughd"), datetime.now(UTC), tuple(map(as_text, sys.argv[1:])))


def _hear(
    gathered: Gathered, listeners: Sequence[Listener], workers: int
) -> tuple[list[System], list[Notice]]:
    systems: list[System] = []
    notices = [*gathered.notices]
    recordings = len(gathered.recordings)
    what = f"{recordings} recording{'s' * (recordings > 1)}"
    with closing(StopRequest()) as stop, stop_on_signals(stop):
        for number, listener in enumerate(listeners, 1):
            with progress_bar(
                what if len(listeners) == 1 else f"{what}, {number} of 2"
            ) as progress:
                tell = partial(_tell, progress)
                system, found = hear_all(gathered, listener, workers, stop, tell)
            if stop.is_set():
                raise typer.Exit(_STOPPED)
            systems.append(system)
            notices += found
    systems, different = heard_by_all(systems)
    return systems, [*dict.fromkeys([*notices, *different])]


def _tell(progress: Callable[[float, float], None], share: float) -> None:
    progress(share, 1.0)


def _complain(notices: Sequence[Notice], outputs: Outputs) -> None:
    where = (
        "; the report has them all." if outputs.asked_for else "; --html or --json has them all."
    )
    for sentence in first_of(notices, where):
        sys.stderr.write(f"coughd: {sentence}\n")


def _as_json(report: Json) -> str:
    return json.dumps(report, ensure_ascii=False, indent=1, allow_nan=False)
