"""`coughd check-config`: every mistake of the configuration at once, or what is in effect."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from typing import Annotated

import typer

from ...config.load import load_settings
from ...config.paths import find_paths
from ...config.places import Places, find_places
from ...config.render import to_yaml
from ...config.schema import config_schema
from ...config.settings import Settings
from .shared.options import ConfigOption


def check_config(
    config: ConfigOption = None,
    *,
    print_: Annotated[
        bool, typer.Option("--print", help="Print every key in effect, defaults included.")
    ] = False,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of the file and stop.")
    ] = False,
) -> None:
    """Check the configuration.

    Every mistake goes to standard error, with its line; the exit code is 78 then.
    """
    if schema:
        typer.echo(json.dumps(config_schema(), indent=2, ensure_ascii=False))
        return
    paths = find_paths(os.environ, os.getuid())
    settings = load_settings(config, paths)
    places = find_places(settings, paths)
    file = config if config is not None else paths.config_file
    found = "no mistakes" if file.exists() else "there is no such file; the defaults hold"
    # With --print, standard output is a configuration file and nothing else.
    typer.echo(f"{file}: {found}", err=print_)
    if print_:
        typer.echo(to_yaml(_with_places(settings, places)), nl=False)


def _with_places(settings: Settings, places: Places) -> Settings:
    """Say where data and sockets are, also where the file leaves that to the machine."""
    return replace(
        settings,
        store=replace(settings.store, data_dir=places.data_dir),
        stream=replace(settings.stream, publish=places.publish, replay=places.replay),
    )
