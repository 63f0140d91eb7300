"""The listening loop with fakes round it: every sample and every trigger is accounted for."""

from __future__ import annotations

import numpy as np
import pytest
from fakes import (
    FAKE_EMBEDDER,
    block,
    cut,
    echo,
    opened,
)
from listening_loop import ONSETS, Asked, bursts, covered_samples, facts, hear

from coughd.daemon.heard_before import HeardBefore
from coughd.daemon.identity import LiveIdentity
from coughd.daemon.second_opinion import NoSecondOpinion
from coughd.daemon.sources.ports import Finished, Gap, Item, Lost
from coughd.storage.records import (
    Change,
    Covered,
    EmbeddingKept,
    EpochEnded,
    Listening,
    SourceChanged,
    SourceSeen,
)


@pytest.mark.parametrize("block_size", [1, 160, 1_601, 48_000])
def test_the_cut_of_the_blocks_changes_nothing(block_size: int) -> None:
    sound = bursts(ONSETS[:3], 70_000) if block_size == 1 else bursts(ONSETS, 800_000)
    expected = hear([("a", list(cut(sound, 7_777)))])
    found = hear([("a", list(cut(sound, block_size)))], per_poll=5)

    assert facts(found.events) == facts(expected.events)
    assert [s.event_id for s in found.starts] == [s.event_id for s in expected.starts]
    assert len(found.events) == (3 if block_size == 1 else 7)


@pytest.mark.parametrize("rate_hz", [16_000, 48_000])
def test_every_event_gets_its_own_window_of_its_own_source(rate_hz: int) -> None:
    sounds = {name: bursts(ONSETS[1:4], 120_000, seed) for seed, name in enumerate("abcd")}
    native = {name: np.repeat(sound, rate_hz // 16_000) for name, sound in sounds.items()}
    sink = hear(
        [
            (name, list(cut(native[name], 1_000 + 37 * i, rate_hz=rate_hz)))
            for i, name in enumerate("abcd")
        ]
    )

    assert len(sink.events) == 12
    if rate_hz == 16_000:
        for event in sink.events:
            start = event.onset_sample - 8_000
            window = sounds[event.source_id][start : start + 32_000]
            assert event.scored.embedding is not None
            np.testing.assert_array_equal(event.scored.embedding, echo(window))
    else:
        onsets = {event.onset_sample for event in sink.events}
        assert all(min(abs(onset - 3 * n) for n in ONSETS) <= 960 for onset in onsets)


def test_a_start_comes_before_its_end_and_has_its_id() -> None:
    sink = hear([("a", list(cut(bursts(ONSETS, 800_000), 1_600)))])

    assert [start.event_id for start in sink.starts] == [event.event_id for event in sink.events]
    assert [start.onset_sample for start in sink.starts] == list(ONSETS)


def test_rejected_triggers_are_kept_with_their_reason() -> None:
    sink = hear([("a", list(cut(bursts(ONSETS, 800_000) * 0.5, 1_600)))])
    rejected = [event for event in sink.events if not event.scored.counted]

    assert rejected
    assert {event.scored.reason for event in rejected} == {"below_threshold"}
    assert {event.scored.label for event in rejected if event.scored.scores} == {"throat_clear"}
    assert all(event.epoch_id is None for event in rejected)


def test_windows_at_the_edges_are_incomplete_and_keep_the_gates_score() -> None:
    sink = hear([("a", list(cut(bursts((3_200, 40_000, 70_080), 80_000), 1_600)))])

    assert [event.window for event in sink.events] == ["incomplete", "complete", "incomplete"]
    assert [event.scored.scored_by for event in sink.events] == ["gate", "open", "gate"]
    assert sink.events[0].scored.probability is None


def test_a_gap_ends_the_stretch_and_is_in_the_ledger() -> None:
    sound = bursts((20_000, 60_160, 100_000), 200_000)
    items: list[Item] = [
        opened(),
        block(0, sound[:70_000]),
        Gap(70_000, 3_000, "the pipe was full"),
        Gap(73_000, 2_000, "and still was"),
        block(75_000, sound[75_000:]),
        Finished("done", damaged=False),
    ]
    sink = hear([("a", items)])

    assert [event.onset_sample for event in sink.events][:2] == [20_000, 60_160]
    assert sink.events[1].window == "incomplete"
    assert sink.events[2].onset_sample == pytest.approx(100_000, abs=160)
    assert len({event.stretch_id for event in sink.events}) == 2
    assert covered_samples(sink) == 200_000
    dropped = [c for c in sink.changes if isinstance(c, Covered) and c.state == "dropped"]
    assert (dropped[0].start_sample, dropped[-1].end_sample) == (70_000, 75_000)
    told = [(c.cause, c.detail) for c in sink.changes if isinstance(c, SourceChanged)]
    assert told[1] == ("losing", "the pipe was full")


def test_a_lost_source_is_told_and_comes_back() -> None:
    sound = bursts((50_080,), 60_000)
    items: list[Item] = [
        opened(),
        block(0, sound),
        Lost("the microphone was pulled", "gone"),
        opened(),
        block(0, sound),
        Finished("done", damaged=False),
    ]
    sink = hear([("a", items)])
    told = [(c.state, c.cause, c.detail) for c in sink.changes if isinstance(c, SourceChanged)]

    assert [state for state, _, _ in told] == ["up", "down", "up", "down"]
    assert told[1][1:] == ("gone", "the microphone was pulled")
    assert [event.onset_sample for event in sink.events] == [50_080, 50_080]
    assert [event.window for event in sink.events] == ["incomplete", "incomplete"]


def test_first_of_all_it_is_told_who_is_listened_to() -> None:
    sink = hear([(name, list(cut(bursts((), 1_600), 1_600))) for name in "ab"])
    first, *rest = sink.changes
    assert first == Listening(("a", "b"))
    assert [type(one) for one in rest[:2]] == [SourceSeen, SourceSeen]


def test_digital_silence_is_told_once_and_so_is_its_end() -> None:
    sound = np.concatenate((bursts((), 32_000), np.zeros(64_000, np.float32), bursts((), 32_000)))
    sink = hear([("a", list(cut(sound, 1_600)))])

    told = [(c.state, c.cause) for c in sink.changes if isinstance(c, SourceChanged)]
    assert told == [("up", "opened"), ("silent", "zeros"), ("up", "well"), ("down", "finished")]


def test_what_lasts_is_told_each_ten_seconds() -> None:
    sink = hear([("a", list(cut(bursts((), 560_000), 1_600)))])

    ends_s = [c.end_sample / 16_000 for c in sink.changes if isinstance(c, Covered)]
    assert ends_s == pytest.approx([10.0, 20.0, 30.0, 35.0], abs=0.2)


def test_a_rerun_names_its_events_alike_and_tells_no_start_again() -> None:
    items = list(cut(bursts(ONSETS, 800_000), 1_600))
    first = hear([("a", items)])
    known = frozenset(event.event_id for event in first.events[:3])
    stretch_id = first.events[0].stretch_id
    again = hear([("a", items)], heard_before={stretch_id: HeardBefore(1_000_000, known)})

    assert [e.event_id for e in again.events] == [e.event_id for e in first.events]
    assert [s.event_id for s in again.starts] == [e.event_id for e in first.events[3:]]
    assert again.events[0].onset_us == 1_000_000 + ONSETS[0] * 1_000_000 // 16_000


def test_a_rerun_tells_nothing_of_what_was_forgotten_meanwhile() -> None:
    items = list(cut(bursts(ONSETS, 800_000), 1_600))
    first = hear([("a", items)])
    forgotten = HeardBefore(1_000_000, frozenset(), decided_until=ONSETS[3])
    asked = Asked()
    again = hear(
        [("a", items)],
        heard_before={first.events[0].stretch_id: forgotten},
        second_opinion=asked,
    )

    left = [event.event_id for event in first.events[4:]]
    assert [start.event_id for start in again.starts] == left
    assert [event.event_id for event in again.events] == left
    assert asked.ids == left


def test_a_rerun_that_finds_sounds_elsewhere_leaves_what_was_decided() -> None:
    """With other models or settings: what was counted must not be counted beside itself."""
    items = list(cut(bursts(ONSETS, 800_000), 1_600))
    first = hear([("a", items)])
    told = frozenset(f"told by other models {number}" for number in range(4))
    before = HeardBefore(1_000_000, told, decided_until=ONSETS[3] + 3_199)
    again = hear([("a", items)], heard_before={first.events[0].stretch_id: before})

    left = [event.event_id for event in first.events[4:]]
    assert [event.event_id for event in again.events] == left
    epochs = [one for one in again.changes if isinstance(one, EpochEnded)]
    assert sum(one.coughs for one in epochs) == sum(one.scored.counted for one in again.events)


def test_what_a_second_opinion_says_late_is_waited_for_and_kept() -> None:
    word = EmbeddingKept("event", FAKE_EMBEDDER, np.zeros(512, np.float32))

    class Slow(NoSecondOpinion):
        """Answers once every source has finished."""

        waiting = 1
        turns = 0

        def answers(self) -> list[Change]:
            self.turns += 1
            if self.turns < 5:
                return []
            self.waiting = 0
            return [word]

    opinion = Slow()
    sink = hear([("a", list(cut(bursts((), 1_600), 1_600)))], second_opinion=opinion)

    assert sink.changes[-1] is word
    assert opinion.turns == 5


def test_epochs_join_coughs_without_a_pause_and_end_once() -> None:
    sink = hear([("a", list(cut(bursts(ONSETS, 800_000), 1_600)))])
    counted = [event for event in sink.events if event.scored.counted]
    ended = [change for change in sink.changes if isinstance(change, EpochEnded)]

    by_epoch: dict[str | None, int] = {}
    for event in counted:
        by_epoch[event.epoch_id] = by_epoch.get(event.epoch_id, 0) + 1
    assert {epoch.epoch_id: epoch.coughs for epoch in ended} == by_epoch
    assert max(by_epoch.values()) > 1
    assert [epoch.epoch_id for epoch in ended] == sorted(by_epoch, key=list(by_epoch).index)


def test_the_end_of_an_epoch_waits_for_no_other_cough() -> None:
    sink = hear([("a", list(cut(bursts((20_000, 36_000), 200_000), 1_600)))])

    (ended,) = (change for change in sink.changes if isinstance(change, EpochEnded))
    told_after_ten_seconds = next(
        change
        for change in sink.changes
        if isinstance(change, Covered) and 160_000 <= change.end_sample < 200_000
    )
    assert sink.changes.index(ended) < sink.changes.index(told_after_ten_seconds)


def test_live_names_are_new_each_time() -> None:
    identity = LiveIdentity()

    assert len({identity.event_id("s", 5) for _ in range(100)}) == 100
