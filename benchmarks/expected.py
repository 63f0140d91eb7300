"""When the daemon can know of each trigger at the earliest, by the same gate on the same sound."""

from __future__ import annotations

from dataclasses import dataclass

from coughd.daemon.ring import SampleRing
from coughd.detectors.gate import CoughdGate
from coughd.detectors.ports import SAMPLE_RATE_HZ, Samples
from coughd.detectors.windows import WindowCutter

BLOCK_SAMPLES = SAMPLE_RATE_HZ // 25
"""As a file is heard in real time; a microphone's blocks are as long."""


@dataclass(frozen=True, slots=True)
class Expected:
    """A trigger; its samples count from the beginning of the sound."""

    onset_sample: int
    claimed_sample: int
    """The gate claims it when the block that ends here has arrived: `start` can be told."""
    judged_sample: int
    """Its window is complete and decided when the block that ends here has arrived: `end`."""


def expected_triggers(samples: Samples) -> list[Expected]:
    """All triggers whose window completes within the sound."""
    gate = CoughdGate.load().open_stream()
    ring = SampleRing(30 * SAMPLE_RATE_HZ)
    windows = WindowCutter(ring)
    claimed: dict[int, int] = {}
    expected = []
    for at in range(0, samples.size, BLOCK_SAMPLES):
        block = samples[at : at + BLOCK_SAMPLES]
        arrived = at + block.size
        ring.write(block)
        for trigger in gate.feed(block):
            if windows.add(trigger):
                claimed[trigger.onset_sample] = arrived
        for window in windows.ready(gate.decided_sample):
            onset_sample = window.trigger.onset_sample
            expected.append(Expected(onset_sample, claimed.pop(onset_sample), arrived))
    return expected
