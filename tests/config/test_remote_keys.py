"""What the keys of a remote embedder must keep apart: secrets, sound, and other machines."""

from __future__ import annotations

from pathlib import Path

import pytest

from coughd.config.load import parse_settings
from coughd.config.mistakes import MistakesError


def parse(keys: str) -> None:
    parse_settings(f"embedder: {{kind: remote, {keys}}}".encode(), Path("/srv/config.yaml"))


@pytest.mark.parametrize(
    "keys",
    [
        "url: 'https://triton.ward.example:8443/path', token_file: t, ca_file: c, model: hear-2",
        "url: 'http://localhost:8000', token_file: t",
        "url: 'http://127.0.0.1:8000'",
        "url: 'http://[::1]:8000'",
        "url: 'http://triton:8000', plain_http: true",
        "url: 'https://[fd00::7]/v2'",
    ],
)
def test_what_is_safe_is_taken(keys: str) -> None:
    parse(keys)


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ("model: hear", "url: is missing; kind 'remote' needs it"),
        ("url: 'https://me:pa55@triton'", "without user and password, is 'https://***@triton'"),
        ("url: 'triton:8000'", "must be http:// or https://"),
        ("url: 'https://triton?token=a'", "must be http:// or https://"),
        ("url: 'http://[triton'", "1: embedder.url: needs a host, "),
        ("url: 'https://[triton]'", "1: embedder.url: needs a host, "),
        ("url: 'https://triton:99999'", "and a port from 1 to 65535"),
        ("url: 'https://triton:'", "and a port from 1 to 65535"),
        ("url: 'https://triton:https/v2'", "and a port from 1 to 65535"),
        ("url: 'https://:8443'", "must be http:// or https://"),
        ("url: 'http://triton'", "would send sound unencrypted to another machine"),
        ("url: 'http://triton', plain_http: true, token_file: t", "would send the token unencry"),
        ("url: 'https://triton', model: '../other'", "must be 1 to 200 letters"),
        ("url: 'https://triton', retries: 11", "from 0 to 10"),
    ],
)
def test_what_is_not_safe_is_refused(keys: str, sentence: str) -> None:
    with pytest.raises(MistakesError) as caught:
        parse(keys)
    assert sentence in str(caught.value)
    assert "pa55" not in str(caught.value)


def test_the_keys_belong_to_it_alone() -> None:
    with pytest.raises(MistakesError, match=r"belongs to kind 'remote'; this is kind 'open'"):
        parse_settings(b"embedder: {url: 'https://triton'}", Path("/srv/config.yaml"))
