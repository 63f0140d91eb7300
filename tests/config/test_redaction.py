"""No password that a URL holds is shown, wherever it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from coughd.config.load import parse_settings
from coughd.config.mistakes import MistakesError
from coughd.config.redaction import without_passwords
from coughd.storage.place import store_name, store_url


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://anna:p/a:s@s@db:5432/x", "postgresql://anna:***@db:5432/x"),
        (
            "postgresql://db/x?sslmode=on&password=s&a=b",
            "postgresql://db/x?sslmode=on&password=***&a=b",
        ),
        (
            "postgresql://db/x?api_key=s&auth-token=t",
            "postgresql://db/x?api_key=***&auth-token=***",
        ),
        ("postgresql://db/x?sslkey=/etc/key.pem", None),
        ("postgresql://db/x?sslPassword=s", "postgresql://db/x?sslPassword=***"),
        ("postgresql://anna@db:5432/x?application_name=a", None),
        ("sqlite:////srv/a@b:c.db", None),
    ],
)
def test_a_url_is_shown_without_passwords(url: str, shown: str | None) -> None:
    assert without_passwords(url) == (shown or url)


def test_a_store_is_named_without_passwords() -> None:
    url = store_url("postgresql+psycopg://ward-db/coughd?password=secret")
    assert store_name(url) == "postgresql+psycopg://ward-db/coughd?password=***"


@pytest.mark.parametrize(
    "text",
    [
        "store: {url: 'mysql://anna:sec/ret@db/x'}",
        "store: {url: 'mysql://db/x?password=secret'}",
        "embedder: {kind: remote, url: 'https://anna:sec/ret@db/x'}",
        "embedder: {kind: remote, url: 'https://db/x?v=1&access_token=secret'}",
        "embedder: {kind: remote, url: 'https://db/x?Api-Key=secret'}",
    ],
)
def test_a_refused_url_is_told_without_its_password(text: str) -> None:
    with pytest.raises(MistakesError) as refused:
        parse_settings(text.encode(), Path("/srv/config.yaml"))
    assert "ret" not in str(refused.value).partition(", is ")[2]
