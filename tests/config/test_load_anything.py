"""Whatever a configuration file holds, it is settings or one error."""

from __future__ import annotations

from pathlib import Path

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from coughd.config.errors import ConfigError
from coughd.config.load import parse_settings
from coughd.config.settings import Settings

_words = st.sampled_from(
    [
        "config_version",
        "site",
        "node",
        "timezone",
        "sources",
        "id",
        "kind",
        "name",
        "device",
        "path",
        "pace",
        "channel",
        "gate",
        "embedder",
        "threshold",
        "probe",
        "stream",
        "publish",
        "store",
        "url",
        "clips",
        "keep",
        "microphone",
        "file",
        "hear",
        "1",
        "0.5",
        "true",
        "null",
        "~",
        "2026-11-20T22:00:00Z",
        "mix",
        "[]",
        "{}",
        "!x",
        "&a",
        "*a",
        "<<",
    ]
)
_marks = st.sampled_from([": ", "\n", "  ", "- ", "'", '"', "[", "]", "{", "}", ",", "#", "|", "%"])
_values = st.recursive(
    st.one_of(_words, st.text(max_size=8), st.integers(), st.floats(), st.booleans(), st.none()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(_words, inner, max_size=4)
    ),
    max_leaves=20,
)


def _outcome(data: bytes) -> Settings | ConfigError:
    try:
        return parse_settings(data, Path("/srv/coughd/config.yaml"))
    except ConfigError as exc:
        return exc


@settings(deadline=None)
@given(st.one_of(st.binary(max_size=300), st.text(max_size=300).map(lambda text: text.encode())))
def test_any_bytes_give_settings_or_a_config_error(data: bytes) -> None:
    assert _outcome(data)


@settings(deadline=None)
@given(st.lists(st.one_of(_words, _marks)))
def test_any_yaml_like_text_gives_settings_or_a_config_error(parts: list[str]) -> None:
    assert _outcome("".join(parts).encode())


@settings(deadline=None)
@given(st.dictionaries(_words, _values, max_size=6))
def test_any_tree_gives_settings_or_a_config_error(tree: dict[str, object]) -> None:
    assert _outcome(yaml.safe_dump(tree).encode())
