"""Data on standard output."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from coughd.daemon.commands.export import export
from coughd.daemon.commands.history import history

from ....storage.facts import covered, event, open_store, seen


@pytest.mark.parametrize(
    ("verb", "options"),
    [
        (export, ["events"]),
        (export, ["coverage", "--format", "jsonl"]),
        (history, ["--json", "--since", "2027-01-15", "--until", "2027-01-15"]),
    ],
)
def test_data_are_utf_8_whatever_letters_the_terminal_has(
    tmp_path: Path, verb: Callable[..., None], options: list[str]
) -> None:
    with open_store(tmp_path / "coughd.db") as store:
        store.write([seen(name="Küche"), covered(0, 60), event()])
    (tmp_path / "config.yaml").write_text("config_version: 1\n")
    app = typer.Typer()
    app.command()(verb)
    place = ["--config", str(tmp_path / "config.yaml"), "--store", str(tmp_path / "coughd.db")]
    told = CliRunner(charset="latin-1").invoke(app, [*options, *place])
    assert told.exception is None
    assert "Küche" in told.stdout_bytes.decode("utf-8")
