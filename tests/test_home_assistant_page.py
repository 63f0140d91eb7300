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
from coughd.storage.records import Change, SourceChanged

from .storage.facts import EPOCH_US, SOURCE, covered, event, open_store, seen

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
    templates = re.findall(rf'topic: {topic}\n +value_template: "(.+)"', page)
    return {path for text in templates for path in re.findall(r"value_json\.([\w.]+)", text)}


def told(path: Path, *changes: Change) -> list[dict[str, object]]:
    """The messages of what happens to a source called Nursery."""
    with open_store(path) as opened:
        rows = opened.write([seen(name="Nursery"), *changes])
    return [json.loads(row.body) for row in rows]


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
    document = collect(Settings(), places, Asked(False, None), lambda: _END)
    paths = taken("coughd/status")
    assert {"state", "history", "history.coughs_24h"} == paths
    assert [1, "off"] == [value(document, path) for path in sorted(paths - {"history"})]


def test_a_status_without_a_store_is_a_number_nobody_knows(tmp_path: Path) -> None:
    # Home Assistant would keep the last number for as long as messages come.
    places = Places(tmp_path, tmp_path / "none.sqlite3", "ipc:///x", "ipc:///y", tmp_path)
    document = collect(Settings(), places, Asked(False, None), lambda: _END)
    assert document["history"] is None
    assert ".coughs_24h if value_json.history else None }}" in _PAGE.read_text()


def test_the_automation_takes_what_a_cough_tells(tmp_path: Path) -> None:
    (cough,) = told(tmp_path / "store", event("event-1", 0))
    paths = taken("coughd/events")
    assert {"phase", "source.name"} == paths
    said = " ".join(str(value(cough, path)) for path in sorted(paths))
    assert f'payload: "{said}"' in _PAGE.read_text()
    assert re.findall(r"trigger\.payload_json\.(\w+)", _PAGE.read_text()) == ["onset"]
    assert datetime.fromisoformat(str(cough["onset"])).tzinfo is not None


def test_the_automation_takes_a_source_that_comes_for_no_cough(tmp_path: Path) -> None:
    # Where a word is missing and has no default, Home Assistant writes a warning for each message.
    (up,) = told(tmp_path / "store", SourceChanged(SOURCE, "up", "opened", EPOCH_US, ""))
    missing = [path for path in taken("coughd/events") if path.partition(".")[0] not in up]
    assert missing == ["phase"]
    assert "value_json.phase | default }}" in _PAGE.read_text()


def test_what_is_to_be_copied_is_yaml_and_new_to_the_file() -> None:
    # `automation` stands there: of two the later one would win, without what was made by hand.
    blocks = re.findall(r"```yaml\n(.+?)```", _PAGE.read_text(), re.DOTALL)
    assert [["mqtt"], ["automation coughd"]] == [[*yaml.safe_load(block)] for block in blocks]


def test_every_number_becomes_unavailable_where_none_comes() -> None:
    (block, _) = re.findall(r"```yaml\n(.+?)```", _PAGE.read_text(), re.DOTALL)
    entities = [each for kind in yaml.safe_load(block)["mqtt"].values() for each in kind]
    # Beyond a day of 25 hours and below two nights; beyond two lines of cron.
    longest_s = {"coughd/night": (25 * 3600, 48 * 3600), "coughd/status": (600, 3600)}
    for entity in entities:
        least_s, most_s = longest_s[entity["state_topic"]]
        assert least_s < entity["expire_after"] < most_s, entity["name"]
