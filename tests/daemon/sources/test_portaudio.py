"""PortAudio's answers and failures, with fake ones; real sound is heard in test_capture."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import fake_sounddevice
import pytest
from serving import listen

from coughd.config.errors import DeviceUnavailableError
from coughd.daemon.sources.microphone import open_microphone
from coughd.daemon.sources.portaudio import InputStream, list_inputs
from coughd.daemon.sources.ports import Lost


@pytest.fixture(autouse=True)
def _forget_the_fake() -> Iterator[None]:
    yield
    sys.modules.pop("sounddevice", None)


def test_inputs_are_listed_and_outputs_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_sounddevice.put_in_place(fake_sounddevice.TWO_MICROPHONES, tmp_path, monkeypatch)
    snowball, pulse = list_inputs()
    assert (snowball.stable_name, snowball.channels, snowball.is_default) == (
        "Blue Snowball: USB Audio (hw:77,0)",
        2,
        False,
    )
    assert (pulse.stable_name, pulse.channels, pulse.is_default) == ("pulse", 1, True)
    assert (snowball.mixes, pulse.mixes) == (False, True)
    assert (pulse.sample_rate_hz, pulse.index, pulse.host_api) == (44_100, 1, "ALSA")


@pytest.mark.parametrize(
    ("fake", "says"),
    [
        (fake_sounddevice.MISSING, "PortAudio is missing.*apt install libportaudio2"),
        (fake_sounddevice.BROKEN, "PortAudio cannot list the microphones: Host error"),
    ],
)
def test_its_failures_are_sentences(
    fake: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_sounddevice.put_in_place(fake, tmp_path, monkeypatch)
    with pytest.raises(DeviceUnavailableError, match=says):
        list_inputs()


def test_a_microphone_that_is_held_by_another_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_sounddevice.put_in_place(fake_sounddevice.TWO_MICROPHONES, tmp_path, monkeypatch)
    with pytest.raises(DeviceUnavailableError, match="'pulse' cannot be opened at 16000 Hz"):
        InputStream(
            list_inputs()[1],
            sample_rate_hz=16_000,
            channels=1,
            block_s=0.02,
            latency_s=0.1,
            heard=lambda *_: None,
            ended=lambda: None,
        )


@pytest.mark.parametrize(
    ("fake", "device", "says"),
    [
        (fake_sounddevice.MISSING, "default", "PortAudio is missing"),
        (fake_sounddevice.NO_MICROPHONE, "default", "no microphone was found; plug one in"),
        (fake_sounddevice.TWO_MICROPHONES, "pulze", "did you mean 'pulse'?"),
        (fake_sounddevice.TWO_MICROPHONES, "pulse", "cannot be opened at 44100 Hz"),
    ],
)
def test_the_capture_process_brings_the_sentence_home(
    fake: str, device: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_sounddevice.put_in_place(fake, tmp_path, monkeypatch)
    source = open_microphone("bed", device=device)
    items = listen(source, lambda items: len(items) > 0)
    source.close()
    (lost,) = items
    assert isinstance(lost, Lost)
    assert says in lost.reason
