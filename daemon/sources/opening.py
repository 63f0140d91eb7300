"""One opening of a microphone: the capture process's frames as the pipeline's items."""

from __future__ import annotations

import json

import numpy as np

from .mix import Channel, to_block
from .ports import Gap, Item, Opened
from .wire import Flag, Frame


class Opening:
    """Counts on from sample 0; a jump of the index becomes a `Gap`. One thread."""

    def __init__(self, told: str, channel: Channel) -> None:
        """`told` is the payload of `Kind.OPENED`."""
        values = json.loads(told)
        rate_hz, channels = values["sample_rate_hz"], values["channels"]
        plural = "" if channels == 1 else "s"
        detail = f"{values['device']}, {rate_hz} Hz, {channels} channel{plural}"
        self.opened = Opened(rate_hz, channels, 0, None, detail)
        self._channel = channel
        self._next_sample = 0

    def items(self, frame: Frame) -> list[Item]:
        """What a frame of `Kind.SOUND` says."""
        items: list[Item] = []
        dropped = frame.first_sample - self._next_sample
        if dropped > 0:
            reason = f"the daemon was too slow: {dropped} samples were dropped"
            items.append(Gap(self._next_sample, dropped, reason))
        elif Flag.OVERFLOW in frame.flags:
            reason = "the device lost samples and did not say how many"
            items.append(Gap(frame.first_sample, 0, reason))
        self._next_sample = frame.first_sample + frame.sample_frames
        integers = np.frombuffer(frame.payload, "<i2").reshape(-1, self.opened.channels)
        sound = integers.astype(np.float32) / np.float32(32768)
        heard_s = frame.monotonic_ns * 1e-9
        items.append(to_block(sound, self._channel, frame.first_sample, heard_s))
        return items
