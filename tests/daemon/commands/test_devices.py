"""`coughd devices`, with a fake PortAudio."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import fake_sounddevice
import pytest
import typer
from typer.testing import CliRunner

from coughd.config.errors import DeviceUnavailableError
from coughd.daemon.commands import devices as devices_verb
from coughd.daemon.commands.devices import devices
from coughd.daemon.sources.devices import HeldCard

SNOWBALL = "Blue Snowball: USB Audio (hw:77,0)"


@pytest.fixture
def runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[CliRunner]:
    fake_sounddevice.put_in_place(fake_sounddevice.TWO_MICROPHONES, tmp_path, monkeypatch)
    yield CliRunner()
    sys.modules.pop("sounddevice", None)


def app() -> typer.Typer:
    application = typer.Typer()
    application.command()(devices)
    return application


def test_a_pipe_gets_names_to_write_down_between_tabs(runner: CliRunner) -> None:
    result = runner.invoke(app())
    assert result.exit_code == 0
    headings, *rows = [line.split("\t") for line in result.stdout.splitlines()]
    assert headings == [
        "device (to write down)", "USB port", "USB id", "Hz", "channels", "default"
    ]  # fmt: skip
    assert ["pulse", "", "", "44100", "1", "yes"] in rows
    assert SNOWBALL in [row[0] for row in rows]


def test_json_says_which_source_hears_which(runner: CliRunner, tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(
        "config_version: 1\n"
        "sources:\n"
        "  - {id: bed, kind: microphone, device: snowball}\n"
        "  - {id: hall, kind: microphone, device: Yeti}\n"
    )
    result = runner.invoke(app(), ["--json", "--config", str(config)])
    listed = json.loads(result.stdout)
    assert [(entry["name"], entry["sources"]) for entry in listed["devices"]] == [
        (SNOWBALL, ["bed"]),
        ("pulse", []),
    ]
    (problem,) = listed["problems"]
    assert problem["source"] == "hall"
    assert "there is no microphone 'Yeti' now" in problem["problem"]


def test_without_a_microphone_it_is_an_error_even_as_json(
    runner: CliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_sounddevice.put_in_place(fake_sounddevice.NO_MICROPHONE, tmp_path, monkeypatch)
    result = runner.invoke(app(), ["--json"])
    assert isinstance(result.exception, DeviceUnavailableError)
    assert json.loads(result.stdout) == {"devices": [], "held": [], "problems": []}


def test_a_card_that_a_program_listens_to_is_listed_and_said(
    runner: CliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_sounddevice.put_in_place(fake_sounddevice.NO_MICROPHONE, tmp_path, monkeypatch)
    held = HeldCard("hw:CARD=Snowball,DEV=0", "usb:1-1.2", None, "arecord")
    monkeypatch.setattr(devices_verb, "held_cards", lambda: [held])
    result = runner.invoke(app())
    assert result.exit_code == 0
    assert result.stdout.splitlines()[1].split("\t") == [
        "hw:CARD=Snowball,DEV=0", "usb:1-1.2", "", "", "", ""
    ]  # fmt: skip
    assert "held by arecord" in result.stderr

    config = tmp_path / "config.yaml"
    config.write_text("config_version: 1\nsources: [{id: bed, kind: microphone, device: snow}]\n")
    told = json.loads(runner.invoke(app(), ["--json", "--config", str(config)]).stdout)
    assert told["held"][0]["holder"] == "arecord"
    (problem,) = told["problems"]
    assert "is held by arecord" in problem["problem"]


def test_a_card_that_is_not_this_users_is_none_for_them(
    runner: CliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forbidden = HeldCard("hw:CARD=Snowball,DEV=0", "usb:1-1.2", None, None)
    monkeypatch.setattr(devices_verb, "held_cards", lambda: [forbidden])
    fake_sounddevice.put_in_place(fake_sounddevice.NO_MICROPHONE, tmp_path, monkeypatch)
    result = runner.invoke(app())
    assert isinstance(result.exception, DeviceUnavailableError)
    assert "'hw:CARD=Snowball,DEV=0' is not this user's to open" in str(result.exception)


def test_a_card_that_is_not_this_users_is_told_beside_one_that_is(
    runner: CliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forbidden = HeldCard("hw:CARD=Yeti,DEV=0", "usb:1-1.2", None, None)
    monkeypatch.setattr(devices_verb, "held_cards", lambda: [forbidden])
    fake_sounddevice.put_in_place(fake_sounddevice.TWO_MICROPHONES, tmp_path, monkeypatch)
    result = runner.invoke(app())
    assert result.exit_code == 0
    assert "'hw:CARD=Yeti,DEV=0' is not this user's to open" in result.stderr
