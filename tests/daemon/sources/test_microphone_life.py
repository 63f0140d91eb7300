"""The life of capture processes, with fake ones: what is told, when, and how often."""

from __future__ import annotations

import logging

import numpy as np
import pytest
from fake_microphone import causes, microphone, play, reasons, running

from coughd.daemon.sources.ports import Block, Item, Lost, Opened
from coughd.daemon.sources.wire import Kind


def test_a_dead_process_is_lost_and_followed_by_another() -> None:
    source, starter = running()
    starter.children[0].hears(1)
    source.poll(100.5)
    starter.children[0].ended = True
    told = source.poll(101.0)
    assert reasons(told) == ["microphone 'snowball': its capture process died"]
    assert causes(told) == ["gone"]
    assert source.fileno() is None
    assert source.next_due_s() == pytest.approx(101.5)
    assert source.poll(101.4) == []
    assert len(starter.children) == 1
    source.poll(101.5)
    starter.children[1].opens()
    starter.children[1].hears(7)
    opened, block = source.poll(101.6)
    assert isinstance(opened, Opened)
    assert isinstance(block, Block)
    assert block.first_sample == 0
    assert (source.counters.openings, source.counters.lost) == (2, 1)


def test_the_processes_own_words_are_the_reason() -> None:
    source, starter = running()
    starter.children[0].says(Kind.FAULT, "the microphone has gone.")
    starter.children[0].ended = True
    assert source.poll(101.0) == []
    told = source.poll(101.0)
    assert reasons(told) == ["microphone 'snowball': the microphone has gone."]
    assert causes(told) == ["gone"]


def test_one_that_cannot_be_opened_is_unavailable() -> None:
    source, starter = microphone()
    source.poll(100.0)
    starter.children[0].says(Kind.FAULT, "no microphone was found.")
    starter.children[0].ended = True
    source.poll(101.0)
    assert causes(source.poll(101.0)) == ["unavailable"]


def test_the_same_failure_after_some_sound_is_told_again() -> None:
    source, starter = running()
    told: list[Item] = []
    for child in range(3):
        starter.children[child].opens()
        starter.children[child].hears(1)
        told += source.poll(101.0 + 100 * child)
        starter.children[child].ended = True
        told += source.poll(102.0 + 100 * child)
        told += source.poll(200.0 + 100 * child)
    assert causes(told) == ["gone"] * 3


def test_sound_behind_the_end_of_an_opening_is_no_sound() -> None:
    source, starter = running()
    play(source, starter.children[0], 100.0, 70, 16_000)
    for tenth in range(300):
        starter.children[0].hears(*([0] * 1_600), at_s=170.0 + tenth * 1_600 / 14_700)
    *_, lost = source.poll(200.0)
    assert isinstance(lost, Lost)
    assert lost.cause == "wrong_rate"


def test_a_note_is_logged_and_nothing_more(caplog: pytest.LogCaptureFixture) -> None:
    source, starter = running()
    starter.children[0].says(Kind.NOTE, "the recording ends here.")
    with caplog.at_level(logging.WARNING):
        assert source.poll(100.1) == []
    assert "the recording ends here." in caplog.text


def test_silence_of_the_pipe_is_a_stall() -> None:
    source, starter = running()
    starter.children[0].hears(1)
    source.poll(105.0)
    assert source.poll(106.4) == []
    assert source.next_due_s() == 106.5
    told = source.poll(106.5)
    assert reasons(told) == ["microphone 'snowball': no sound came for 1.5 s"]
    assert causes(told) == ["frozen"]
    assert starter.children[0].killed


def test_a_device_may_need_some_seconds_until_its_first_sound() -> None:
    source, starter = running()
    assert source.poll(104.9) == []
    starter.children[0].hears(1)
    opened, block = source.poll(104.9)
    assert isinstance(opened, Opened)
    assert isinstance(block, Block)
    assert causes(source.poll(106.4)) == ["frozen"]


def test_a_device_whose_first_sound_does_not_come_is_frozen() -> None:
    source, starter = running()
    told = source.poll(105.0)
    assert reasons(told) == ["microphone 'snowball': no sound came for 5 s"]
    assert causes(told) == ["frozen"]
    assert starter.children[0].killed


def test_a_loop_that_was_late_does_not_call_it_a_stall() -> None:
    source, starter = running()
    starter.children[0].hears(1)
    _, block = source.poll(160.0)
    assert isinstance(block, Block)


def test_a_process_that_never_opens_is_given_ten_seconds() -> None:
    source, starter = microphone()
    source.poll(100.0)
    assert source.poll(109.9) == []
    told = source.poll(110.0)
    assert reasons(told) == ["microphone 'snowball': it did not open within 10 s"]
    assert causes(told) == ["unavailable"]
    assert starter.children[0].killed


def test_no_process_is_started_while_the_last_one_lives() -> None:
    source, starter = running()
    starter.children[0].obeys_kill = False
    source.poll(105.0)
    told = [reason for tenth in range(3_000) for reason in reasons(source.poll(106 + tenth / 10))]
    assert told == ["microphone 'snowball': its last capture process cannot be killed"]
    assert len(starter.children) == 1
    starter.children[0].obeys_kill = True
    source.poll(500.0)
    assert len(starter.children) == 2


def test_the_same_failure_is_told_once_and_retried_ever_more_rarely() -> None:
    source, starter = microphone()
    attempts_s: list[float] = []
    told: list[str] = []
    for tenth in range(2_000):
        now_s = tenth / 10
        told += reasons(source.poll(now_s))
        if len(starter.children) > len(attempts_s):
            attempts_s.append(now_s)
            starter.children[-1].says(Kind.FAULT, "no microphone was found")
            starter.children[-1].ended = True
    assert told == ["microphone 'snowball': no microphone was found"]
    pauses_s = np.diff(attempts_s)
    assert pauses_s[:6].tolist() == pytest.approx([0.5, 1, 2, 4, 8, 16], abs=0.5)
    assert pauses_s[6:].tolist() == pytest.approx([30.0] * (pauses_s.size - 6), abs=0.5)
    assert source.counters.lost == len(attempts_s)


def test_a_device_that_fails_in_two_ways_by_turns_is_told_hourly() -> None:
    """Such as one that hangs when it is opened, in the kernel, so that it dies only later."""
    source, starter = microphone()
    day_s = 86_400
    told: list[str] = []
    alive_s = 0
    for now_s in range(day_s):
        told += reasons(source.poll(now_s))
        child = starter.children[-1]
        alive_s = 0 if not child.killed else alive_s + 1
        child.obeys_kill = alive_s > 40
    assert len(starter.children) > 1_000
    assert len(set(told)) == 2
    assert len(told) <= 2 * day_s / 3_600 + 2


def test_ten_seconds_of_sound_end_a_series_of_failures() -> None:
    source, starter = microphone()
    source.poll(0.0)
    now_s = 0.0
    for attempt in range(4):
        starter.children[attempt].ended = True
        source.poll(now_s)
        now_s = source.next_due_s() or 0.0
        source.poll(now_s)
    starter.children[4].opens()
    source.poll(now_s)
    for _ in range(12):
        now_s += 1.0
        starter.children[4].hears(1)
        source.poll(now_s)
    starter.children[4].ended = True
    source.poll(now_s)
    assert source.next_due_s() == pytest.approx(now_s + 0.5)


def test_a_machine_that_starts_no_process_is_told() -> None:
    source, starter = microphone()
    starter.error = OSError(11, "Resource temporarily unavailable")
    (reason,) = reasons(source.poll(0.0))
    assert "no capture process can be started" in reason


def test_bytes_that_are_no_frames_end_the_process() -> None:
    source, starter = running()
    starter.children[0].pipe += b"Traceback (most recent call last): something quite else here"
    assert reasons(source.poll(101.0)) == [
        "microphone 'snowball': its capture process sent what cannot be read"
    ]
    assert starter.children[0].killed


def test_closing_ends_the_process_and_is_idempotent() -> None:
    source, starter = running()
    source.close()
    source.close()
    assert starter.children[0].closed
    assert source.poll(200.0) == []
    assert (source.next_due_s(), source.fileno()) == (None, None)


def test_a_device_that_opens_and_gives_nothing_never_comes_up() -> None:
    source, starter = running()
    told: list[Item] = []
    opened = 1
    for tenth in range(600):
        told += source.poll(100 + tenth / 10)
        if len(starter.children) > opened:
            starter.children[-1].opens()
            opened += 1
    assert [type(item) for item in told] == [Lost]
    assert causes(told) == ["frozen"]
    assert source.counters.openings == 0
    assert len(starter.children) > 3


def test_a_process_begun_before_the_first_poll_is_the_one_that_is_heard() -> None:
    source, starter = microphone()
    source.begin(100.0)
    (child,) = starter.children
    child.opens()
    child.hears(16_384)
    opened, block = source.poll(105.0)
    assert isinstance(opened, Opened)
    assert isinstance(block, Block)
    assert len(starter.children) == 1


def test_one_that_cannot_begin_is_tried_again_and_told_by_the_first_poll() -> None:
    source, starter = microphone()
    starter.error = OSError(11, "Resource temporarily unavailable")
    source.begin(100.0)
    assert ["unavailable"] == causes(source.poll(100.0))
