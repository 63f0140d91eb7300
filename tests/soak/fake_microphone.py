"""Text of a fake `sounddevice`: one microphone that plays a file again and again, in real time."""

from __future__ import annotations

from pathlib import Path

MODULE = """
import threading
import time
import types

import soundfile

PATH = {path!r}


class PortAudioError(Exception):
    pass


class default:
    device = (0, 0)


def query_hostapis():
    return ({{"name": "ALSA"}},)


def query_devices():
    return [
        dict(
            index=0,
            name="Fake: USB Audio (hw:7,0)",
            hostapi=0,
            max_input_channels=1,
            default_samplerate=16000.0,
        )
    ]


class RawInputStream:
    def __init__(self, *, samplerate, blocksize, callback, **others):
        self._sound, _ = soundfile.read(PATH, dtype="int16")
        self._rate_hz, self._block, self._callback = samplerate, blocksize, callback

    def start(self):
        threading.Thread(target=self._play, daemon=True).start()

    def _play(self):
        began_s = time.monotonic()
        status = types.SimpleNamespace(input_overflow=False)
        times = types.SimpleNamespace(currentTime=0.0, inputBufferAdcTime=0.0)
        given = 0
        while True:
            due_s = began_s + (given + self._block) / self._rate_hz
            time.sleep(max(0.0, due_s - time.monotonic()))
            place = [(given + number) % len(self._sound) for number in (0, self._block)]
            begin, end = place
            sound = self._sound[begin:end] if end > begin else (
                # The lap's end and the next one's begin.
                __import__("numpy").concatenate((self._sound[begin:], self._sound[:end]))
            )
            self._callback(sound.tobytes(), self._block, times, status)
            given += self._block
"""


def write_fake(folder: Path, recording: Path) -> Path:
    """Give the folder to be put before the real module."""
    folder.mkdir(exist_ok=True)
    (folder / "sounddevice.py").write_text(MODULE.format(path=str(recording)))
    return folder
