from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
import typer
from typer.testing import CliRunner

from coughd.config.errors import ConfigError
from coughd.config.load import parse_settings
from coughd.daemon.commands.check_config import check_config


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> typer.Typer:
    monkeypatch.setenv("CONFIGURATION_DIRECTORY", str(tmp_path))
    monkeypatch.setenv("RUNTIME_DIRECTORY", "/run/coughd")
    app = typer.Typer()
    app.command()(check_config)
    return app


def test_a_good_file_is_called_good(app: typer.Typer, tmp_path: Path) -> None:
    file = tmp_path / "ward.yaml"
    file.write_text("site: ward\n")

    result = CliRunner().invoke(app, ["--config", str(file)])

    assert (result.exit_code, result.stdout) == (0, f"{file}: no mistakes\n")


def test_a_missing_default_file_is_said(app: typer.Typer, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, [])

    assert result.stdout == f"{tmp_path}/config.yaml: there is no such file; the defaults hold\n"


def test_printed_settings_are_a_configuration(app: typer.Typer, tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text("site: ward\nprobe: {threshold: 0.7}\n")

    result = CliRunner().invoke(app, ["--print"])

    printed = parse_settings(result.stdout.encode(), file)
    given = parse_settings(file.read_bytes(), file)
    assert printed == replace(
        given,
        store=replace(given.store, data_dir=printed.store.data_dir),
        stream=replace(
            given.stream,
            publish="ipc:///run/coughd/events.sock",
            replay="ipc:///run/coughd/replay.sock",
        ),
    )
    assert printed.store.data_dir is not None, "it says where the data are"
    assert "heartbeat_s: 2.0" in result.stdout


def test_the_schema_is_printed_without_reading_a_file(app: typer.Typer, tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("nonsense: [")

    result = CliRunner().invoke(app, ["--schema"])

    jsonschema.Draft202012Validator.check_schema(json.loads(result.stdout))


def test_mistakes_end_the_command(app: typer.Typer, tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("sit: x\nnod: y\n")

    with pytest.raises(ConfigError, match=r"(?s)sit: unknown key.*nod: unknown key"):
        CliRunner().invoke(app, [], catch_exceptions=False)


def test_a_socket_path_that_is_too_long_is_a_mistake(
    app: typer.Typer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNTIME_DIRECTORY", "/run/" + "x" * 120)

    with pytest.raises(ConfigError, match="longer than 107 bytes"):
        CliRunner().invoke(app, [], catch_exceptions=False)
