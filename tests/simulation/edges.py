"""The scripted edges: everything that may go wrong round the pipeline, by a seeded chance."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from fakes import FAKE_EMBEDDER, block, opened

from coughd.daemon.pipeline import Started
from coughd.daemon.sources.ports import Gap, Item, Lost, SourceCounters
from coughd.detectors.ports import ProbeIdentity, Samples
from coughd.storage.records import Change, EventRescored, OutboxRow, Scored
from coughd.storage.store import EventStore

BLOCK = 4_000
"""Samples at 16 kHz; a multiple of the fake gate's 10-ms frames."""
BURST_AT = 1_600
"""Where in its block an explosive sound begins."""
PROBE = ProbeIdentity("later", "2" * 64, FAKE_EMBEDDER.name)


class KilledError(Exception):
    """The daemon dies here; nothing after this line is done."""


@dataclass
class Life:
    """What one source gave a daemon between its start and its end."""

    given: list[tuple[int, int]] = field(default_factory=list)
    """Blocks, as (opening, first sample)."""
    bursts: set[tuple[int, int]] = field(default_factory=set)
    """As (opening, onset sample)."""
    lost_samples: int = 0
    """Counted, behind sound that was heard."""


class ScriptedDevice:
    """A microphone that loses samples, goes away and comes back."""

    content_sha256 = None

    def __init__(self, source_id: str, chance: random.Random, blocks: int) -> None:
        self.source_id = source_id
        self.counters = SourceCounters(0, 0, 0, 0, 0)
        self.life = Life()
        self._chance = chance
        self._left = blocks
        self._sample = 0
        self._opening = 0
        self._away = 1
        self._was_heard = False

    def fileno(self) -> None:
        return None

    def next_due_s(self) -> float | None:
        return 0.0

    def poll(self, now_monotonic_s: float) -> list[Item]:
        return list(self._items(now_monotonic_s))

    def close(self) -> None:
        self._left = 0

    @property
    def is_over(self) -> bool:
        return self._left <= 0

    def _items(self, now_monotonic_s: float) -> Iterator[Item]:
        if self._away:
            self._away -= 1
            if self._away == 0:
                self._opening += 1
                self._sample = 0
                self._was_heard = False
                yield opened()
            return
        what = self._chance.random()
        if what < 0.02:
            self._away = self._chance.randint(1, 20)
            yield Lost("the script pulls the plug.", "gone")
        elif what < 0.05:
            # Counted, or lost inside the device, where nobody counts.
            lost = self._chance.choice((0, 160, 1_600, 160 * self._chance.randint(1, 500)))
            yield Gap(self._sample, lost, "the script drops samples.")
            self._sample += lost
            self.life.lost_samples += lost if self._was_heard else 0
            self._was_heard = self._was_heard and lost > 0
        else:
            self._left -= 1
            yield self._block(now_monotonic_s)

    def _block(self, now_monotonic_s: float) -> Item:
        noise = np.random.default_rng(self._chance.randrange(1 << 32))
        sound = noise.normal(0, 0.001, BLOCK)
        first, self._sample = self._sample, self._sample + BLOCK
        self.life.given.append((self._opening, first))
        self._was_heard = True
        if self._chance.random() < 0.25:
            self.life.bursts.add((self._opening, first + BURST_AT))
            decay = np.exp(-np.arange(1_600) / 400)
            signs = noise.choice([-1, 1], 1_600)
            sound[BURST_AT : BURST_AT + 1_600] += self._chance.uniform(0.3, 0.9) * decay * signs
        return block(first, sound.astype(np.float32), now_monotonic_s - BLOCK / 16_000)


class ScriptedOpinion:
    """A second opinion that comes late, or never."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._asked: deque[tuple[str, int]] = deque()

    @property
    def waiting(self) -> int:
        return len(self._asked)

    def ask(self, event_id: str, window: Samples) -> None:
        if self._chance.random() < 0.8:
            self._asked.append((event_id, self._chance.randint(0, 30)))

    def answers(self) -> list[Change]:
        due: list[Change] = []
        for event_id, patience in list(self._asked):
            self._asked.popleft()
            if patience:
                self._asked.append((event_id, patience - 1))
            else:
                due.append(EventRescored(event_id, self._scored()))
        return due

    def _scored(self) -> Scored:
        probability = self._chance.random()
        counted = probability > 0.5
        return Scored(
            label="cough" if counted else "other",
            counted=counted,
            reason=None if counted else "below_threshold",
            probability=probability,
            scores={"cough": probability},
            threshold=0.5,
            scored_by="hear",
            probe=PROBE,
            embedder=FAKE_EMBEDDER,
            embedding=None,
        )


class ScriptedDisk:
    """The way into a real store: refuses, or commits and does not say so, or ends with its daemon.

    Parameters
    ----------
    kill_after
        So many changes; None: never.
    """

    def __init__(self, store: EventStore, chance: random.Random, kill_after: int | None) -> None:
        self.starts: list[Started] = []
        self.told: list[OutboxRow] = []
        """What a subscriber may have heard: rows whose commit was reported."""
        self._store = store
        self._chance = chance
        self._left = kill_after
        self._waiting: list[Change] = []

    def started(self, started: Started) -> None:
        self.starts.append(started)

    def keep(self, change: Change) -> None:
        if self._left is not None:
            self._left -= 1
            if self._left < 0:
                raise KilledError
        self._waiting.append(change)
        if self._chance.random() < 0.3:
            self._try_to_write(self._chance.random())

    def finish(self) -> None:
        """Space again: all that waits is written."""
        self._try_to_write(1.0)
        assert not self._waiting

    def _try_to_write(self, luck: float) -> None:
        if luck < 0.15:
            return  # refused: it waits
        batch, self._waiting = self._waiting, []
        self.told += self._store.write(batch)
        if luck < 0.2:
            # The word of the commit is lost on its way: the same is written once more.
            self.told += self._store.write(batch)
