"""`coughd privacy`: what is stored, open and reachable, as the operating system says it."""

from __future__ import annotations

import json
import os
import sys
from typing import Annotated

import typer
from rich.console import Console

from ...config.as_text import in_one_line
from ...config.errors import UsageError
from ...config.load import load_settings
from ...config.paths import find_paths
from ...config.places import find_places
from ..privacy.document import document
from ..privacy.looking import look
from ..privacy.purge import Plan, plan_purge, purge
from .shared.options import ConfigOption, JsonOption
from .views.privacy_view import print_report

_SHOWN = 100
"""Files, where a person is asked; there may be tens of thousands of clips."""


def privacy(
    config: ConfigOption = None,
    *,
    purge_: Annotated[
        bool,
        typer.Option(
            "--purge",
            help="Delete all that was heard: store, backups beside it, clips, recordings, and "
            "what was handed in and waits.",
        ),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --purge: do not ask.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Prove what is stored, open and reachable.

    Lists processes, sockets, files and tables, as the kernel shows them. Exit code 0: no sound is
    stored, nothing beyond this machine can reach it, and nobody else here can read it. 1: one of
    these does not hold or could not be proved, and it says why.
    """
    paths = find_paths(os.environ, os.getuid())
    settings = load_settings(config, paths)
    places = find_places(settings, paths)
    config_file = config if config is not None else paths.config_file
    if purge_:
        if not yes:
            _ask(plan_purge(settings, places, config_file))
        _tell(purge(settings, places, config_file), as_json=as_json)
        return
    report = look(settings, places, config_file)
    if as_json:
        typer.echo(json.dumps(document(report), indent=2, ensure_ascii=False))
    else:
        # A path cut to the width of the terminal would be no proof.
        print_report(report, Console(soft_wrap=True, highlight=False))
    if not all(promise.holds for promise in report.promises):
        raise typer.Exit(1)


def _ask(plan: Plan) -> None:
    if not plan.deletes:
        return
    if not sys.stdin.isatty():
        raise UsageError("--purge deletes all that was heard for good; add --yes to do so")
    for file in plan.deletes[:_SHOWN]:
        typer.echo(in_one_line(f"{file.path} ({file.size_bytes} bytes)"), err=True)
    if len(plan.deletes) > _SHOWN:
        typer.echo(f"and {len(plan.deletes) - _SHOWN} more", err=True)
    typer.confirm("Delete these for good?", abort=True, err=True)


def _tell(plan: Plan, *, as_json: bool) -> None:
    deleted, left = ([str(file.path) for file in files] for files in (plan.deletes, plan.leaves))
    if as_json:
        typer.echo(json.dumps({"deleted": deleted, "left": left}))
        return
    for path in deleted:
        typer.echo(in_one_line(f"deleted {path}"))
    if not deleted:
        typer.echo("nothing was stored")
    for each in left:
        typer.echo(in_one_line(f"left {each}: it is no file of this configuration's"))
