from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from coughd.config.errors import ConfigError
from coughd.config.example import example_file
from coughd.config.load import parse_settings
from coughd.config.render import to_plain
from coughd.config.schema import config_schema
from coughd.config.settings import Settings

_VALIDATOR = jsonschema.Draft202012Validator(config_schema())


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(config_schema())


def test_defaults_and_example_satisfy_the_schema() -> None:
    _VALIDATOR.validate(to_plain(Settings()))
    _VALIDATOR.validate(yaml.safe_load(example_file()))


@pytest.mark.parametrize(
    "text",
    [
        "config_version: 2",
        "sit: home",
        "site: 12",
        "site: two words",
        "sources: []",
        "sources: [{kind: microphone}]",
        "sources: [{id: a, kind: file}]",
        "sources: [{id: a, kind: file, path: x, device: y}]",
        "sources: [{id: a, kind: microphone, pace: fast}]",
        "sources: [{id: a, kind: microphone, channel: left}]",
        "embedder: {kind: remote}",
        "embedder: {start_timeout_s: 0}",
        "embedder: {batch_sizes: [0]}",
        "probe: {threshold: 1.1}",
        "clips: {speech_veto: 1.1}",
    ],
)
def test_schema_and_loader_refuse_the_same(text: str) -> None:
    assert not _VALIDATOR.is_valid(yaml.safe_load(text))
    with pytest.raises(ConfigError):
        parse_settings(text.encode(), Path("/x/config.yaml"))


@settings(deadline=None)
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "channel": st.sampled_from(["mix", 0, 255, -1, 256, 0.5, None, True]),
            "pace": st.sampled_from(["fast", "slow", None]),
            "loop": st.sampled_from([True, "true", 1, None]),
            "path": st.sampled_from(["a.wav", 7, None]),
            "device": st.sampled_from(["x", None]),
            "kind": st.sampled_from(["microphone", "file", "stream"]),
            "id": st.sampled_from(["a", "a b", 7]),
        },
    )
)
def test_schema_and_loader_agree_on_sources(source: dict[str, object]) -> None:
    tree = {"sources": [source]}
    try:
        parse_settings(yaml.safe_dump(tree).encode(), Path("/x/config.yaml"))
    except ConfigError:
        loads = False
    else:
        loads = True

    assert loads == _VALIDATOR.is_valid(tree)
