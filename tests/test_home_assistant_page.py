"""docs/home-assistant.md takes out of the commands' JSON what is there."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from coughd.config.places import Places
from coughd.config.settings import Settings
from coughd.daemon.commands.shared.asking import collect
from coughd.daemon.main import command_line
from coughd.daemon.supervision.status_client import Asked

from .storage.facts import EPOCH_US, covered, event, open_store, seen

_PAGE = Path(__file__).parents[1] / "docs" / "home-assistant.md"
_BEGIN = datetime.fromtimestamp(EPOCH_US // 1_000_000, UTC)
_END = _BEGIN + timedelta(hours=1)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """One cough, in an hour that was heard."""
    path = tmp_path / "coughd.sqlite3"
    with open_store(path) as opened:
        opened.write([seen(), covered(0, 3_600), event("event-1", 0)])
    return path


def taken(topic: str) -> set[str]:
    """What the page takes of each message of a topic, as `a.b`."""
    page = _PAGE.read_text()
    templates = re.findall(rf'_topic: {topic}\n +value_template: "(.+)"', page)
    return {path for text in templates for path in re.findall(r"value_json\.([\w.]+)", text)}


def value(document: object, path: str) -> object:
    for key in path.split("."):
        assert isinstance(document, dict), path
        document = document[key]
    return document


def test_the_night_has_what_is_shown(store: Path) -> None:
    # Until now is how the page asks; a test knows an end that does not move.
    hour = ["--since", _BEGIN.isoformat(), "--until", _END.isoformat()]
    asked = ["history", "--json", "--by", "hour", *hour, "--store", str(store)]
    said = CliRunner().invoke(command_line([]), asked)
    assert 0 == said.exit_code
    paths = taken("coughd/night")
    assert {"summary.coughs", "summary.monitored_s"} == paths
    assert [1, 3_600.0] == [value(json.loads(said.output), path) for path in sorted(paths)]


def test_the_status_has_what_is_shown(store: Path) -> None:
    places = Places(store.parent, store, "ipc:///x", "ipc:///y", store.parent)
    told = collect(Settings(), places, Asked(False, None), lambda: _END)
    paths = taken("coughd/status")
    assert {"state", "history.coughs_24h"} == paths
    assert [1, "off"] == [value(told, path) for path in sorted(paths)]


def test_what_is_to_be_copied_is_yaml() -> None:
    blocks = re.findall(r"```yaml\n(.+?)```", _PAGE.read_text(), re.DOTALL)
    assert [["mqtt"], ["automation"]] == [[*yaml.safe_load(block)] for block in blocks]
