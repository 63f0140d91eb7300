"""HeAR's event detector as the gate: it says that somebody coughs, our own gate says when.

The detector tells whether its two seconds hold a cough, not where nor how many. So the shipped gate
proposes onsets, also weak ones, and the detector's windows decide which of them are claimed.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace

import numpy as np

from ..gate import GATE_THRESHOLD
from ..ports import WINDOW_SAMPLES, Gate, GateStream, Samples, Trigger
from .detector_ear import DetectorEar, Score

DETECTOR_THRESHOLD = 0.5
"""Score from which a window is believed; what it believes too much, the probe refuses."""
WEAK_ONSET = 0.02
"""Score from which the shipped gate proposes an onset."""
STRONG_ONSET = GATE_THRESHOLD
"""Proposed onsets from here on are claimed in every window that is believed, weaker ones only where
it has no other."""
HOP_SAMPLES = 8_000
LEAD_SAMPLES = 1_600
TAIL_SAMPLES = 8_000
"""A window speaks about onsets with so much of its sound before, and so much after them."""
MAX_UNANSWERED = 4
"""Windows of one stream; beyond it the stream waits for the detector."""


@dataclass(slots=True)
class _Candidate:
    trigger: Trigger
    claimed: Trigger | None = None
    told: bool = False


@dataclass(frozen=True, slots=True)
class _Asked:
    """A window of the stretch."""

    start_sample: int
    ticket: int | None
    """None: the stretch was too short for a window."""
    first_sample: int
    stop_sample: int
    """It speaks about onsets from `first_sample` until before this one."""


class HearDetectorGate:
    """See `ports.Gate`. `proposer` must propose onsets from WEAK_ONSET on. One thread."""

    def __init__(
        self, proposer: Gate, ear: DetectorEar, name: str, threshold: float = DETECTOR_THRESHOLD
    ) -> None:
        self._proposer = proposer
        self._ear = ear
        self._name = name
        self._threshold = threshold

    @property
    def name(self) -> str:
        """Of the detector and of the gate that finds the onsets for it."""
        return f"{self._name}+{self._proposer.name}"

    def open_stream(self) -> HearDetectorStream:
        """Start a stretch."""
        return HearDetectorStream(self._proposer.open_stream(), self._ear, self._threshold)


class HearDetectorStream:
    """See `ports.GateStream`. Keeps two seconds of sound and the onsets that are undecided."""

    def __init__(self, proposer: GateStream, ear: DetectorEar, threshold: float) -> None:
        self._proposer = proposer
        self._ear = ear
        self._threshold = threshold
        self._sound = np.zeros(0, dtype=np.float32)
        """The end of what was heard, at most two seconds and a piece."""
        self._heard_samples = 0
        self._next_end_sample = WINDOW_SAMPLES
        self._asked: deque[_Asked] = deque()
        self._candidates: deque[_Candidate] = deque()
        self._settled_sample = 0
        """Every window that speaks about onsets before this one has spoken."""
        self._finished = False

    @property
    def decided_sample(self) -> int:
        """No trigger with an onset before this sample can still appear."""
        told_sample = max(
            (each.trigger.onset_sample + 1 for each in self._candidates if each.told), default=0
        )
        known_sample = min(self._proposer.decided_sample, self._settled_sample)
        return max(told_sample, known_sample)

    def feed(self, samples: Samples) -> list[Trigger]:
        """Hear the next samples [shape=(n,)]; triggers in order of onset."""
        triggers: list[Trigger] = []
        while samples.size:
            until_window = self._next_end_sample - self._heard_samples
            piece, samples = samples[:until_window], samples[until_window:]
            self._propose(self._proposer.feed(piece))
            self._sound = np.concatenate([self._sound, piece])[-WINDOW_SAMPLES:]
            self._heard_samples += piece.size
            if self._heard_samples == self._next_end_sample:
                self._ask(last=False)
                self._next_end_sample += HOP_SAMPLES
            triggers += self._decide()
        return triggers

    def finish(self) -> list[Trigger]:
        """Decide what was still open; the last window ends where the sound ends."""
        self._propose(self._proposer.finish())
        self._finished = True
        self._ask(last=True)
        return self._decide()

    def _propose(self, triggers: list[Trigger]) -> None:
        self._candidates.extend(_Candidate(trigger) for trigger in triggers)

    def _ask(self, *, last: bool) -> None:
        start_sample = self._heard_samples - WINDOW_SAMPLES
        ticket = self._ear.ask(self._sound) if start_sample >= 0 else None
        stop_sample = self._heard_samples + 1 if last else self._heard_samples - TAIL_SAMPLES
        # The last one speaks for the one that would have come: what was before it is settled.
        first_sample = _first_sample(self._next_end_sample - WINDOW_SAMPLES)
        self._asked.append(_Asked(start_sample, ticket, first_sample, stop_sample))

    def _decide(self) -> list[Trigger]:
        while self._asked and self._can_decide(self._asked[0]):
            window = self._asked.popleft()
            self._claim(window, None if window.ticket is None else self._ear.take(window.ticket))
            if self._asked:
                self._settled_sample = self._asked[0].first_sample
            elif self._finished:
                self._settled_sample = self._heard_samples + 1
            else:
                self._settled_sample = _first_sample(self._next_end_sample - WINDOW_SAMPLES)
        return self._tell()

    def _can_decide(self, window: _Asked) -> bool:
        if self._finished:
            return True
        if self._proposer.decided_sample < window.stop_sample:
            return False
        pressing = len(self._asked) > MAX_UNANSWERED
        return pressing or window.ticket is None or self._ear.has(window.ticket)

    def _claim(self, window: _Asked, score: Score) -> None:
        """Claim the onsets that `window` speaks about, as far as its score lets them pass."""
        if score is not None and score < self._threshold:
            return
        spoken_of = [
            candidate
            for candidate in self._candidates
            if window.first_sample <= candidate.trigger.onset_sample < window.stop_sample
        ]
        chosen = [one for one in spoken_of if one.trigger.gate_score >= STRONG_ONSET]
        if not chosen and spoken_of and score is not None:
            chosen = [max(spoken_of, key=lambda one: one.trigger.gate_score)]
        for candidate in chosen:
            if candidate.claimed is None:
                own = candidate.trigger
                known = max(own.confirmed_sample, window.start_sample + WINDOW_SAMPLES)
                candidate.claimed = replace(
                    own,
                    gate_score=own.gate_score if score is None else score,
                    confirmed_sample=min(known, self._heard_samples),
                )

    def _tell(self) -> list[Trigger]:
        """The claims before which nothing is undecided, in order.

        They stay until no other window speaks about them, which must know that they are claimed.
        """
        told: list[Trigger] = []
        for candidate in self._candidates:
            final = candidate.trigger.onset_sample < self._settled_sample
            if candidate.claimed is None and not final:
                break
            if candidate.claimed is not None and not candidate.told:
                candidate.told = True
                told.append(candidate.claimed)
        while self._candidates and (
            self._candidates[0].trigger.onset_sample < self._settled_sample
        ):
            self._candidates.popleft()
        return told


def _first_sample(start_sample: int) -> int:
    """The first onset that a window from `start_sample` on speaks about."""
    return start_sample + LEAD_SAMPLES if start_sample > 0 else 0
