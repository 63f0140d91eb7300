from __future__ import annotations

import json
import os
import pty
import subprocess
from pathlib import Path

import numpy as np
import soundfile
from command_line import PATIENCE_S, command, coughd, environment

from coughd.detectors.ports import SAMPLE_RATE_HZ
from coughd.detectors.synthesis import bundled_scene, write_scene

_LINE_ERASED = "\x1b[2K"


def on_a_terminal(*arguments: object) -> str:
    """What a terminal is sent, standard error and control sequences included."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(command(*arguments), stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        sent = b""
        try:
            while chunk := os.read(ours, 4096):
                sent += chunk
        except OSError:
            pass  # how Linux says that the other end is closed
        finally:
            os.close(ours)
        process.wait(PATIENCE_S)
    return sent.decode()


def test_the_progress_bar_is_gone_when_the_table_begins(tmp_path: Path) -> None:
    path = tmp_path / "scene.flac"
    write_scene(bundled_scene(), path)
    before, heading, _ = on_a_terminal("scan", path).partition("onset s")
    assert heading
    _, bar, after = before.rpartition("\N{BOX DRAWINGS HEAVY HORIZONTAL}")
    assert bar
    assert _LINE_ERASED in after


def test_a_name_with_tabs_and_half_letters_shifts_no_column(tmp_path: Path) -> None:
    write_scene(bundled_scene(), tmp_path / "scene.flac")
    path = (tmp_path / "scene.flac").rename(tmp_path / "a\tb\udce9.flac")
    strict = environment(others={"PYTHONIOENCODING": "utf-8:strict"})
    for option in ("--rejected", "--json"):
        done = subprocess.run(
            command("scan", path, option), capture_output=True, check=True, env=strict
        )
        lines = done.stdout.decode().splitlines()
        assert lines
        if option == "--json":
            assert json.loads(lines[0])["file"].endswith("a\tb\N{REPLACEMENT CHARACTER}.flac")
        else:
            assert {len(line.split("\t")) for line in lines} == {14}


def test_totals_tell_a_file_without_a_cough_from_one_that_was_not_heard(tmp_path: Path) -> None:
    scene, quiet, bad = (tmp_path / name for name in ("scene.flac", "quiet.wav", "bad.wav"))
    sound = bundled_scene().samples[: round(3.5 * SAMPLE_RATE_HZ)]
    soundfile.write(scene, sound, SAMPLE_RATE_HZ)
    soundfile.write(quiet, sound[:SAMPLE_RATE_HZ], SAMPLE_RATE_HZ)
    bad.write_text("a shopping list, not a sound\n" * 100)
    said = coughd("scan", "--json", "--totals", scene, quiet, bad)
    assert said.exit_code == os.EX_DATAERR
    rows = [json.loads(line) for line in said.lines]
    assert [row["file"] for row in rows] == [str(path) for path in (scene, scene, quiet, bad)]
    assert rows[0]["counted"]
    trouble = rows[3]["trouble"]
    assert "cannot be" in trouble or "is not sound" in trouble
    assert f"coughd: {trouble}\n" in said.complaints
    names = ("coughs", "rejected", "heard_s", "monitored_s", "trouble")
    assert [[row[name] for name in names] for row in rows[1:]] == [
        [1, 0, 3.5, 3.5, None],
        [0, 0, 1.0, 1.0, None],
        [0, 0, 0.0, 0.0, trouble],
    ]


def test_a_recording_that_is_mostly_muted_is_not_called_quiet(tmp_path: Path) -> None:
    path = tmp_path / "muted.wav"
    sound = bundled_scene().samples[:SAMPLE_RATE_HZ]
    muted = np.zeros(20 * SAMPLE_RATE_HZ, np.float32)
    soundfile.write(path, np.concatenate([sound, muted]), SAMPLE_RATE_HZ)
    said = coughd("scan", path)
    assert "0 coughs in 21.0 s, of which 20.0 s are digital silence\n" in said.complaints


def test_channels_that_cancel_each_other_can_be_heard_alone(tmp_path: Path) -> None:
    path = tmp_path / "stereo.wav"
    sound = bundled_scene().samples[: 14 * SAMPLE_RATE_HZ]
    soundfile.write(path, np.stack([sound, -sound], axis=1), SAMPLE_RATE_HZ, subtype="FLOAT")
    mixed = coughd("scan", path)
    assert "0 coughs in 14.0 s, of which 14.0 s are digital silence or" in mixed.complaints
    assert "coughs in 14.0 s\n" in coughd("scan", "--channel", 1, path).complaints
    third = coughd("scan", "--channel", 2, path)
    assert (third.exit_code, "has 2 channels" in third.complaints) == (os.EX_DATAERR, True)


def test_what_is_explained_says_that_no_embedding_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "short.wav"
    soundfile.write(path, bundled_scene().samples[:SAMPLE_RATE_HZ], SAMPLE_RATE_HZ)
    said = coughd("scan", "--verbose", path)
    assert "; embeddings are not kept\n" in said.complaints


def test_totals_without_json_are_refused(tmp_path: Path) -> None:
    said = coughd("scan", "--totals", tmp_path / "any.wav")
    assert said.exit_code == os.EX_USAGE
    assert "--totals goes with --json" in said.complaints


def test_json_is_utf_8_whatever_letters_the_terminal_has(tmp_path: Path) -> None:
    path = tmp_path / "n\N{LATIN SMALL LETTER U WITH DIAERESIS}\N{CJK UNIFIED IDEOGRAPH-591C}.flac"
    write_scene(bundled_scene(), path)
    latin = environment(others={"PYTHONIOENCODING": "latin-1"})
    done = subprocess.run(
        command("scan", "--json", path), capture_output=True, check=True, env=latin
    )
    assert json.loads(done.stdout.decode().splitlines()[0])["file"] == str(path)
