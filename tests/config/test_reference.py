from __future__ import annotations

import importlib.resources
from pathlib import Path

import pytest

from coughd.config.example import example_file
from coughd.config.forms import fields_of
from coughd.config.load import parse_settings
from coughd.config.reference import reference_page
from coughd.config.settings import Settings

_PAGE = Path(__file__).parents[2] / "docs" / "configuration.md"


@pytest.mark.skipif(not _PAGE.exists(), reason="the docs are not beside the tests")
def test_the_committed_page_is_current() -> None:
    assert _PAGE.read_text() == reference_page()


def test_the_shipped_example_is_current() -> None:
    shipped = importlib.resources.files("coughd.config") / "default.yaml"

    assert shipped.read_text() == example_file()


def test_the_example_loads_to_the_defaults() -> None:
    assert Settings() == parse_settings(example_file().encode(), Path("/x/default.yaml"))


def test_every_key_is_on_the_page_and_in_the_example() -> None:
    page, example = reference_page(), example_file()
    for field in fields_of(Settings):
        section = field.form.section or (field.form.items.section if field.form.items else None)
        for each in fields_of(section) if section else (field,):
            assert each.key.text
            assert f"| `{each.name}` |" in page
            assert f" {each.name}:" in f" {example}".replace("\n", "\n ")


def test_commented_examples_are_good_values() -> None:
    wanted = {"node", "timezone", "url", "data_dir", "publish", "replay", "threshold"}
    lines = [
        line.replace("# ", "", 1)
        if line.strip().removeprefix("# ").split(":")[0] in wanted and "triton" not in line
        else line
        for line in example_file().splitlines()
    ]

    settings = parse_settings("\n".join(lines).encode(), Path("/x/default.yaml"))

    assert settings.node == "pi-07"
    assert settings.timezone == "Europe/Zurich"
    assert settings.stream.publish == "tcp://127.0.0.1:5570"
    assert settings.gate.threshold is not None
