"""The shipped gate: a small causal network over log-mel frames, streamed in groups of 0.1 s.

It is tuned to miss little; what it claims too much, the probe refuses.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .features import (
    BANDS,
    GROUP_FRAMES,
    GROUP_REACH_SAMPLES,
    GROUP_SAMPLES,
    LogMel,
    LogMelStream,
    LogMelTransform,
)
from .onsets import STEP_SAMPLES, Onset, OnsetDecoder
from .ports import MIN_COUGH_SPACING_SAMPLES, Samples, Trigger
from .runtime import OnnxModel, models_folder

LOOK_AHEAD_OUTPUTS = 9
"""An output speaks about the sound this many steps (of 20 ms) earlier."""
GATE_THRESHOLD = 0.1
"""Onset score from which the gate makes its claim."""
ONSET_SHIFT_SAMPLES = 160
"""Added to every onset: what the track is early or late on average."""
_STEPS_PER_GROUP = GROUP_SAMPLES // STEP_SAMPLES
_FLUSH_GROUPS = 6
"""Groups of silence after the end, so that the last real sound is decided."""


class CoughdGate:
    """Holds the weights; every stretch gets a stream of its own. ModelError when unusable."""

    def __init__(self, model: OnnxModel, threshold: float = GATE_THRESHOLD) -> None:
        self._state_size = _state_size(model)
        state = (1, self._state_size)
        model.expect(
            takes={"log_mel": (1, GROUP_FRAMES, BANDS), "state": state},
            gives=[(1, _STEPS_PER_GROUP), state],
        )
        self._model = model
        self._threshold = threshold
        self._transform = LogMelTransform()

    @classmethod
    def load(cls, models_dir: Path | None = None, threshold: float = GATE_THRESHOLD) -> CoughdGate:
        """Load the shipped gate, or `gate.onnx` of another folder."""
        return cls(OnnxModel(models_folder(models_dir) / "gate.onnx"), threshold)

    @property
    def name(self) -> str:
        """`coughd-gate@` and the first digits of the weights' sha256."""
        return f"coughd-gate@{self._model.sha256[:8]}"

    def open_stream(self) -> CoughdGateStream:
        """Start a stretch."""
        return CoughdGateStream(self._model, self._transform, self._threshold, self._state_size)


class CoughdGateStream:
    """See `ports.GateStream`. Memory is constant however long the stretch is."""

    def __init__(
        self, model: OnnxModel, transform: LogMelTransform, threshold: float, state_size: int
    ) -> None:
        self._model = model
        self._frames = LogMelStream(transform)
        self._decoder = OnsetDecoder(threshold)
        self._state_size = state_size
        self._state: NDArray[np.float32] | None = None
        self._heard_samples = 0
        self._groups = 0
        self._earliest_sample = 0
        """Where the next onset may be, because of the last one."""

    @property
    def decided_sample(self) -> int:
        """No trigger with an onset before this sample can still appear."""
        decided = (self._decoder.decided_step - 1) * STEP_SAMPLES + ONSET_SHIFT_SAMPLES
        return max(decided, self._earliest_sample)

    def feed(self, samples: Samples) -> list[Trigger]:
        """Hear the next samples [shape=(n,)]; triggers in order of onset."""
        self._heard_samples += samples.size
        return self._hear(samples)

    def finish(self) -> list[Trigger]:
        """Decide what was still open, as if silence followed."""
        silence = np.zeros(_FLUSH_GROUPS * GROUP_SAMPLES, dtype=np.float32)
        found = self._hear(silence)
        return [trigger for trigger in found if trigger.onset_sample < self._heard_samples]

    def _hear(self, samples: Samples) -> list[Trigger]:
        triggers: list[Trigger] = []
        for group in self._frames.feed(samples):
            confirmed = self._groups * GROUP_SAMPLES + GROUP_REACH_SAMPLES
            self._groups += 1
            for score in self._scores(group):
                onset = self._decoder.feed(score)
                if onset is not None:
                    triggers.append(self._trigger(onset, confirmed))
        return triggers

    def _scores(self, group: LogMel) -> list[float]:
        """Onset scores of the next five steps; the first ones speak about before the start."""
        if self._state is None:
            self._state = np.zeros((1, self._state_size), dtype=np.float32)
            self._state[0, :BANDS] = group.mean(axis=0)
        onset, self._state = self._model.run({"log_mel": group[None], "state": self._state})
        early = max(0, LOOK_AHEAD_OUTPUTS - (self._groups - 1) * _STEPS_PER_GROUP)
        return [float(score) for score in onset[0, early:]]

    def _trigger(self, onset: Onset, confirmed_sample: int) -> Trigger:
        found = round(onset.position_steps * STEP_SAMPLES) + ONSET_SHIFT_SAMPLES
        onset_sample = max(found, self._earliest_sample)
        self._earliest_sample = onset_sample + MIN_COUGH_SPACING_SAMPLES
        return Trigger(onset_sample, min(confirmed_sample, self._heard_samples), onset.score)


def _state_size(model: OnnxModel) -> int:
    """How many numbers the state has, the bands' slow means first; some, where there is none."""
    length = (model.shapes.get("state") or (0,))[-1]
    return max(length, BANDS) if isinstance(length, int) else BANDS
