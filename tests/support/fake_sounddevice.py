"""Text of fake `sounddevice` modules, to be found before the real one."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

MISSING = 'raise OSError("PortAudio library not found")\n'
"""What the real one does on a machine without libportaudio2."""

TWO_MICROPHONES = """
class PortAudioError(Exception):
    pass


class default:
    device = (1, 2)


def query_hostapis():
    return ({"name": "ALSA"},)


def _device(index, name, inputs):
    return {
        "index": index,
        "name": name,
        "hostapi": 0,
        "max_input_channels": inputs,
        "default_samplerate": 44100.0,
    }


def query_devices():
    return [
        _device(0, "Blue Snowball: USB Audio (hw:77,0)", 2),
        _device(1, "pulse", 32),
        _device(2, "HDMI (hw:0,3)", 0),
    ]


class RawInputStream:
    def __init__(self, **options):
        raise PortAudioError("Device unavailable", -9985)
"""

NO_MICROPHONE = TWO_MICROPHONES + "\n\ndef query_devices():\n    return []\n"
BROKEN = TWO_MICROPHONES + '\n\ndef query_devices():\n    raise PortAudioError("Host error")\n'


def put_in_place(text: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process and its children import the fake."""
    (folder / "sounddevice.py").write_text(text)
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setenv("PYTHONPATH", str(folder))
    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
