"""Text of a fake `sounddevice`: microphones that play a file again and again, in real time."""

from __future__ import annotations

from pathlib import Path

MODULE = """
import threading
import time
import types

import soundfile

PATH = {path!r}
MICROPHONES = {microphones}


class PortAudioError(Exception):
    pass


class default:
    device = (0, 0)


def query_hostapis():
    return ({{"name": "ALSA"}},)


def query_devices():
    return [
        dict(
            index=number,
            name=f"Fake {{number}}: USB Audio (hw:7,{{number}})",
            hostapi=0,
            max_input_channels=1,
            default_samplerate=16000.0,
        )
        for number in range(MICROPHONES)
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


def write_fake(folder: Path, recording: Path, microphones: int = 1) -> Path:
    """Give the folder to be put before the real module; the devices are `Fake 0`, `Fake 1`, ..."""
    folder.mkdir(exist_ok=True)
    text = MODULE.format(path=str(recording), microphones=microphones)
    (folder / "sounddevice.py").write_text(text)
    return folder
