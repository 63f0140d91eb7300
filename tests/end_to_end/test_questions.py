"""`coughd questions`: learnt from answers about stored coughs, asked of all that were heard."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr
from clips import write_clips
from command_line import Said, coughd
from living_daemon import STORE_FILE, LivingDaemon, read, write_config

from coughd.detectors.ports import SAMPLE_RATE_HZ
from coughd.detectors.synthesis import bundled_scene

pytest.importorskip("sklearn", reason="comes with the extra coughd[fit]")

PEOPLE = ("anna", "ben", "eve", "tom")
SCENE = bundled_scene().samples
DULL_RATE_HZ = 5_000


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four people's recordings, heard: each as it is, then once more as through a wall."""
    folder = tmp_path_factory.mktemp("questions")
    sources = []
    for number, name in enumerate(PEOPLE):
        path = folder / f"{name}.flac"
        dull = soxr.resample(SCENE, SAMPLE_RATE_HZ, DULL_RATE_HZ)
        both = np.concatenate([SCENE, soxr.resample(dull, DULL_RATE_HZ, SAMPLE_RATE_HZ)])
        # The same to the last bit would be one group.
        soundfile.write(path, (1.0 - number / 20) * both, SAMPLE_RATE_HZ)
        sources.append({"id": name, "kind": "file", "pace": "fast", "path": str(path)})
    config = write_config(folder, folder / "anna.flac", folder / "data")
    config.write_text(json.dumps({**json.loads(config.read_text()), "sources": sources}))
    with LivingDaemon(config) as daemon:
        assert 0 == daemon.finish()
    return config


def questions(config: Path, *arguments: object) -> Said:
    return coughd("questions", *arguments, "--config", config)


def table(lines: Sequence[str]) -> list[dict[str, str]]:
    return list(csv.DictReader(lines))


@pytest.fixture(scope="module")
def learnt(config: Path) -> dict[str, object]:
    """Which coughs were dull, as somebody wrote beside each of an export."""
    export = table(coughd("export", "events", "--config", config).lines)
    assert len(export) >= 40
    answers = config.parent / "answers.csv"
    with answers.open("w", newline="") as file:
        writer = csv.DictWriter(file, [*export[0], "dull", "subject"])
        writer.writeheader()
        for row in export:
            dull = "yes" if int(row["onset_sample"]) >= SCENE.size else "no"
            writer.writerow({**row, "dull": dull, "subject": row["source_id"]})
        writer.writerow({"event_id": "0000", "dull": "yes", "subject": "nobody"})
    said = questions(config, "learn", "dull", answers, "--json")
    assert 0 == said.exit_code, said.complaints
    assert f"{answers}:{len(export) + 2}: left out: the store holds no embed" in said.complaints
    return dict(json.loads(said.lines[-1]))


def test_the_card_tells_what_it_is(config: Path, learnt: dict[str, object]) -> None:
    assert "dull-open-0001" == learnt["name"]
    card = learnt["card"]
    assert isinstance(card, dict)
    assert 4 == card["group_count"]
    assert card["scores"]["roc_auc"]["value"] > 0.9
    listed = questions(config, "list").lines
    assert [f"dull-open-0001\t{Path(str(learnt['path'])).with_suffix('.md')}"] == listed
    assert "Fitted to" in Path(listed[0].split("\t")[1]).read_text()


def test_every_cough_has_the_answer_of_its_stored_embedding(
    config: Path, learnt: dict[str, object]
) -> None:
    """Worked out anew from the store and the numbers in the file."""
    said = questions(config, "ask", "dull")
    assert 0 == said.exit_code, said.complaints
    rows = table(said.lines)
    store = config.parent / "data" / STORE_FILE
    coughs = read(store, "SELECT count(*) FROM events WHERE counted AND window = 'complete'")[0][0]
    assert coughs == len(rows)
    assert f"{coughs} of " in said.complaints
    assert "answered by dull-open-0001" in said.complaints
    probe = json.loads(Path(str(learnt["path"])).read_bytes())
    with closing(sqlite3.connect(store)) as connection:
        vectors = dict(connection.execute("SELECT event_id, vector FROM embeddings"))
    for row in rows:
        centred = (np.frombuffer(vectors[row["event_id"]], "<f4") - probe["mean"]) / probe["scale"]
        log_odds = centred @ np.array(probe["coefficients"]) + probe["intercept"]
        log_odds = log_odds * probe["calibration"]["slope"] + probe["calibration"]["offset"]
        assert abs(float(row["answer"]) - 1.0 / (1.0 + np.exp(-log_odds))) < 1e-9


def test_range_sources_and_form_are_those_of_an_export(
    config: Path, learnt: dict[str, object]
) -> None:
    del learnt
    of_anna = questions(config, "ask", "dull", "--source", "anna", "--rejected", "--json").lines
    assert {"anna"} == {json.loads(line)["source_id"] for line in of_anna}
    assert [] == questions(config, "ask", "dull", "--until", "1999-01-01", "--json").lines
    path = config.parent / "dull.csv"
    said = questions(config, "ask", "dull", "--by", "dull-open-0001", "-o", path)
    assert (0, []) == (said.exit_code, said.lines)
    assert table(questions(config, "ask", "dull").lines) == table(path.read_text().splitlines())
    assert 0o600 == path.stat().st_mode & 0o777


def test_a_question_of_clips_needs_no_store(tmp_path: Path) -> None:
    """Coughs against other sounds, since that is what synthetic clips differ in."""
    clips = tmp_path / "clips"
    rows = table(write_clips(clips).read_text().splitlines())
    with (clips / "answers.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, [*rows[0], "barking"])
        writer.writeheader()
        for row in rows:
            writer.writerow({**row, "barking": int(row["label"] == "cough")})
    config = write_config(tmp_path, clips / "000.wav", tmp_path / "data")
    said = questions(config, "learn", "barking", clips / "answers.csv")
    assert 0 == said.exit_code, said.complaints
    assert "48 answered clips of answers.csv; 24 yes, 24 no; 6 groups" in "\n".join(said.lines)
    assert "`coughd questions ask barking` asks it of the store." in said.lines[-1]


@pytest.mark.parametrize(
    ("arguments", "exit_code", "sentence"),
    [
        (["ask", "dry"], 64, "nothing has learnt the question 'dry'"),
        (["ask", "dull", "--by", "dry-open-0001"], 64, "learnt were: dull-open-0001"),
        (
            ["ask", "dull", "--by", 300 * "x"],
            64,
            "or it cannot be seen; learnt were: dull-open-0001",
        ),
        (["ask", "Wet!"], 64, "is no name for a question"),
        (["ask", "dry", "--by", "dull-open-0001"], 65, "answers 'dull', not 'dry'"),
        (["ask", "dull", "--since", "yesteryear"], 64, "--since 'yesteryear' is no time"),
        (["learn", "dry", "none.csv"], 65, "none.csv cannot be read"),
    ],
)
def test_a_mistake_is_one_sentence(
    config: Path,
    learnt: dict[str, object],
    arguments: list[str],
    exit_code: int,
    sentence: str,
) -> None:
    del learnt
    said = questions(config, *arguments)
    assert (exit_code, []) == (said.exit_code, said.lines)
    assert sentence in said.complaints
    assert 1 == len(said.complaints.splitlines())


def test_options_of_the_store_are_not_for_clips(config: Path, tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("path,wet,subject\na.wav,yes,anna\n")
    said = questions(config, "learn", "wet", tmp_path, "--mix")
    assert (64, True) == (said.exit_code, "are for answers about stored events" in said.complaints)
