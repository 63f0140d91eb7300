"""What several verbs share: `--config`, and what it leads to."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from ....config.load import load_settings
from ....config.paths import find_paths
from ....config.places import Places, find_places
from ....config.settings import Settings

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config",
        "-c",
        help="Configuration file; else the default one, else the defaults.",
        metavar="FILE",
    ),
]
VerboseOption = Annotated[
    bool,
    typer.Option("--verbose", "-v", help="Explain each trigger and each choice on standard error."),
]
EmbedderNumberOption = Annotated[
    int | None,
    typer.Option(
        "--embedder",
        metavar="NUMBER",
        help="Which of the store's embedders, where it knows several.",
    ),
]
MixOption = Annotated[
    bool,
    typer.Option(
        "--mix", help="Take embeddings of the same weights that were run differently, too."
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


def to_stderr(line: str) -> None:
    """Write one line of `--verbose`."""
    typer.echo(line, err=True)


def configured(config: Path | None) -> tuple[Settings, Places]:
    """Read the configuration of this user and machine; ConfigError."""
    paths = find_paths(os.environ, os.getuid())
    settings = load_settings(config, paths)
    return settings, find_places(settings, paths)
