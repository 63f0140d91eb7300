"""The last seconds of one source at 16 kHz, addressed by their place in the stretch."""

from __future__ import annotations

import numpy as np

from ..detectors.ports import Samples


class SampleRing:
    """A preallocated ring of mono float32 samples; one thread writes and reads.

    When full it overwrites the oldest samples: a window is cut long before its samples are that
    old, and `read` refuses what is gone instead of giving something else.
    """

    def __init__(self, capacity_samples: int) -> None:
        self._samples = np.zeros(capacity_samples, np.float32)
        self.written_sample = 0
        """How many samples were ever written: the index of the next one."""

    @property
    def oldest_sample(self) -> int:
        """The first sample that can still be read."""
        return max(0, self.written_sample - self._samples.size)

    def write(self, samples: Samples) -> None:
        """Append samples [shape=(n,)], any n."""
        capacity = self._samples.size
        kept = samples[-capacity:]
        start = (self.written_sample + samples.size - kept.size) % capacity
        head = min(kept.size, capacity - start)
        self._samples[start : start + head] = kept[:head]
        self._samples[: kept.size - head] = kept[head:]
        self.written_sample += samples.size

    def read(self, start_sample: int, stop_sample: int) -> Samples:
        """Copy samples [start, stop) out.

        Raises
        ------
        IndexError
            If any of them is not written yet or already overwritten.
        """
        if not self.oldest_sample <= start_sample <= stop_sample <= self.written_sample:
            raise IndexError(
                f"samples {start_sample}..{stop_sample} are outside "
                f"{self.oldest_sample}..{self.written_sample}"
            )
        indices = np.arange(start_sample, stop_sample) % self._samples.size
        return self._samples[indices]
