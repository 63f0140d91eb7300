"""Every verb of the command line, each a module in `commands`.

The verb is what is named like its module: a function, or a `typer.Typer` with verbs of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module

import typer

from .commands.shared.examples import epilog_of

VERBS = (
    "run",
    "demo",
    "watch",
    "history",
    "label",
    "train",
    "embed",
    "questions",
    "export",
    "scan",
    "devices",
    "evaluate",
    "doctor",
    "status",
    "privacy",
    "calibrate",
    "monitoring",
    "check-config",
    "support-bundle",
    "backup",
    "clips",
    "keys",
    "model",
    "service",
)
"""In the order of `coughd --help`."""


def add_verbs(app: typer.Typer, names: Iterable[str]) -> None:
    """Let the command line know these; no other is imported."""
    for name in names:
        word = name.replace("-", "_")
        verb = getattr(import_module(f".commands.{word}", __package__), word)
        if isinstance(verb, typer.Typer):
            app.add_typer(verb, name=name)
        else:
            app.command(name, epilog=epilog_of(name))(verb)
