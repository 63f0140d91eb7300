"""A card that is pulled out: PortAudio only falls silent, as was seen on real USB cards."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from coughd.config.errors import DeviceUnavailableError
from coughd.daemon.sources import capture_process
from coughd.daemon.sources.capture_process import Capture, PipeWriter
from coughd.daemon.sources.devices import InputDevice

NO_CARD = 77
PULLED_OUT = InputDevice(
    stable_name="hw:CARD=Snowball,DEV=0",
    usb_port="usb:1-1.2",
    usb_id=None,
    portaudio_name=f"Snowball: USB Audio (hw:{NO_CARD},0)",
    host_api="ALSA",
    index=0,
    sample_rate_hz=48_000,
    channels=1,
    is_default=False,
)
ORDER = argparse.Namespace(
    device=PULLED_OUT.stable_name, sample_rate_hz=None, channel=None, record=None
)


class SilentStream:
    """PortAudio after the plug was pulled: open, and never heard of again."""

    def __init__(self, *_args: object, **_options: object) -> None:
        pass


class RefusedStream:
    """PortAudio where a program holds the card, or the sound server has no microphone now."""

    def __init__(self, *_args: object, **_options: object) -> None:
        raise DeviceUnavailableError("the microphone cannot be opened.")


@pytest.fixture
def pipe() -> Iterator[PipeWriter]:
    read, write = os.pipe()
    yield PipeWriter(write)
    os.close(read)
    os.close(write)


def test_it_is_said_that_it_has_gone(pipe: PipeWriter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capture_process, "InputStream", SilentStream)
    monkeypatch.setattr(capture_process, "list_inputs", lambda: [PULLED_OUT])
    with pytest.raises(DeviceUnavailableError, match="the microphone has gone"):
        Capture(ORDER, pipe).run()


def test_what_cannot_be_opened_leaves_no_recording(
    pipe: PipeWriter, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    order = argparse.Namespace(**{**vars(ORDER), "record": tmp_path / "heard.wav"})
    monkeypatch.setattr(capture_process, "InputStream", RefusedStream)
    monkeypatch.setattr(capture_process, "list_inputs", lambda: [PULLED_OUT])
    with pytest.raises(DeviceUnavailableError, match="cannot be opened"):
        Capture(order, pipe)
    assert not list(tmp_path.iterdir())
