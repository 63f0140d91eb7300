"""`coughd model` against a stand-in for the hub, with the hub's real client."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import PATIENCE_S, Said, command
from model_files import FILES, WEIGHTS
from stand_in_hub import TOKEN, StandInHub

from coughd.daemon.models.catalog import CATALOG

HEAR = CATALOG["hear"]
TERMS = "https://developers.google.com/health-ai-developer-foundations/terms"


@pytest.fixture
def hub() -> Iterator[StandInHub]:
    with StandInHub(HEAR.repository, HEAR.revision, FILES) as hub:
        yield hub


class Person:
    """Types commands; nothing of this machine's own is seen or touched."""

    def __init__(self, folder: Path, endpoint: str) -> None:
        self.data_dir = folder / "data"
        self._config = folder / "config.yaml"
        self._config.write_text(f"config_version: 1\nstore: {{data_dir: {self.data_dir}}}\n")
        self.environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith("HF_")},
            "HF_ENDPOINT": endpoint,
            "HF_HOME": str(folder / "hub"),
            "HF_TOKEN": TOKEN,
        }

    def types(self, *words: object, answer: str = "") -> Said:
        done = subprocess.run(
            [*command("model", *words), "--config", str(self._config)],
            capture_output=True, text=True, check=False, env=self.environ, input=answer,
            timeout=PATIENCE_S,
        )  # fmt: skip
        return Said(done.returncode, done.stdout.splitlines(), done.stderr)

    @property
    def folder(self) -> Path:
        return self.data_dir / "models/hear" / HEAR.revision

    def has_nothing_in_place(self) -> bool:
        return not self.folder.exists()


@pytest.fixture
def person(tmp_path: Path, hub: StandInHub) -> Person:
    return Person(tmp_path, hub.endpoint)


def pulled_files(folder: Path) -> dict[str, bytes]:
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}
    return {
        name: path.read_bytes()
        for name, path in files.items()
        if path.is_file() and name != "coughd-model.json"
    }


def test_a_pull_fetches_the_model_and_nothing_else(person: Person) -> None:
    said = person.types("pull", "hear", "--accept-terms")
    assert 0 == said.exit_code, said.complaints
    assert TERMS in said.complaints
    assert "" not in said.complaints.splitlines()
    assert "embedder: {kind: hear}" in said.lines[-1]
    wanted = ("saved_model.pb", "variables/variables.index", WEIGHTS)
    assert {name: FILES[name] for name in wanted} == pulled_files(person.folder)
    assert 0 == person.types("verify", "hear").exit_code
    (row, *_) = json.loads("".join(person.types("list", "--json").lines))
    assert (HEAR.revision, "hub", str(person.folder)) == (
        row["revision"],
        row["vouched_by"],
        row["folder"],
    )
    (accepted,) = json.loads((person.data_dir / "models/terms.json").read_text())
    assert {
        "model": "hear",
        "repository": "google/hear",
        "revision": HEAR.revision,
        "terms": TERMS,
        "how": "--accept-terms",
    } == {key: value for key, value in accepted.items() if key != "accepted_at"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", accepted["accepted_at"])


def test_without_a_token_it_is_said_how_to_get_one_and_a_login_will_do(person: Person) -> None:
    del person.environ["HF_TOKEN"]
    said = person.types("pull", "hear", "--accept-terms")
    assert 77 == said.exit_code
    assert "there is no token here: set HF_TOKEN, or run hf auth login" in said.complaints
    login = Path(person.environ["HF_HOME"]) / "token"
    login.parent.mkdir()
    login.write_text(TOKEN)
    assert 0 == person.types("pull", "hear").exit_code


def test_terms_that_were_not_accepted_here_fetch_nothing(person: Person, hub: StandInHub) -> None:
    said = person.types("pull", "hear")
    assert 64 == said.exit_code
    assert f"read {TERMS}, then add --accept-terms" in said.complaints
    assert not hub.ranges


def test_without_the_hubs_client_the_command_that_installs_it_is_named(
    person: Person, tmp_path: Path
) -> None:
    (tmp_path / "absent").mkdir()
    (tmp_path / "absent/huggingface_hub.py").write_text("raise ImportError('absent')")
    person.environ["PYTHONPATH"] = str(tmp_path / "absent")
    said = person.types("pull", "hear", "--accept-terms")
    assert 70 == said.exit_code
    assert "pip install huggingface-hub" in said.complaints
