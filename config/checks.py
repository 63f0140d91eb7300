"""What one key alone cannot tell: rules between keys, and names that the machine must know."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, pairwise
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from .addresses import refuse_address
from .forms import fields_of
from .guess import did_you_mean
from .http_address import refuse_http_address
from .machine import is_group, is_timezone
from .mistakes import quote
from .reader import Reader
from .server_url import refuse_server
from .settings import EmbedderSettings, GateSettings, SourceSettings

_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


def check(reader: Reader) -> None:
    """Blame what does not fit together in what the reader found, mistakes elsewhere or not."""
    for where in _sources(reader):
        _check_kind(reader, where, SourceSettings)
    _check_kind(reader, "gate", GateSettings)
    _check_kind(reader, "embedder", EmbedderSettings)
    _check_unique(reader, "id")
    _check_unique(reader, "record_path")
    _check_timezone(reader)
    _check_store(reader)
    _check_stream(reader)
    _check_metrics(reader)
    _check_batch_sizes(reader)
    _check_remote(reader)


def _sources(reader: Reader) -> Iterator[str]:
    for number in count():
        where = f"sources[{number}]"
        if where not in reader.lines:
            return
        yield where


def _check_kind(reader: Reader, where: str, section: type) -> None:
    fields = fields_of(section)
    default = next(field.default for field in fields if field.name == "kind")
    kind_key = f"{where}.kind"
    kind = reader.found.get(kind_key) if kind_key in reader.lines else default
    if kind is None:
        return
    for field in fields:
        place, key = f"{where}.{field.name}", field.key
        given = place in reader.lines and reader.found.get(place, place) is not None
        if given and key.kinds and kind not in key.kinds:
            kinds = " or ".join(f"'{each}'" for each in key.kinds)
            reader.blame(place, f"belongs to kind {kinds}; this is kind '{kind}'")
        if not given and kind in key.required_for:
            reader.blame(place, f"is missing; kind '{kind}' needs it")


def _check_unique(reader: Reader, name: str) -> None:
    first: dict[object, str] = {}
    for where in _sources(reader):
        place = f"{where}.{name}"
        value = reader.found.get(place)
        if value is None:
            continue
        if value in first:
            reader.blame(place, f"{quote(str(value))} is taken by {first[value]}")
        first.setdefault(value, place)


def _check_timezone(reader: Reader) -> None:
    name = reader.found.get("timezone")
    if isinstance(name, str) and not is_timezone(name):
        hint = did_you_mean(name, available_timezones())
        reader.blame("timezone", f"{quote(name)} is not a time zone of this machine{hint}")


def _check_store(reader: Reader) -> None:
    url = reader.found.get("store.url")
    if isinstance(url, str) and url.startswith("sqlite") and ":////" not in url:
        text = "an SQLite URL needs an absolute path: sqlite:////srv/coughd/coughd.sqlite3"
        reader.blame("store.url", text)
    if isinstance(url, str) and "%00" in url:
        reader.blame("store.url", "must not contain %00: no file's name does")
    refusal = refuse_server(url) if isinstance(url, str) and url.startswith("postgresql") else ""
    if refusal:
        reader.blame("store.url", refusal)


def _check_stream(reader: Reader) -> None:
    curve = reader.found.get("stream.curve") is True
    for key in ("stream.publish", "stream.replay"):
        address = reader.found.get(key)
        refusal = refuse_address(address, curve=curve) if isinstance(address, str) else ""
        if refusal:
            reader.blame(key, refusal)
    publish, replay = reader.found.get("stream.publish"), reader.found.get("stream.replay")
    if publish is not None and publish == replay:
        reader.blame("stream.replay", "must differ from stream.publish")
    group = reader.found.get("stream.group")
    if isinstance(group, str) and not is_group(group):
        reader.blame("stream.group", f"{quote(group)} is not a group of this machine")


def _check_metrics(reader: Reader) -> None:
    listen = reader.found.get("metrics.listen")
    refusal = refuse_http_address(listen) if isinstance(listen, str) else ""
    if refusal:
        reader.blame("metrics.listen", refusal)


def _check_batch_sizes(reader: Reader) -> None:
    sizes = []
    for number in count():
        size = reader.found.get(f"embedder.batch_sizes[{number}]")
        if not isinstance(size, int):
            break
        sizes.append(size)
    if any(larger <= smaller for smaller, larger in pairwise(sizes)):
        reader.blame("embedder.batch_sizes", "must ascend, such as [1, 4, 8]")


def _check_remote(reader: Reader) -> None:
    url = reader.found.get("embedder.url")
    if not isinstance(url, str):
        return
    refusal = refuse_server(url)
    if refusal:
        reader.blame("embedder.url", refusal)
        return
    if not url.startswith("http://"):
        return
    if urlsplit(url).hostname in _THIS_MACHINE:
        return
    if reader.found.get("embedder.token_file") is not None:
        text = "would send the token unencrypted: write https://, or leave embedder.token_file out"
        reader.blame("embedder.url", text)
    elif not reader.found.get("embedder.plain_http"):
        text = (
            "would send sound unencrypted to another machine: write https://, or allow it by "
            "embedder.plain_http: true"
        )
        reader.blame("embedder.url", text)
