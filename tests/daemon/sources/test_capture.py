"""A real microphone: PortAudio on a sound server of the test's own, with its accidents."""

from __future__ import annotations

import selectors
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray
from pulse import PulseServer, pulse_server, skip_unless_available

from coughd.daemon.sources.microphone import MicrophoneSource, open_microphone
from coughd.daemon.sources.ports import Block, Gap, Item, Lost, Opened

_PATIENCE_S = 40.0


@contextmanager
def room(rate_hz: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[PulseServer]:
    skip_unless_available()
    with pulse_server(rate_hz) as server:
        for name in ("ALSA_CONFIG_PATH", "PULSE_SERVER", "XDG_RUNTIME_DIR", "HOME"):
            monkeypatch.setenv(name, server.environ[name])
        yield server


def listen(source: MicrophoneSource, enough: Callable[[list[Item]], bool]) -> list[Item]:
    """Serve the source as the daemon's loop does, until it has told enough."""
    items: list[Item] = []
    deadline_s = time.monotonic() + _PATIENCE_S
    while not enough(items):
        assert time.monotonic() < deadline_s, f"only {[i for i in items if type(i) is not Block]}"
        due_s = source.next_due_s()
        assert due_s is not None
        with selectors.DefaultSelector() as selector:
            if (descriptor := source.fileno()) is not None:
                selector.register(descriptor, selectors.EVENT_READ)
            selector.select(max(0.0, min(due_s - time.monotonic(), 1.0)))
        items.extend(source.poll(time.monotonic()))
    return items


def blocks(items: list[Item]) -> list[Block]:
    return [item for item in items if isinstance(item, Block)]


def heard(items: list[Item]) -> NDArray[np.float32]:
    return np.concatenate([block.samples for block in blocks(items)])


@pytest.mark.parametrize("rate_hz", [16_000, 48_000])
def test_what_is_played_arrives_sample_by_sample(
    rate_hz: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    played = np.random.default_rng(5).integers(-9_000, 9_000, rate_hz * 2, dtype=np.int16)
    soundfile.write(tmp_path / "played.wav", played, rate_hz)
    record_path = tmp_path / "heard.wav"
    with room(rate_hz, monkeypatch) as server:
        source = open_microphone(
            "room", device="default", sample_rate_hz=rate_hz, record_path=record_path
        )
        items = listen(source, lambda items: len(blocks(items)) > 5)
        player = server.play(tmp_path / "played.wav")
        items += listen(source, lambda _: player.poll() is not None)
        items += listen(source, lambda items: len(blocks(items)) > 25)
        source.close()
    (opened,) = (item for item in items if isinstance(item, Opened))
    assert (opened.sample_rate_hz, opened.channels) == (rate_hz, 1)
    assert not [item for item in items if isinstance(item, Gap | Lost)]
    sound = heard(items)
    start = int(np.flatnonzero(sound)[0])
    np.testing.assert_array_equal(played / np.float32(32768), sound[start : start + played.size])
    recorded, _ = soundfile.read(record_path, dtype="float32")
    np.testing.assert_array_equal(sound, recorded[: sound.size])
    assert source.counters.heard_samples == sound.size
