"""The ruler as a person uses it: folders in, report out, and a sentence for all that is wrong."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from command_line import PATIENCE_S, command, coughd

from coughd.detectors.ports import SAMPLE_RATE_HZ
from coughd.detectors.runtime import SHIPPED_MODELS
from coughd.detectors.synthesis import render, write_scene


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two annotated scenes, and a folder full of mistakes beside them."""
    folder = tmp_path_factory.mktemp("night")
    for seed in (20, 21):
        write_scene(render(seed), folder / f"scene{seed}.flac")
    mistakes = folder / "mistakes"
    mistakes.mkdir()
    write_scene(render(20), mistakes / "good.flac")
    (mistakes / "good.csv").rename(mistakes / "good.txt")
    table = (mistakes / "good.txt").read_text(encoding="utf-8")
    (mistakes / "good.txt").unlink()
    (mistakes / "table.csv").write_text(
        "file,onset_s,offset_s,label\n"
        + "".join(f"good.flac,{line}\n" for line in table.splitlines()[1:])
        + "good.flac,99,100,cough\n"
        + "good.flac,12,13,couhg\n"
        + "gone.flac,1,2,cough\n"
        + "silent.flac,1,2,cough\n",
        encoding="utf-8",
    )
    write_scene(render(22), mistakes / "unknown.flac")
    (mistakes / "unknown.csv").unlink()
    (mistakes / "silent.flac").write_bytes(b"no sound at all")
    return folder


def evaluate(*arguments: str | Path) -> dict[str, Any]:
    said = coughd("evaluate", *arguments, "--json", "-")
    assert said.exit_code == os.EX_OK, said.complaints
    assert "" not in said.complaints.splitlines()
    report: dict[str, Any] = json.loads("\n".join(said.lines))
    return report


def test_a_scan_becomes_a_label_track(night: Path, tmp_path: Path) -> None:
    """The columns that docs/scan.md cuts out, uncorrected: so everything agrees."""
    scene = Path(shutil.copy(night / "scene20.flac", tmp_path))
    said = coughd("scan", "--rejected", scene)
    rows = [line.split("\t") for line in said.lines]
    labels = ["\t".join((row[1], row[2], row[4])) for row in rows]
    (tmp_path / "scene20.txt").write_text("\n".join(labels) + "\n")
    report = evaluate(scene)
    counting = report["systems"][0]["counting"]
    assert sum(row[4] == "cough" for row in rows) == counting["hits"] > 5
    assert (0, 0) == (counting["misses"], counting["false_alarms"])
    assert [] == report["left_out"]


def test_scenes_are_scored_and_the_page_is_written(night: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    scenes = [night / "scene20.flac", night / "scene21.flac"]
    report = evaluate(scenes[0], scenes[1], "--html", page)
    (system,) = report["systems"]

    assert report["totals"]["recordings"] == 2
    assert report["totals"]["coughs"] == 20
    assert report["left_out"] == []
    assert [one["file"] for one in system["recordings"]] == ["scene20.flac", "scene21.flac"]
    assert system["counting"]["hits"] + system["counting"]["misses"] == 20
    assert system["counting"]["sensitivity"]["value"] > 0.8
    assert system["counting"]["sensitivity"]["perfect"] == 1.0
    assert "<svg" in page.read_text(encoding="utf-8")


def test_another_threshold_and_a_comparison(night: Path, tmp_path: Path) -> None:
    strict = tmp_path / "strict.yaml"
    strict.write_text("config_version: 1\nprobe: {threshold: 1.0}\n", encoding="utf-8")
    scene = night / "scene20.flac"
    report = evaluate(scene, "--threshold", "0.0", "--compare", strict)
    other = evaluate(scene, "--compare", strict, "--compare-threshold", "0.25")["systems"][1]
    first, second = report["systems"]

    assert other["threshold"] == 0.25

    assert (first["threshold"], second["threshold"]) == (0.0, 1.0)
    assert second["description"]["config"] == str(strict)
    assert first["misses"]["by_stage"]["probe"] == 0
    assert second["misses"]["by_stage"]["probe"] > 0
    assert report["difference"]["counting"]["sensitivity"]["value"] < 0.0


def test_what_somebody_else_counted_is_scored_beside_it(night: Path, tmp_path: Path) -> None:
    scenes = [Path(shutil.copy(night / f"scene{seed}.flac", tmp_path)) for seed in (20, 21)]
    for scene in scenes:
        shutil.copy(night / f"{scene.stem}.csv", tmp_path)
    table = tmp_path / "peer.csv"  # where annotations are looked for, and it is none
    table.write_text(
        "file,onset,label,confidence\n"
        "scene20.flac,1.5,cough,0.9\nscene20.flac,999,cough,0.9\nscene20.flac,3.0,couhg,0.9\n"
    )
    report = evaluate(tmp_path, "--compare", table)
    ours, theirs = report["systems"]
    left_out = [one["sentence"] for one in report["left_out"]]

    assert theirs["description"]["marks"] == str(table)
    assert (theirs["counting"]["hits"], theirs["counting"]["misses"]) == (1, 19)
    assert ours["counting"]["hits"] > theirs["counting"]["hits"]
    assert left_out[0].startswith("is what is compared with")
    assert "it is no cough that was counted; did you mean 'cough'?" in left_out[1]
    assert left_out[2].startswith("begins at 999 s, after the recording's end")
    assert left_out[3:] == [
        "marks nothing that could be used in 'scene21.flac': nothing was counted there."
    ]
    assert theirs["threshold_curve"]["best_f1"]["sensitivity"] == 0.05

    with table.open("a") as more:
        more.write("scene21.flac,1.5,cough,0.2\n")
    report = evaluate(tmp_path, "--compare", table, "--compare-threshold", "0.5")
    _, theirs = report["systems"]
    assert theirs["threshold"] == 0.5
    assert (theirs["counting"]["hits"], theirs["counting"]["misses"]) == (1, 19)
    assert theirs["misses"]["by_stage"]["threshold"] == 1
    assert theirs["threshold_curve"]["best_f1"]["sensitivity"] == 0.1

    labels = tmp_path / "second"
    labels.mkdir()
    (labels / "scene20.txt").write_text("1.5\t1.8\tcough\n3.9\t4.0\tlaugh\n")
    report = evaluate(tmp_path, "--compare", labels)
    assert report["totals"]["recordings"] == 1
    (one,) = (one for one in report["left_out"] if one["path"] == "scene21.flac")
    assert one["sentence"] == f"has no marks in '{labels}' that could be scored; it is left out."
    said = coughd("evaluate", tmp_path, "--compare", labels, "--compare-threshold", "0.5")
    assert said.exit_code == os.EX_DATAERR
    assert "no mark there has a probability from 0 to 1" in said.complaints

    table.write_text("file,onset\ngone.flac,1\n")
    said = coughd("evaluate", tmp_path, "--compare", table)
    assert said.exit_code == os.EX_DATAERR
    assert "nothing there marks any of the recordings." in said.complaints
    assert "peer.csv:2: the recording 'gone.flac' is not there" in said.complaints


def test_every_mistake_has_its_sentence_and_the_rest_is_scored(night: Path) -> None:
    report = evaluate(night / "mistakes")
    left_out = {
        (Path(one["path"]).name, one["line"]): one["sentence"] for one in report["left_out"]
    }

    assert set(left_out) == {
        ("table.csv", 19),
        ("table.csv", 20),
        ("table.csv", 21),
        ("unknown.flac", None),
        ("silent.flac", None),
    }
    assert "after the recording's end" in left_out["table.csv", 19]
    assert "did you mean 'cough'?" in left_out["table.csv", 20]
    assert "'gone.flac' is not there" in left_out["table.csv", 21]
    assert "nobody knows what is in it" in left_out["unknown.flac", None]
    assert [one["file"] for one in report["systems"][0]["recordings"]] == ["good.flac"]
    assert report["totals"]["coughs"] == 10


def test_a_name_that_is_no_text_can_be_told(
    night: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for suffix in (".flac", ".csv"):
        odd = os.fsdecode(b"caf\xe9" + suffix.encode())
        (tmp_path / odd).write_bytes((night / f"scene20{suffix}").read_bytes())
    with (tmp_path / odd).open("a", encoding="utf-8") as table:
        table.write("99,100,cough\n")
    config = tmp_path / os.fsdecode(b"caf\xe9.yaml")
    config.write_text("config_version: 1\n", encoding="utf-8")
    page, document = tmp_path / "report.html", tmp_path / "report.json"
    monkeypatch.setattr(sys, "argv", ["coughd", "evaluate", str(config)])
    said = coughd("evaluate", tmp_path, "--config", config, "--html", page, "--json", document)
    report = json.loads(document.read_text(encoding="utf-8"))

    assert said.exit_code == os.EX_OK, said.complaints
    assert page.read_text(encoding="utf-8")
    assert [one["file"] for one in report["systems"][0]["recordings"]] == ["caf\ufffd.flac"]
    assert [Path(one["path"]).name for one in report["left_out"]] == ["caf\ufffd.csv"]


def test_a_person_gets_lines(night: Path) -> None:
    said = coughd("evaluate", night / "scene20.flac")

    assert said.exit_code == os.EX_OK
    lines = said.lines
    assert lines[0].startswith("# 1 recording, 0.01 hours, 10 coughs")
    assert any(line.startswith("Counting, one to one: F1\t") for line in lines)


def test_hours_of_digital_silence_are_told(tmp_path: Path) -> None:
    """A file that was padded with zeros has half as many false alarms an hour."""
    sound = render(20).samples
    padded = np.concatenate([sound, np.zeros(sound.size, dtype=sound.dtype)])
    soundfile.write(tmp_path / "padded.flac", padded, SAMPLE_RATE_HZ)
    (tmp_path / "padded.txt").write_text("")
    report = evaluate(tmp_path)
    hours = report["totals"]["hours"]
    assert report["totals"]["silent_hours"] == pytest.approx(hours / 2, rel=0.02)
    (note,) = [note for note in report["notes"] if "digital silence" in note]
    assert note.endswith("per hour of sound every rate is 2.00 times as high.")


def test_nothing_to_score_is_an_error(night: Path, tmp_path: Path) -> None:
    alone = tmp_path / "alone.flac"
    alone.write_bytes((night / "scene20.flac").read_bytes())
    without = coughd("evaluate", alone)
    gone = coughd("evaluate", tmp_path / "gone")
    (tmp_path / "alone.txt").write_text("1000\t1200\tcough\n")
    outside = coughd("evaluate", alone)

    assert without.exit_code == gone.exit_code == os.EX_DATAERR
    assert "No recording has annotations" in without.complaints
    assert "does not exist" in gone.complaints
    assert outside.exit_code == os.EX_DATAERR
    assert "alone.txt:1: lies outside 'alone.flac'" in outside.complaints
    assert "No recording is left that could be scored." in outside.complaints


def test_what_cannot_end_well_is_refused_before_anything_is_heard(
    night: Path, tmp_path: Path
) -> None:
    """The recording is no sound: whoever got so far as to hear it would say so."""
    (tmp_path / "a.flac").write_bytes(b"no sound at all")
    (tmp_path / "a.csv").write_text("onset_s,offset_s\n1,2\n", encoding="utf-8")
    odd = tmp_path / "odd.yaml"
    odd.write_text(f"config_version: 1\nmodels: {{path: {tmp_path}/none}}\n", encoding="utf-8")
    page = tmp_path / "none" / "r.html"
    for options, exit_code, sentence in (
        (("--html", page), os.EX_DATAERR, "--html"),
        (("--html", "-"), os.EX_USAGE, "--html writes a file"),
        (("--compare", odd), os.EX_CONFIG, f"--compare {odd}: "),
        (("--compare", tmp_path / "gone.yaml"), os.EX_CONFIG, "check --compare"),
        (("--compare", tmp_path / "gone.csv"), os.EX_DATAERR, "gone.csv' does not exist"),
        (("--compare-threshold", "0.5"), os.EX_USAGE, "needs --compare"),
    ):
        said = coughd("evaluate", tmp_path, *options)
        assert (said.exit_code, said.lines) == (exit_code, [])
        assert sentence in said.complaints
        assert "decode" not in said.complaints


def test_damaged_knowledge_of_what_was_learnt_is_met_before_hearing(
    night: Path, tmp_path: Path
) -> None:
    models = tmp_path / "models"
    shutil.copytree(SHIPPED_MODELS, models)
    (models / "heard.txt").write_bytes(b"\xff\xfe")
    config = tmp_path / "own.yaml"
    config.write_text(f"config_version: 1\nmodels: {{path: {models}}}\n", encoding="utf-8")
    said = coughd("evaluate", night / "mistakes", "--config", config)

    assert said.exit_code == os.EX_SOFTWARE
    assert said.complaints.startswith("coughd: ")
    assert "heard.txt cannot be read" in said.complaints
    assert "silent.flac" not in said.complaints


def test_what_was_heard_is_told_although_a_report_cannot_be_written(night: Path) -> None:
    said = coughd("evaluate", night / "scene20.flac", "--json", "/dev/full")

    assert said.exit_code == os.EX_DATAERR
    assert any(line.startswith("Counting, one to one: F1\t") for line in said.lines)
    assert "--json '/dev/full' cannot be written" in said.complaints


def test_reports_are_written_although_nobody_reads_the_lines(night: Path, tmp_path: Path) -> None:
    files = [tmp_path / "report.json", tmp_path / "report.html"]
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        command("evaluate", night / "scene20.flac", "--json", files[0], "--html", files[1]),
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
        timeout=PATIENCE_S,
    )
    os.close(writing)

    assert b"Traceback" not in done.stderr
    assert json.loads(files[0].read_bytes())["totals"]["recordings"] == 1
    assert "</html>" in files[1].read_text(encoding="utf-8")
