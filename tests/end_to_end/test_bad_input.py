"""What a user may get wrong, through the commands: its sentence, its exit code, nothing harmed."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from command_line import coughd
from one_sound import STORE_FILE, assert_one_sentence, stored, write_config

from coughd.detectors.runtime import SHIPPED_MODELS
from coughd.storage.schema import SCHEMA_VERSION

FIFTY_MISTAKES = Path(__file__).parents[1] / "config" / "fifty_mistakes.yaml"


@pytest.mark.parametrize("verb", ["check-config", "run"])
def test_fifty_mistakes_are_told_at_once(verb: str, lived_in: Path) -> None:
    config = lived_in / "config.yaml"
    before = stored(lived_in / "data")
    shutil.copy(FIFTY_MISTAKES, config)
    said = coughd(verb, "--config", config)
    assert said.exit_code == os.EX_CONFIG
    heading, *mistakes = said.complaints.splitlines()
    marked = [line.partition("#! ") for line in FIFTY_MISTAKES.read_text().splitlines()]
    expected = [
        f"{config}:{number}: {text}"
        for number, (_, marker, text) in enumerate(marked, start=1)
        if marker
    ]
    assert len(expected) >= 50
    assert heading == f"coughd: {config} has {len(expected)} mistakes:"
    assert mistakes == expected
    assert stored(lived_in / "data") == before


@pytest.mark.parametrize("arguments", [("cough",), ("history", "--bye"), ("watch", "--since", "x")])
def test_a_command_that_does_not_exist(arguments: tuple[str, ...]) -> None:
    said = coughd(*arguments)
    assert (said.exit_code, said.lines) == (os.EX_USAGE, [])
    assert said.complaints.startswith("Usage: ")
    assert arguments[:2][-1] in said.complaints.splitlines()[-1]


@pytest.mark.parametrize("verb", ["check-config", "run", "history"])
def test_a_named_configuration_that_is_missing(verb: str, tmp_path: Path) -> None:
    config = tmp_path / "nowhere.yaml"
    said = coughd(verb, "--config", config)
    assert_one_sentence(said, os.EX_CONFIG, f"there is no configuration file {config}: check")


def test_a_folder_is_no_configuration(tmp_path: Path) -> None:
    said = coughd("check-config", "--config", tmp_path)
    assert_one_sentence(said, os.EX_CONFIG, f"cannot read the configuration file {tmp_path}: Is a")


def test_a_data_directory_in_which_nothing_can_be_made(tmp_path: Path) -> None:
    """Below /proc even root may not."""
    said = coughd("run", "--config", write_config(tmp_path, store={"data_dir": "/proc/coughd"}))
    assert_one_sentence(said, os.EX_IOERR, "/proc/coughd/coughd.lock: cannot be made or written")
    assert "name another one in store.data_dir" in said.complaints


def test_a_data_directory_below_a_file(tmp_path: Path) -> None:
    letter = tmp_path / "letter"
    letter.write_text("not a folder")
    said = coughd("run", "--config", write_config(tmp_path, store={"data_dir": "letter/data"}))
    assert_one_sentence(said, os.EX_IOERR, "cannot be made or written (Not a directory)")
    assert letter.read_text() == "not a folder"


def probe_of_another_embedder(folder: Path) -> Path:
    path = folder / "foreign-probe.json"
    probe = json.loads((SHIPPED_MODELS / "probe-open.json").read_text())
    embedder = {"name": "hear@9b2eb28", "sha256": "0" * 64}
    path.write_text(json.dumps(probe | {"embedder": embedder}))
    return path


def newer_store(folder: Path) -> Path:
    with closing(sqlite3.connect(folder / "data" / STORE_FILE)) as connection:
        connection.execute("update meta set value = '99' where key = 'schema_version'")
        connection.commit()
    return folder


@pytest.mark.parametrize(
    ("changes", "exit_code", "says"),
    [
        (
            lambda folder: {"sources": [{"id": "bed", "kind": "file", "path": "gone.wav"}]},
            os.EX_DATAERR,
            "/gone.wav' cannot be read: No such file or directory; check path and rights",
        ),
        (
            lambda folder: {"probe": {"path": str(probe_of_another_embedder(folder))}},
            os.EX_SOFTWARE,
            "was fitted on the embedder hear@9b2eb28, but open@",
        ),
        (
            lambda folder: {"site": newer_store(folder).name},
            os.EX_IOERR,
            f"the store has version 99, this coughd knows up to {SCHEMA_VERSION}; upgrade coughd",
        ),
    ],
    ids=["no such sound", "probe of another embedder", "newer store"],
)
def test_what_cannot_be_used_leaves_the_store_as_it_was(
    changes: Callable[[Path], dict[str, object]], exit_code: int, says: str, lived_in: Path
) -> None:
    config = write_config(lived_in, **changes(lived_in))
    before = stored(lived_in / "data")
    assert_one_sentence(coughd("run", "--config", config), exit_code, says)
    assert stored(lived_in / "data") == before


@pytest.mark.parametrize("verb", [("run",), ("history",), ("export", "events")])
def test_a_store_that_is_none_is_left_alone(verb: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    file = tmp_path / "data" / STORE_FILE
    file.write_bytes(b"my diary\n" * 1000)
    said = coughd(*verb, "--config", write_config(tmp_path))
    assert_one_sentence(said, os.EX_IOERR, f"{file}: cannot be")
    assert "this is not a SQLite database; move it away or name another file" in said.complaints
    assert file.read_bytes() == b"my diary\n" * 1000


@pytest.mark.parametrize("verb", [("history",), ("export", "events")])
def test_questions_before_anything_was_heard(verb: tuple[str, ...], tmp_path: Path) -> None:
    said = coughd(*verb, "--config", write_config(tmp_path))
    assert_one_sentence(said, os.EX_IOERR, "there is no store yet; `coughd run` makes one")
    assert not (tmp_path / "data").exists()
