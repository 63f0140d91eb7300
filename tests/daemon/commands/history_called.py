"""`coughd history` called on a store with five hours of a file, written by the real one."""

from __future__ import annotations

from pathlib import Path

import typer
from typer.testing import CliRunner, Result

from coughd.daemon.commands.history import history

from ...storage.facts import covered, event, open_store, scored, seen

HOUR_S = 3600
REFUSED = scored(counted=False, probability=0.2)
# EPOCH_US is 2027-01-15T08:00Z, 13:45 in Kathmandu.
RANGE = ["--since", "2027-01-15T07:00Z", "--until", "2027-01-15T12:00Z"]


def write_place(folder: Path) -> Path:
    """Write a configuration and, beside it, the store; gives the folder."""
    with open_store(folder / "coughd.sqlite3") as store:
        store.write(
            [
                seen(name="Bed\troom"),
                covered(0, HOUR_S),
                event("cough-aaaa", 0),
                event("cough-bbbb", 1000),
                event("cough-cccc", 60_000),
                event("noise-dddd", 90_000, counted=False, scored=REFUSED),
                covered(2 * HOUR_S, 2 * HOUR_S + 600, stretch_id="later"),
                covered(3 * HOUR_S, 4 * HOUR_S, stretch_id="latest"),
            ]
        )
    (folder / "config.yaml").write_text(
        f"config_version: 1\ntimezone: UTC\nstore: {{data_dir: {folder}}}\n"
    )
    return folder


def call(place: Path, *options: str) -> Result:
    app = typer.Typer()
    app.command()(history)
    return CliRunner().invoke(app, ["--config", str(place / "config.yaml"), *options])


def told(place: Path, *options: str) -> str:
    """What it prints; its error is raised."""
    result = call(place, *options)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout
