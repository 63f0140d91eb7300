"""Whether native sound is worth hearing: digitally dead, clipped, or fine, and how loud.

Judged in fixed cells of 100 ms from the stretch's first sample, whatever the blocks are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

State: TypeAlias = Literal["ok", "silent", "clipped"]

CELLS_PER_S = 10
FULL_SCALE = 32_767 / 32_768
"""The largest magnitude that 16-bit sound reaches on both sides."""
_CONSTANT = 2.0**-20  # a 32nd of the last bit of 16-bit sound
LOWEST_DBFS = -120.0


@dataclass(frozen=True, slots=True)
class Heard:
    """Samples [start_sample, end_sample) of one condition, whole cells but for a stretch's last."""

    start_sample: int
    end_sample: int
    state: State
    level_dbfs: float
    """RMS without the constant part, -120..0; full scale is an RMS of 1."""
    constant: float | None = None
    """The one value of all samples where `silent`."""


class Condition:
    """Judges one stretch of one source; sample 0 is the stretch's first. One thread.

    `silent` needs one constant value for `silence_s` and then holds from the first such cell; a
    quiet room is never that still. Channels that cancel each other are: nobody hears a cough there.
    `clipped` cells hold a run of full-scale samples, three or more (as long at higher rates), which
    a normalised recording does not reach.
    """

    def __init__(self, sample_rate_hz: int, silence_s: float) -> None:
        self._cell_samples = max(1, sample_rate_hz // CELLS_PER_S)
        self._silence_samples = silence_s * sample_rate_hz
        self._clipped_run = max(3, sample_rate_hz // 16_000)
        # Less than a cell waits for the rest of it.
        self._samples: list[NDArray[np.float32]] = []
        self._magnitudes: list[NDArray[np.float32]] = []
        self._waiting_samples = 0
        self._start_sample = 0
        self._full_scale_run = 0
        self._still: _Still | None = None

    def hear(self, samples: NDArray[np.float32], magnitudes: NDArray[np.float32]) -> list[Heard]:
        """Take the next samples and magnitudes [shape=(n,), see `Block`]; what is decided now.

        Stillness shorter than `silence_s` is decided when it ends.
        """
        self._samples.append(samples)
        self._magnitudes.append(magnitudes)
        self._waiting_samples += samples.size
        if self._waiting_samples < self._cell_samples:
            return []
        samples, magnitudes = np.concatenate(self._samples), np.concatenate(self._magnitudes)
        whole = samples.size // self._cell_samples * self._cell_samples
        self._keep(samples[whole:], magnitudes[whole:])
        shape = (-1, self._cell_samples)
        return self._judge(samples[:whole].reshape(shape), magnitudes[:whole].reshape(shape))

    def finish(self) -> list[Heard]:
        """The stretch is over: decide the rest, its last cell cut short."""
        heard = []
        if self._waiting_samples:
            samples, magnitudes = np.concatenate(self._samples), np.concatenate(self._magnitudes)
            heard += self._judge(samples[np.newaxis], magnitudes[np.newaxis])
        heard += self._end_stillness()
        self._keep(np.empty(0, np.float32), np.empty(0, np.float32))
        return heard

    def _keep(self, samples: NDArray[np.float32], magnitudes: NDArray[np.float32]) -> None:
        self._samples, self._magnitudes = [samples], [magnitudes]
        self._waiting_samples = samples.size

    def _judge(self, cells: NDArray[np.float32], magnitudes: NDArray[np.float32]) -> list[Heard]:
        """Judge cells [shape=(cells, samples)]."""
        if not cells.size:
            return []
        lows, highs = cells.min(axis=1), cells.max(axis=1)
        loudest = magnitudes.max(axis=1)
        still = highs - lows <= _CONSTANT
        if still.any():
            # Sound beyond full scale is cut to one value, too, and that is no silence.
            still &= (np.abs(lows) < FULL_SCALE) | (loudest - magnitudes.min(axis=1) <= _CONSTANT)
        levels_dbfs = 10 * np.log10(np.maximum(_powers(cells), 10 ** (LOWEST_DBFS / 10)))
        heard = []
        for index in range(len(cells)):
            clipped = self._clips(magnitudes[index], loudest[index])
            start, end = self._start_sample, self._start_sample + cells.shape[1]
            self._start_sample = end
            if still[index]:
                heard += self._stay_still(
                    _Still(start, end, float(lows[index]), float(highs[index]), clipped)
                )
                continue
            heard += self._end_stillness()
            state: State = "clipped" if clipped else "ok"
            heard.append(Heard(start, end, state, float(levels_dbfs[index])))
        return heard

    def _clips(self, magnitudes: NDArray[np.float32], loudest: float) -> bool:
        """Whether a run of full-scale samples, perhaps begun in an earlier cell, is long enough."""
        if loudest < FULL_SCALE:
            self._full_scale_run = 0
            return False
        below = np.flatnonzero(magnitudes < FULL_SCALE)
        edges = np.concatenate(([-1 - self._full_scale_run], below, [magnitudes.size]))
        runs = np.diff(edges) - 1
        self._full_scale_run = int(runs[-1])
        return bool(runs.max() >= self._clipped_run)

    def _stay_still(self, cell: _Still) -> list[Heard]:
        """Add a constant cell to the stillness, or let it begin another."""
        heard = []
        run = self._still.joined(cell) if self._still else cell
        if run is None:
            heard = self._end_stillness()
            run = cell
        self._still = run
        if run.end - run.first_start >= self._silence_samples:
            heard.append(Heard(run.start, run.end, "silent", LOWEST_DBFS, (run.low + run.high) / 2))
            self._still = run.told()
        return heard

    def _end_stillness(self) -> list[Heard]:
        """Tell a stillness that was too short to be silence: it ends here."""
        run, self._still = self._still, None
        if run is None or run.start == run.end:
            return []
        return [Heard(run.start, run.end, "clipped" if run.clipped else "ok", LOWEST_DBFS)]


def _powers(cells: NDArray[np.float32]) -> NDArray[np.float64]:
    """The variance of each cell; quicker than numpy's own, which is made for more of them."""
    wide = cells.astype(np.float64)
    wide -= np.add.reduce(wide, axis=1, keepdims=True) / wide.shape[1]
    np.multiply(wide, wide, out=wide)
    powers: NDArray[np.float64] = np.add.reduce(wide, axis=1) / wide.shape[1]
    return powers


@dataclass(frozen=True, slots=True)
class _Still:
    """Constant cells in a row: [start, end) is not told yet."""

    start: int
    end: int
    low: float
    high: float
    clipped: bool
    told_samples: int = 0

    @property
    def first_start(self) -> int:
        return self.start - self.told_samples

    def joined(self, cell: _Still) -> _Still | None:
        """With the next cell, or None where that holds another constant."""
        low, high = min(self.low, cell.low), max(self.high, cell.high)
        if high - low > _CONSTANT:
            return None
        return _Still(self.start, cell.end, low, high, cell.clipped, self.told_samples)

    def told(self) -> _Still:
        told_samples = self.told_samples + self.end - self.start
        return _Still(self.end, self.end, self.low, self.high, self.clipped, told_samples)
