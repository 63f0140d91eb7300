"""`coughd privacy` as a user calls it."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from coughd.daemon.commands.privacy import privacy

FORGED = "x\nholds     No sound is stored.\x1b[2J"
SHOWN = "x?holds     No sound is stored.?[2J"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir(mode=0o700)
    (tmp_path / "config.yaml").write_text("config_version: 1\nstore: {data_dir: data}\n")
    return tmp_path


def asked(folder: Path, *more: str) -> Result:
    app = typer.Typer()
    app.command()(privacy)
    return CliRunner().invoke(app, ["--config", str(folder / "config.yaml"), *more])


def test_a_files_name_is_no_line_of_the_report(folder: Path) -> None:
    (folder / "data" / FORGED).write_bytes(bytes(3))
    lines = asked(folder).stdout.splitlines()
    named = f"{folder}/data/{SHOWN}"
    assert f"          {named}: no file of this configuration's, and no text" in lines
    assert f"  {named}" in lines
    assert not [line for line in lines if line.startswith("holds     No sound is stored.")]


def test_a_files_name_is_no_line_of_what_was_purged(folder: Path) -> None:
    clips = folder / "data" / "clips"
    clips.mkdir()
    (clips / f"{FORGED}.clip").touch()
    (folder / "data" / FORGED).touch()
    assert asked(folder, "--purge", "--yes").stdout.splitlines() == [
        f"deleted {clips}/{SHOWN}.clip",
        f"left {folder}/data/{SHOWN}: it is no file of this configuration's",
    ]


def test_a_store_that_the_configuration_names_no_more_is_left_and_said_to_be_its_none(
    folder: Path,
) -> None:
    """It may be another configuration's, with the same data directory."""
    (folder / "config.yaml").write_text(
        f"config_version: 1\nstore: {{data_dir: data, url: 'sqlite:///{folder}/new.db'}}\n"
    )
    former = folder / "data/coughd.sqlite3"
    former.write_bytes(b"SQLite format 3\0")
    (said,) = asked(folder, "--purge", "--yes").stdout.splitlines()[-1:]
    assert said == f"left {former}: it is no file of this configuration's"
    assert former.exists()


def test_what_mends_a_right_can_be_typed_whatever_the_name() -> None:
    # Not pytest's folder, which other users never may enter.
    with tempfile.TemporaryDirectory(prefix="privacy-") as name:
        folder = Path(name)
        keys = folder / "data" / "keys"
        keys.mkdir(parents=True)
        folder.chmod(0o755)
        (folder / "config.yaml").write_text("config_version: 1\nstore: {data_dir: data}\n")
        (keys / "of the ward.json").touch()
        for path, mode in (
            (folder / "data", 0o755),
            (keys, 0o755),
            (keys / "of the ward.json", 0o644),
        ):
            path.chmod(mode)
        sentence = f"everyone can read it; chmod 600 '{keys}/of the ward.json'"
        assert f"          {keys}/of the ward.json: {sentence}" in asked(folder).stdout.splitlines()
