from __future__ import annotations

import pytest
from typer.testing import CliRunner

from coughd.daemon import main as command
from coughd.daemon.commands.shared.examples import EXAMPLES
from coughd.daemon.main import command_line


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


def test_run_starts_without_the_other_verbs_and_says_of_itself_what_it_says_among_them() -> None:
    alone, among_all = command_line(["run"]), command_line([])
    assert [one.callback.__name__ for one in alone.registered_commands if one.callback] == ["run"]
    told = [CliRunner().invoke(app, ["run", "--help"]).output for app in (alone, among_all)]
    assert told[0] == told[1]


def test_ctrl_c_before_a_verb_has_begun_leaves_no_trace(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(_asked: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "command_line", interrupted)
    with pytest.raises(SystemExit) as end:
        command.main()
    assert end.value.code == 130
    assert capsys.readouterr().err == ""
