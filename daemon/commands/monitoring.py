"""`coughd monitoring`: the files by which Prometheus and Grafana understand the metrics."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..monitoring.writing import DEFAULT_LISTEN, write_files
from .shared.options import ConfigOption, configured


def monitoring(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where to write them.")],
    config: ConfigOption = None,
    *,
    force: Annotated[
        bool, typer.Option("--force", help="Replace files of these names that differ.")
    ] = False,
) -> None:
    """Write alert rules, a dashboard and a scrape configuration.

    They load without edits: prometheus.yml and coughd.rules.yml into Prometheus,
    coughd-dashboard.json into Grafana. Files of these names that differ stay unless --force is
    given.
    """
    listen = configured(config)[0].metrics.listen
    for path in write_files(folder, listen or DEFAULT_LISTEN, replace=force):
        typer.echo(str(path))
    if listen is None:
        typer.echo(
            f"The daemon tells nothing yet: write `metrics: {{listen: {DEFAULT_LISTEN}}}` into "
            "its configuration and restart it.",
            err=True,
        )
