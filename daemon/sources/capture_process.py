"""`python -m coughd.daemon.sources.capture_process`: one microphone into one pipe.

The process copies sound from PortAudio into the pipe and does nothing else: no numpy, no model,
no store. It may hang in PortAudio or be killed at any moment; the daemon then starts another.
Two threads: PortAudio's, which only copies into the ring, and the main one, which alone writes
(and waits on) the pipe and the recording.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import select
import sys
from pathlib import Path

from ...config.errors import CoughdError, DeviceUnavailableError
from ...config.parent import die_with
from .block_ring import BlockRing, HeardBlock
from .devices import choose, is_there
from .held_cards import held_cards
from .portaudio import InputStream, list_inputs
from .recording import Recording
from .wire import Flag, Frame, Kind, header

_BLOCK_S = 0.1
"""Each block costs the daemon a wake-up, and sooner would not help: the gate decides as often."""
_LATENCY_S = 0.3
_RING_S = 4.0
_LOOK_MS = 500
"""So long without sound, and the card is looked for: PortAudio does not tell that it was pulled out
(19.6 with ALSA; its thread turns in circles then)."""


class PipeWriter:
    """The daemon's end of the wire is the other one. BrokenPipeError when that has gone."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self._sequence = 0

    def sound(self, block: HeardBlock) -> None:
        """Send a block; waits while the pipe is full."""
        self._send(
            Frame(
                Kind.SOUND,
                Flag.OVERFLOW if block.overflow else Flag.NONE,
                block.sample_frames,
                self._sequence,
                block.first_sample,
                block.monotonic_ns,
                block.sound,
            )
        )

    def tell(self, kind: Kind, text: str) -> None:
        """Send anything but sound."""
        self._send(Frame(kind, Flag.NONE, 0, self._sequence, 0, 0, text.encode()))

    def _send(self, frame: Frame) -> None:
        self._sequence += 1
        rest = memoryview(header(frame) + frame.payload)
        while rest:
            rest = rest[os.write(self.descriptor, rest) :]


class Capture:
    """From the callback through the ring into the pipe and, if asked, a recording."""

    def __init__(self, order: argparse.Namespace, pipe: PipeWriter) -> None:
        device = choose(list_inputs(), order.device, held_cards())
        rate_hz = order.sample_rate_hz or device.sample_rate_hz
        channels = device.channels_to_open(order.channel)
        block = round(rate_hz * _BLOCK_S)
        self._device = device
        self._pipe = pipe
        self._ring = BlockRing(round(_RING_S / _BLOCK_S), block * channels * 2)
        self._wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._ended = False
        self._stream = InputStream(
            device,
            sample_rate_hz=rate_hz,
            channels=channels,
            block_s=_BLOCK_S,
            latency_s=_LATENCY_S,
            heard=self._heard,
            ended=self._device_ended,
        )
        # Only now: where nothing can be opened, each attempt would leave an empty file.
        self._recording = (
            Recording(order.record, rate_hz, channels) if order.record is not None else None
        )
        told = {"sample_rate_hz": rate_hz, "channels": channels, "device": device.stable_name}
        pipe.tell(Kind.OPENED, json.dumps(told))

    def _heard(
        self,
        sound: memoryview,
        sample_frames: int,
        monotonic_ns: int,
        overflow: bool,  # noqa: FBT001 - the callback's signature
    ) -> None:
        self._ring.write(sound, sample_frames, monotonic_ns, overflow=overflow)
        os.eventfd_write(self._wake, 1)

    def _device_ended(self) -> None:
        self._ended = True
        os.eventfd_write(self._wake, 1)

    def run(self) -> None:
        """Until the device goes (DeviceUnavailableError) or the daemon does (BrokenPipeError)."""
        poller = select.poll()
        poller.register(self._wake, select.POLLIN)
        poller.register(self._pipe.descriptor, 0)  # POLLERR comes unasked: the reader has gone
        while True:
            ready = [descriptor for descriptor, _ in poller.poll(_LOOK_MS)]
            if self._pipe.descriptor in ready:
                raise BrokenPipeError
            if ready:
                os.eventfd_read(self._wake)
                self._send_all()
            if self._ended or (not ready and not is_there(self._device)):
                raise DeviceUnavailableError("the microphone has gone.")

    def _send_all(self) -> None:
        while (block := self._ring.oldest()) is not None:
            self._pipe.sound(block)
            if self._recording is not None:
                self._record(self._recording, block.sound)
            self._ring.release()

    def _record(self, recording: Recording, sound: memoryview) -> None:
        try:
            recording.write(sound)
        except OSError as error:
            self._recording = None
            self._pipe.tell(Kind.NOTE, f"the recording ends here: {error.strerror}.")


def main(arguments: list[str]) -> int:
    """Capture until something ends; the exit status tells nothing that the pipe has not told."""
    parser = argparse.ArgumentParser(prog="coughd-capture")
    parser.add_argument("--pipe", type=int, required=True)
    parser.add_argument("--parent-pid", type=int, required=True)
    parser.add_argument("--device", required=True)
    parser.add_argument("--sample-rate-hz", type=int)
    parser.add_argument("--channel", type=int)
    parser.add_argument("--record", type=Path)
    order = parser.parse_args(arguments)
    die_with(order.parent_pid)
    _quieten_libraries()
    pipe = PipeWriter(order.pipe)
    with contextlib.suppress(BrokenPipeError):
        try:
            Capture(order, pipe).run()
        except CoughdError as error:
            pipe.tell(Kind.FAULT, str(error))
        except OSError as error:
            if isinstance(error, BrokenPipeError):
                raise
            reason = f"the recording cannot be written ({error.strerror})"
            pipe.tell(Kind.FAULT, f"{reason}; see record_path in the configuration.")
    return os.EX_UNAVAILABLE


def _quieten_libraries() -> None:
    """Keep what PortAudio prints of every lost device out of the log; our own words stay."""
    own = os.fdopen(os.dup(sys.stderr.fileno()), "w", buffering=1)
    silence = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
    os.dup2(silence, sys.stderr.fileno())
    os.close(silence)
    sys.stderr = own


if __name__ == "__main__":
    # Without a farewell to PortAudio, whose close hangs on a frozen device.
    os._exit(main(sys.argv[1:]))
