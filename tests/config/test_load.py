from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from coughd.config.errors import ConfigError
from coughd.config.load import load_settings, parse_settings
from coughd.config.mistakes import MistakesError
from coughd.config.paths import find_paths
from coughd.config.settings import DEFAULT_SOURCE, Settings, SourceSettings

_FIFTY = Path(__file__).with_name("fifty_mistakes.yaml")
_FILE = Path("/srv/coughd/config.yaml")


def _parse(text: str) -> Settings:
    return parse_settings(text.encode(), _FILE)


def _mistakes(text: str) -> list[str]:
    with pytest.raises(MistakesError) as caught:
        _parse(text)
    return str(caught.value).splitlines()


def test_fifty_mistakes_are_all_told_at_once() -> None:
    lines = _FIFTY.read_text().splitlines()
    expected = [
        f"{_FIFTY}:{number}: {line.partition('#! ')[2]}"
        for number, line in enumerate(lines, start=1)
        if "#! " in line
    ]

    with pytest.raises(MistakesError) as caught:
        parse_settings(_FIFTY.read_bytes(), _FIFTY)

    headline, *told = str(caught.value).splitlines()
    assert expected == told
    assert headline == f"{_FIFTY} has {len(told)} mistakes:"
    assert len(caught.value.mistakes) >= 50
    assert caught.value.exit_code == 78


@pytest.mark.parametrize("text", ["", "# nothing\n", "null", "---\n...\n", "gate:\nsources:\n"])
def test_a_file_that_says_nothing_leaves_the_defaults(text: str) -> None:
    assert Settings() == _parse(text)
    assert (DEFAULT_SOURCE,) == _parse(text).sources


def test_values_arrive_parsed() -> None:
    settings = _parse(
        """
        site: 'no'
        timezone: Asia/Kathmandu
        sources:
          - {id: "usb:1-1.2", name: Bedroom, kind: microphone, channel: 1, sample_rate_hz: 48_000}
          - id: night
            kind: file
            path: sound/night.flac
            pace: fast
            loop: yes
            starts_at: 2026-11-20T22:00:00+01:00
        embedder: {batch_sizes: [2, 16], start_timeout_s: 20, reply_timeout_s: 1e-1}
        probe: {threshold: 0.8, path: ~/probe.json, keep_embeddings: off}
        stream: {publish: "tcp://127.0.0.1:5570", replay: "ipc:///run/x.sock"}
        """
    )

    assert settings.site == "no"
    assert settings.timezone == "Asia/Kathmandu"
    assert settings.sources == (
        SourceSettings(
            id="usb:1-1.2", kind="microphone", name="Bedroom", channel=1, sample_rate_hz=48_000
        ),
        SourceSettings(
            id="night",
            kind="file",
            name="night",
            path=Path("/srv/coughd/sound/night.flac"),
            pace="fast",
            loop=True,
            starts_at=datetime(2026, 11, 20, 21, tzinfo=UTC),
        ),
    )
    assert settings.embedder.batch_sizes == (2, 16)
    assert settings.embedder.start_timeout_s == 20.0
    assert settings.embedder.reply_timeout_s == 0.1
    assert settings.probe.threshold == 0.8
    assert settings.probe.path == Path.home() / "probe.json"
    assert not settings.probe.keep_embeddings
    assert settings.stream.publish == "tcp://127.0.0.1:5570"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("site: [a\nnode: b", "2: not YAML: while parsing a flow sequence expected ',' or ']'"),
        ("node: n\nsite:home\n\n\n", "2: not YAML: no key here; write `key: value`"),
        ('site: "home\nnode: n\n', "1: not YAML: the quote that opens here is never closed"),
        ("site: 'Anna's room'", "1: not YAML: text behind a closing quote"),
        ('site: "C:\\here"', "1: not YAML: a backslash"),
        ("sources:\n\t- id: a", "2: not YAML: a tab; indent with spaces"),
        ("sources:\n- id: a\n   kind: file", "3: not YAML: a ':' that cannot be here"),
        ("sources:\n - id: a\n  kind: file", "3: not YAML: indented otherwise than the lines it"),
        (" site: a\nnode: b", "2: not YAML: indented otherwise than the lines before"),
        ("probe: {threshold: 0.5\nsite: a", "2: not YAML: while parsing a flow mapping"),
        ("probe:\n  threshold: 0,5", "2: probe.threshold: must be a number with a point, is"),
        ("probe: {threshold: '0.5'}", "1: probe.threshold: must be a number, is '0.5'; leave the"),
        ("store: {outbox_keep: '9'}", "1: store.outbox_keep: must be a whole number, is '9'; le"),
        ("- a\n- b", "1: must be a section of keys, each with a ':'"),
        ("home", "1: must be a section of keys, each with a ':'"),
        ("a: 1\n---\nb: 2", "2: not YAML: expected a single document in the stream"),
        ("node: x\nsite: &a [*a]", "2: aliases (*) are not supported"),
        ("node: *x", "1: aliases (*) are not supported"),
        ("\n\nsite: \x01", "3: character U+0001 is not allowed in YAML"),
        ('site: "\\UFFFFFFFF"', "1: not YAML: a number in a %YAML line or in an escape"),
        ("\n" + "[" * 5_000, "2: nested deeper than 20 levels"),
        ("#" * 300_000, "1: the file is larger than 256 KiB"),
        ('site: "\\ud800"', "1: site: must not contain control characters"),
        ("? !x site\n: home", "1: a key must be a plain word"),
        ("sources: []", "1: sources: is an empty list"),
        ("sources: {id: a}", "1: sources: must be a list"),
        ("embedder:\n  batch_sizes: [1, null]", "2: embedder.batch_sizes[1]: is empty"),
        ("embedder: {kind: remote}", "1: embedder.url: is missing; kind 'remote' needs it"),
        (f"store: {{outbox_keep: {'9' * 5_000}}}", "1: store.outbox_keep: must be a whole number"),
        ("timezone: ../../etc/passwd", "1: timezone: '../../etc/passwd' is not a time zone"),
        ("timezone: Europe", "1: timezone: 'Europe' is not a time zone"),
        (
            "stream: {publish: 'tcp://127.0.0.1:1', replay: 'tcp://127.0.0.1:1'}",
            "1: stream.replay: must differ from stream.publish",
        ),
        (
            "sources:\n- {id: a, kind: file, path: x, starts_at: 9999-12-31T23:00:00-05:00}",
            "2: sources[0].starts_at: must lie between 1970 and 2199",
        ),
        ("sources:\n- {id: a, kind: file, path: null}", "2: sources[0].path: is missing"),
        (f"{'k' * 100}: 1", f"1: {'k' * 40}…: unknown key"),
    ],
)
def test_each_mistake_has_its_line_and_sentence(text: str, expected: str) -> None:
    (told,) = _mistakes(text)

    assert told.startswith(f"{_FILE}:{expected}")


def test_a_comma_inside_braces_that_parts_a_name_is_told() -> None:
    """As `coughd devices` prints a card, without quotes."""
    (told,) = _mistakes("sources:\n- {id: a, kind: microphone, device: hw:CARD=Snowball,DEV=0}")
    assert told.endswith(
        ":2: sources[0].DEV=0: unknown key; inside {…} text with a ',' needs quotes"
    )


def test_what_is_noticed_late_says_also_where_it_began() -> None:
    (told,) = _mistakes("site: [a\nnode: b")
    assert told.endswith("but got ':'; it begins in line 1")


@pytest.mark.parametrize("url", ["mysql+pymysql://db/coughd", "oracle://db/x", "postgres://db/x"])
def test_a_database_that_no_store_can_be_in_is_a_mistake_of_the_file(url: str) -> None:
    (told,) = _mistakes(f"store: {{url: '{url}'}}")
    assert "1: store.url: must be a URL of SQLite or PostgreSQL, such as 'sqlite:////srv/" in told


@pytest.mark.parametrize("url", ["postgresql://db/x", "postgresql+psycopg://db/x", "sqlite:////x"])
def test_a_database_that_a_store_can_be_in_is_none(url: str) -> None:
    assert url == _parse(f"store: {{url: '{url}'}}").store.url


@pytest.mark.parametrize(
    "at", ["db:abc/x", "db:0/x", "db:99999", "[db/x", "anna:p:a/ss@db:5432x/x"]
)
def test_a_database_server_that_cannot_be_is_a_mistake_of_the_file(at: str) -> None:
    (told,) = _mistakes(f"store: {{url: 'postgresql://{at}'}}")
    assert "1: store.url: needs a host" in told
    assert "p:a/ss" not in told


@pytest.mark.parametrize("at", ["anna:p:a/s@s@db:5432/x", "/x?host=/run/pg", "[::1]:5432/x", "db"])
def test_a_database_server_that_can_be_is_none(at: str) -> None:
    _parse(f"store: {{url: 'postgresql://{at}'}}")


def test_a_file_that_no_disk_can_have_is_a_mistake_of_the_file() -> None:
    (told,) = _mistakes("store: {url: 'sqlite:////srv/x%00.db'}")
    assert told.startswith(f"{_FILE}:1: store.url: must not contain %00")


def test_two_sources_cannot_record_into_one_file() -> None:
    text = "sources:\n" + "".join(
        f"- {{id: {name}, kind: microphone, record_path: x.wav}}\n" for name in "ab"
    )

    assert _mistakes(text) == [
        f"{_FILE}:3: sources[1].record_path: '/srv/coughd/x.wav' is taken by sources[0].record_path"
    ]


def test_text_that_is_not_utf_8_is_named_by_line() -> None:
    with pytest.raises(MistakesError) as caught:
        parse_settings("site: home\nnode: b\u00e9b\u00e9\n".encode("latin-1"), _FILE)

    assert [2] == [mistake.line for mistake in caught.value.mistakes]


def test_a_byte_order_mark_does_no_harm() -> None:
    assert parse_settings("site: ward\n".encode("utf-8-sig"), _FILE).site == "ward"


def test_a_flood_of_mistakes_is_cut_in_the_message_only() -> None:
    with pytest.raises(MistakesError) as caught:
        _parse("".join(f"key{number}: 1\n" for number in range(300)))

    assert len(caught.value.mistakes) == 300
    assert str(caught.value).endswith(f"{_FILE}: and 100 more mistakes")


def test_only_a_file_that_was_asked_for_must_exist(tmp_path: Path) -> None:
    paths = find_paths({"HOME": str(tmp_path)}, uid=1000)

    assert load_settings(None, paths) == Settings()
    with pytest.raises(ConfigError, match=r"there is no configuration file .*missing\.yaml"):
        load_settings(tmp_path / "missing.yaml", paths)
    with pytest.raises(ConfigError, match="cannot read the configuration file"):
        load_settings(tmp_path, paths)


def test_the_default_file_is_read_where_it_exists(tmp_path: Path) -> None:
    paths = find_paths({"HOME": str(tmp_path)}, uid=1000)
    paths.config_file.parent.mkdir(parents=True)
    paths.config_file.write_text("site: ward-3\n")

    assert load_settings(None, paths).site == "ward-3"
