from __future__ import annotations

import pytest
from typer.testing import CliRunner

from coughd.daemon.commands.examples import EXAMPLES
from coughd.daemon.main import app


def help_of(*verb: str) -> str:
    said = CliRunner().invoke(app, [*verb, "--help"])
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
