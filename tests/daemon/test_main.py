from __future__ import annotations

import signal
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from command_line import command, environment
from sound_files import write_bursts
from typer.testing import CliRunner

from coughd.daemon import main as entry
from coughd.daemon.commands.shared.examples import EXAMPLES
from coughd.daemon.main import asked_for, command_line
from coughd.daemon.verbs import VERBS


def help_of(*verb: str) -> str:
    said = CliRunner().invoke(command_line(verb), [*verb, "--help"])
    assert said.exit_code == 0
    return said.output


@pytest.mark.parametrize("verb", [(), ("backup",), ("service",)], ids=str)
def test_the_list_of_commands_has_whole_sentences(verb: tuple[str, ...]) -> None:
    _, _, listed = help_of(*verb).partition("Commands:")
    lines = [line for line in listed.splitlines() if line.strip()]
    assert lines
    assert all(line.startswith("  ") and line.endswith(".") for line in lines)
    assert not any(line.endswith("...") for line in lines)


@pytest.mark.parametrize("verb", EXAMPLES)
def test_examples_stand_below_the_options_one_a_line(verb: str) -> None:
    lines = help_of(verb).splitlines()
    assert [f"    {example}" for example in EXAMPLES[verb]] == lines[-len(EXAMPLES[verb]) :]


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_starts_without_the_others_and_says_of_itself_what_it_says_among_them(
    verb: str,
) -> None:
    alone, among_all = command_line([verb]), command_line([])
    assert len(alone.registered_commands) + len(alone.registered_groups) == 1
    told = [CliRunner().invoke(app, [verb, "--help"]) for app in (alone, among_all)]
    assert [said.exit_code for said in told] == [0, 0]
    assert told[0].output == told[1].output


def test_the_version_is_told_without_any_verb() -> None:
    app = command_line(["--version"])
    assert not app.registered_commands
    said = CliRunner().invoke(app, ["--version"])
    assert (said.exit_code, said.output) == (0, f"coughd {version('coughd')}\n")


@pytest.mark.parametrize("said_in", ["COMP_WORDS", "_TYPER_COMPLETE_ARGS"])
def test_a_shell_completes_the_options_of_a_verb_without_the_other_verbs(
    said_in: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_COUGHD_COMPLETE", "complete_bash")
    monkeypatch.setenv(said_in, "coughd history --b")
    assert asked_for() == ["history", "--b"]


def test_ctrl_c_before_a_verb_has_begun_leaves_no_trace(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(_asked: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(entry, "command_line", interrupted)
    with pytest.raises(SystemExit) as end:
        entry.main()
    assert end.value.code == 130
    assert capsys.readouterr().err == ""


def test_ctrl_c_while_a_class_is_made_leaves_no_trace(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Named:
        def __set_name__(self, owner: type, name: str) -> None:
            raise KeyboardInterrupt

    def interrupted(_asked: object) -> None:
        type("Made", (), {"part": Named()})  # to a RuntimeError, in Python 3.11

    monkeypatch.setattr(entry, "command_line", interrupted)
    with pytest.raises(SystemExit) as end:
        entry.main()
    assert end.value.code == 130
    assert capsys.readouterr().err == ""


def test_ctrl_c_while_libraries_are_imported_leaves_no_trace(tmp_path: Path) -> None:
    (tmp_path / "typer.py").write_text(
        "import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n", encoding="utf-8"
    )
    said = subprocess.run(
        # A shell lets nothing interrupt what it starts in the background, these tests perhaps.
        ["env", "--default-signal=INT", *command("--version")],
        env=environment(python_path=tmp_path),
        capture_output=True,
        check=False,
    )
    assert (said.returncode, said.stdout, said.stderr) == (-signal.SIGINT, b"", b"")


def test_no_module_of_the_folder_that_the_user_stands_in_is_run(tmp_path: Path) -> None:
    theirs = tmp_path / "recordings"
    theirs.mkdir()
    write_bursts(theirs / "night.wav", [1.0], 3.0)
    (theirs / "night.csv").write_text("onset_s,offset_s,label\n1.0,1.1,cough\n", encoding="utf-8")
    (theirs / "socket.py").write_text("open('run', 'w').close()\n", encoding="utf-8")
    # As pip's script does; `-m` itself looks there.
    script = tmp_path / "script.py"
    script.write_text(
        "from coughd.daemon.__main__ import main\nif __name__ == '__main__':\n    main()\n",
        encoding="utf-8",
    )
    said = subprocess.run(
        [sys.executable, script, "evaluate", "."],
        cwd=theirs,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (said.returncode, "1 recording" in said.stdout) == (0, True), said.stdout + said.stderr
    assert not (theirs / "run").exists()
