"""One opening of a microphone: the capture process's frames as the pipeline's items."""

from __future__ import annotations

import json

import numpy as np

from .arrival import ArrivalWatch, Missing
from .mix import Channel, to_block
from .ports import Gap, Item, Opened
from .wire import Flag, Frame

_FULL_SCALE = np.float32(1 / 32_768)
"""A power of two: the product is exact, as the quotient is."""


class Opening:
    """Counts on from sample 0. One thread.

    A jump of the capture process's index becomes a `Gap`; so does what the device lost, estimated
    by the clock: from then on all samples count that much more than in the capture process.
    """

    def __init__(self, told: str, channel: Channel) -> None:
        """`told` is the payload of `Kind.OPENED`."""
        values = json.loads(told)
        rate_hz, channels = values["sample_rate_hz"], values["channels"]
        plural = "" if channels == 1 else "s"
        detail = f"{values['device']}, {rate_hz} Hz, {channels} channel{plural}"
        self.opened = Opened(rate_hz, channels, 0, None, detail)
        self._channel = channel
        self._arrivals = ArrivalWatch(rate_hz)
        self._next_sample = 0
        self._lost_in_device = 0

    def items(self, frame: Frame) -> list[Item]:
        """What a frame of `Kind.SOUND` says."""
        items: list[Item] = []
        heard_s = frame.monotonic_ns * 1e-9
        dropped = frame.first_sample + self._lost_in_device - self._next_sample
        if dropped > 0:
            reason = f"the daemon was too slow: {dropped} samples were dropped"
            items.append(self._gap(dropped, reason))
        if Flag.OVERFLOW in frame.flags:
            lost = self._arrivals.admitted(self._next_sample, heard_s)
            self._lost_in_device += lost
            items.append(self._gap(lost, f"the device lost sound: {_about(lost)}"))
        verdict = self._arrivals.hear(self._next_sample, heard_s)
        if isinstance(verdict, Missing):
            self._lost_in_device += verdict.samples
            reason = f"sound was lost before it came here, unsaid: {_about(verdict.samples)}"
            items.append(self._gap(verdict.samples, reason))
        elif verdict is not None:
            items.append(verdict)
        first_sample = self._next_sample
        self._next_sample += frame.sample_frames
        integers = np.frombuffer(frame.payload, "<i2").reshape(-1, self.opened.channels)
        sound = integers * _FULL_SCALE
        items.append(to_block(sound, self._channel, first_sample, heard_s))
        return items

    def _gap(self, lost_samples: int, reason: str) -> Gap:
        gap = Gap(self._next_sample, lost_samples, reason)
        self._next_sample += lost_samples
        return gap


def _about(samples: int) -> str:
    return f"about {samples} samples by the clock" if samples else "nobody knows how much"
