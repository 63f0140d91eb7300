"""`coughd status`: how the daemon is, and what the store knows."""

from __future__ import annotations

import json
import os

import typer
from rich.console import Console

from .shared.asking import ask, collect
from .shared.options import ConfigOption, JsonOption, configured
from .shared.reading import now
from .views.status_view import print_status

FAULTY = 1


def status(config: ConfigOption = None, *, as_json: JsonOption = False) -> None:
    """Show how the daemon is, and what is the matter.

    Exit code 0: all is well; 1: something is the matter; 69: no daemon answers,
    or this user may not ask it.
    """
    settings, places = configured(config)
    document = collect(settings, places, ask(settings, places), now)
    if as_json:
        typer.echo(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        print_status(document, Console(highlight=False), now())
    if document["state"] in ("off", "hangs", "unknown"):
        raise typer.Exit(os.EX_UNAVAILABLE)
    if document["faults"]:
        raise typer.Exit(FAULTY)
