"""Any bytes as a sound, a model's file, a key or a clip: an error of ours, or something whole."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from coughd.config.errors import CoughdError, InputError, ModelError
from coughd.daemon.clips.clip_file import ClipHeader, clip_path, encode_clip, read_clip, read_header
from coughd.daemon.clips.sealing import ClipKey, read_key
from coughd.daemon.handing_in.document import decode
from coughd.daemon.sources.sound_file import SoundFile
from coughd.daemon.stream.client_key import ClientKey, read_client_key
from coughd.daemon.stream.cursor import CursorFile
from coughd.daemon.stream.key_ring import KeyRing, client_file
from coughd.detectors.hear.manifest import MANIFEST_FILE, find_pulled
from coughd.detectors.ports import EMBEDDING_SIZE, LABELS, SAMPLE_RATE_HZ, EmbedderIdentity
from coughd.detectors.probe import LinearProbe
from coughd.detectors.runtime import SHIPPED_MODELS

from .mutations import altered, fuzzed, json_values, mutated, told

_SHIPPED = json.loads((SHIPPED_MODELS / "probe-open.json").read_bytes())
_EMBEDDER = _SHIPPED["embedder"]
# Small enough to be printed where a test fails.
_NUMBERS = [0] * EMBEDDING_SIZE
_DOCUMENT = {
    **_SHIPPED,
    "mean": _NUMBERS,
    "scale": [1] * EMBEDDING_SIZE,
    "coefficients": [_NUMBERS] * len(LABELS),
}
_AS_IT_WAS = "as it was"
_PROBE = json.dumps(_DOCUMENT).encode()
_KEY = ClipKey(bytes(32))
_EVENT = "00000000-0000-7000-8000-000000000001"


def _identity() -> EmbedderIdentity:
    return EmbedderIdentity(
        kind="open", name=_EMBEDDER["name"], sha256=_EMBEDDER["sha256"], runtime="r",
        device="cpu", precision="float32", batch_policy="1",
    )  # fmt: skip


def _sound(form: str, subtype: str | None = None) -> bytes:
    noise = np.random.default_rng(3).normal(0, 0.2, (2000, 2)).astype(np.float32)
    file = io.BytesIO()
    soundfile.write(file, noise, SAMPLE_RATE_HZ, format=form, subtype=subtype)
    return file.getvalue()


_SOUNDS = {
    "flac": _sound("FLAC"),
    "wav": _sound("WAV", "PCM_16"),
    "float.wav": _sound("WAV", "FLOAT"),
    "ogg": _sound("OGG", "VORBIS"),
    "mp3": _sound("MP3"),
    "aiff": _sound("AIFF"),
}


@fuzzed
@given(
    st.sampled_from(sorted(_SOUNDS)).flatmap(
        lambda form: st.tuples(st.just(form), mutated(_SOUNDS[form]))
    )
)
def test_sound(tmp_path: Path, given_: tuple[str, bytes]) -> None:
    form, content = given_
    path = tmp_path / f"sound.{form}"
    path.write_bytes(content)
    try:
        sound = SoundFile(path)
    except InputError:
        return
    try:
        for _ in range(20):
            part = sound.read(1000)
            assert part.ndim == 2
            assert part.dtype == np.float32
            if not part.size:
                break
    finally:
        sound.close()


@fuzzed
@given(mutated(_PROBE))
def test_probe_files(tmp_path: Path, content: bytes) -> None:
    _judge(tmp_path, content)


@fuzzed
@given(altered(dict.fromkeys(_DOCUMENT, _AS_IT_WAS)))
def test_probe_documents(tmp_path: Path, changes: dict[str, object]) -> None:
    """Some members gone, changed or added."""
    document = {
        name: _DOCUMENT[name] if value == _AS_IT_WAS else value for name, value in changes.items()
    }
    _judge(tmp_path, json.dumps(document).encode())


def _judge(folder: Path, content: bytes) -> None:
    path = folder / "probe.json"
    path.write_bytes(content)
    try:
        probe = LinearProbe.load(path, _identity())
    except ModelError:
        return
    assert 0.0 <= probe.threshold <= 1.0
    with np.errstate(all="ignore"):
        verdict = probe.judge(np.linspace(-1, 1, EMBEDDING_SIZE, dtype=np.float32))
    assert 0.0 <= verdict.probability <= 1.0
    assert all(0.0 <= each <= 1.0 for each in verdict.scores.values())


_MANIFEST: dict[str, object] = {
    "schema": "coughd.model/1", "model": "hear", "repository": "google/hear", "revision": "a" * 40,
    "fetched_at": "2026-11-21T12:00:00Z", "vouched_by": "hub", "files": {"a.pb": "0" * 64},
}  # fmt: skip


@fuzzed
@given(
    altered(_MANIFEST).map(lambda tree: json.dumps(tree).encode())
    | json_values.map(lambda tree: json.dumps(tree).encode())
    | mutated(json.dumps(_MANIFEST).encode())
)
def test_model_manifests(tmp_path: Path, content: bytes) -> None:
    folder = tmp_path / "hear" / ("a" * 40)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "a.pb").write_bytes(b"abc")
    (folder / MANIFEST_FILE).write_bytes(content)
    try:
        pulled = find_pulled(tmp_path / "hear")
        if pulled is not None:
            pulled[1].check(pulled[0], {})
    except ModelError as exc:
        told(exc)


_CLIENT = json.dumps(client_file("alice", ClientKey("a" * 40, "b" * 40, "c" * 40))).encode()


@fuzzed
@given(mutated(_CLIENT))
def test_key_files(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "alice.key"
    path.write_bytes(content)
    path.chmod(0o600)
    for read in (read_client_key, read_key):
        try:
            read(path)
        except CoughdError as exc:
            told(exc, secret="b" * 40)


@fuzzed
@given(
    mutated(
        b'{"schema": "coughd.clients/1", '
        b'"clients": [{"name": "a", "public_key": "%s", "created": "x"}]}' % (b"a" * 40)
    )
)
def test_lists_of_keys(tmp_path: Path, content: bytes) -> None:
    ring = KeyRing(tmp_path)
    ring.folder.mkdir(exist_ok=True)
    (ring.folder / "clients.json").write_bytes(content)
    try:
        clients = ring.clients()
    except InputError:
        return
    assert all(isinstance(each.name, str) for each in clients)


_CLIP = encode_clip(ClipHeader(_EVENT, "bed", 1, 0.5, 0.9), np.zeros(2000, np.float32), _KEY)


@fuzzed
@given(mutated(_CLIP))
def test_clips(tmp_path: Path, content: bytes) -> None:
    path = clip_path(tmp_path, _EVENT)
    path.write_bytes(content)
    for read in (read_header, lambda each: read_clip(each, _KEY)):
        try:
            read(path)
        except InputError:
            continue
    if content != _CLIP:
        with pytest.raises(InputError):
            read_clip(path, _KEY)


@fuzzed
@given(mutated(b'{"schema": "coughd.cursor/1", "store_id": "A", "seq": 7}'))
def test_cursors(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "cursor"
    path.write_bytes(content)
    try:
        position = CursorFile(path).read()
    except InputError:
        return
    assert position is not None
    assert position.seq >= 0


@fuzzed
@given(
    mutated(
        b'{"schema": "coughd.handed_in/1", "changes": [{"kind": "review", "event_id": "e", '
        b'"verdict": "relabel", "label": "speech", "reviewer": "", "note": "", "utc_us": 1}]}'
    )
)
def test_what_is_handed_in(content: bytes) -> None:
    try:
        decode(content)
    except InputError as exc:
        told(exc)


def test_a_probe_nested_too_deep_is_refused(tmp_path: Path) -> None:
    """Found here: the parser's own limit came through as a defect."""
    path = tmp_path / "probe.json"
    path.write_bytes(b"[" * 100_000)
    with pytest.raises(ModelError, match="is not JSON"):
        LinearProbe.load(path, _identity())
    folder = tmp_path / "hear" / "revision"
    folder.mkdir(parents=True)
    (folder / MANIFEST_FILE).write_bytes(b"[" * 100_000)
    with pytest.raises(ModelError, match="cannot be read"):
        find_pulled(tmp_path / "hear")
