"""PortAudio through sounddevice: the only file that imports it, and only when asked.

The import initialises PortAudio and lists the devices; one plugged in later is not seen until the
next process.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from ...config.errors import DeviceUnavailableError
from .devices import InputDevice, is_hardware, names_of

Heard: TypeAlias = Callable[[memoryview, int, int, bool], None]
"""Sound (int16, interleaved, valid during the call), samples per channel, CLOCK_MONOTONIC ns of
the first, whether the device lost some before."""

_LONGEST_DELAY_S = 10.0
"""A time stamp of PortAudio older than this is no time stamp."""


class InputStream:
    """An open microphone. Its callback runs in a thread of PortAudio."""

    def __init__(
        self,
        device: InputDevice,
        *,
        sample_rate_hz: int,
        channels: int,
        block_s: float,
        latency_s: float,
        heard: Heard,
        ended: Callable[[], None],
    ) -> None:
        """Open and start.

        `heard` is called for every block and must only copy; `ended` once the device has gone.
        Raises DeviceUnavailableError.
        """
        sounddevice = _load()

        def callback(sound: Any, sample_frames: int, times: Any, status: Any) -> None:  # noqa: ANN401
            now_ns = time.monotonic_ns()
            delay_s = times.currentTime - times.inputBufferAdcTime
            # Sound servers stamp a block with its end, or with nothing sensible.
            if not sample_frames / sample_rate_hz <= delay_s <= _LONGEST_DELAY_S:
                delay_s = sample_frames / sample_rate_hz
            heard(
                memoryview(sound),
                sample_frames,
                now_ns - round(delay_s * 1e9),
                bool(status.input_overflow),
            )

        try:
            self._stream = sounddevice.RawInputStream(
                samplerate=sample_rate_hz,
                blocksize=round(sample_rate_hz * block_s),
                device=device.index,
                channels=channels,
                dtype="int16",
                latency=latency_s,
                callback=callback,
                finished_callback=ended,
            )
            self._stream.start()
        except sounddevice.PortAudioError as error:
            raise DeviceUnavailableError(
                f"the microphone '{device.stable_name}' cannot be opened at {sample_rate_hz} Hz "
                f"with {channels} channel(s): {_said(error)}; see that no other program holds it, "
                "and what it offers with `coughd devices`."
            ) from error


def list_inputs() -> list[InputDevice]:
    """Every device with an input, as PortAudio saw them when this process first asked.

    Raises DeviceUnavailableError where PortAudio is missing or fails.
    """
    sounddevice = _load()
    try:
        apis = sounddevice.query_hostapis()
        found = sounddevice.query_devices()
    except sounddevice.PortAudioError as error:
        raise DeviceUnavailableError(
            f"PortAudio cannot list the microphones: {_said(error)}; see that the sound server "
            "runs."
        ) from error
    default_index = sounddevice.default.device[0]
    return [
        _input_device(entry, apis[entry["hostapi"]]["name"], default_index)
        for entry in found
        if entry["max_input_channels"] > 0
    ]


def _input_device(entry: dict[str, Any], host_api: str, default_index: int) -> InputDevice:
    name = entry["name"]
    stable, usb_port, usb_id = names_of(name)
    # ALSA's plug-ins say 32 or 128, whatever they have behind them.
    imaginary = host_api == "ALSA" and not is_hardware(name)
    return InputDevice(
        stable_name=stable,
        usb_port=usb_port,
        usb_id=usb_id,
        portaudio_name=name,
        host_api=host_api,
        index=entry["index"],
        sample_rate_hz=round(entry["default_samplerate"]),
        channels=1 if imaginary else entry["max_input_channels"],
        is_default=entry["index"] == default_index,
        mixes=imaginary,
    )


def _load() -> Any:  # noqa: ANN401 - a module without types
    try:
        with _quiet_stderr():
            import sounddevice  # noqa: PLC0415
    except OSError as error:
        raise DeviceUnavailableError(
            "PortAudio is missing, without which no microphone can be heard; install it, on "
            "Debian with `apt install libportaudio2`."
        ) from error
    return sounddevice


@contextlib.contextmanager
def _quiet_stderr() -> Iterator[None]:
    """Keep ALSA's list of what it tried out of the log; only for a process with one thread."""
    kept = os.dup(2)
    silence = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.dup2(silence, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(silence)


def _said(error: Exception) -> str:
    """PortAudio's words without its number."""
    return str(error.args[0]) if error.args else type(error).__name__
