from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from coughd.config.load import parse_settings
from coughd.config.render import config_sha256, to_plain, to_yaml
from coughd.config.settings import (
    EmbedderSettings,
    ProbeSettings,
    Settings,
    SourceSettings,
    StoreSettings,
)

_FILE = Path("/srv/coughd/config.yaml")
_names = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=40)
_microphones = st.builds(
    SourceSettings,
    id=st.just("a"),
    kind=st.just("microphone"),
    name=_names,
    device=_names,
    channel=st.one_of(st.just("mix"), st.integers(0, 255)),
)
_files = st.builds(
    SourceSettings,
    id=st.just("b"),
    kind=st.just("file"),
    name=_names,
    path=st.just(Path("/srv/night.flac")),
    pace=st.sampled_from(["realtime", "fast"]),
    loop=st.booleans(),
    starts_at=st.none()
    | st.datetimes(
        datetime(1970, 1, 2),  # noqa: DTZ001
        datetime(2199, 12, 30),  # noqa: DTZ001
        timezones=st.just(UTC),
    ),
)
_settings = st.builds(
    Settings,
    sources=st.tuples(_microphones, _files),
    embedder=st.builds(
        EmbedderSettings,
        batch_sizes=st.sets(st.integers(1, 1024), min_size=1, max_size=4).map(
            lambda sizes: tuple(sorted(sizes))
        ),
        start_timeout_s=st.floats(1e-9, 86_400),
    ),
    probe=st.builds(ProbeSettings, threshold=st.none() | st.floats(0, 1)),
)


@settings(deadline=None)
@given(_settings)
def test_printed_settings_load_to_themselves(written: Settings) -> None:
    assert written == parse_settings(to_yaml(written).encode(), _FILE)


def test_keys_of_another_kind_are_not_printed() -> None:
    source = SourceSettings(id="a", kind="file", path=Path("/a.wav"))

    (printed,) = to_plain(Settings(sources=(source,)))["sources"]

    assert {"device", "record_path", "sample_rate_hz"}.isdisjoint(printed)
    assert printed["path"] == "/a.wav"


def test_passwords_are_neither_printed_nor_fingerprinted() -> None:
    def with_url(url: str) -> Settings:
        return Settings(store=StoreSettings(url=url))

    first = with_url("postgresql://coughd:p:a/ss@ward-db/coughd")
    second = with_url("postgresql://coughd:other@ward-db/coughd")

    assert "url: postgresql://coughd:***@ward-db/coughd" in to_yaml(first)
    assert config_sha256(first) == config_sha256(second)
    assert "sslmode=on&password=***&a=b" in to_yaml(
        with_url("postgresql://ward-db/coughd?sslmode=on&password=secret&a=b")
    )


def test_the_fingerprint_tells_configurations_apart() -> None:
    written = Settings()

    assert config_sha256(written) == config_sha256(dataclasses.replace(written))
    assert config_sha256(written) != config_sha256(dataclasses.replace(written, site="ward"))
