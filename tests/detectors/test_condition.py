import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from coughd.detectors.condition import FULL_SCALE, Condition, Heard
from coughd.detectors.synthesis import room_noise

RATE_HZ = 16_000
Sound = NDArray[np.float32]


def as_16_bit(sound: Sound) -> Sound:
    return (np.round(np.clip(sound, -1, FULL_SCALE) * 32_768) / 32_768).astype(np.float32)


def room(seconds: float, level_dbfs: float = -60.0) -> Sound:
    return room_noise(round(seconds * RATE_HZ), level_dbfs, np.random.default_rng(1))


def dead(seconds: float, value: float = 0.0) -> Sound:
    return np.full(round(seconds * RATE_HZ), value, np.float32)


def judge(sound: Sound, silence_s: float = 2.0, cuts: tuple[int, ...] = ()) -> list[Heard]:
    condition = Condition(RATE_HZ, silence_s)
    heard: list[Heard] = []
    for block in np.split(sound, cuts):
        heard += condition.hear(block, np.abs(block))
    return heard + condition.finish()


def states(heard: list[Heard]) -> list[tuple[str, float]]:
    """State and length in seconds of each run of cells of one state."""
    runs: list[tuple[str, int]] = []
    for one in heard:
        length = one.end_sample - one.start_sample
        if runs and runs[-1][0] == one.state:
            runs[-1] = (one.state, runs[-1][1] + length)
        else:
            runs.append((one.state, length))
    return [(state, length / RATE_HZ) for state, length in runs]


@pytest.mark.parametrize("level_dbfs", [-75.0, -90.0])
def test_a_quiet_room_is_ok(level_dbfs: float) -> None:
    assert states(judge(as_16_bit(room(10, level_dbfs)))) == [("ok", 10)]


@pytest.mark.parametrize("value", [0.0, -0.25, 1.0])
def test_a_dead_signal_is_silent_from_its_first_cell(value: float) -> None:
    sound = np.concatenate((room(1), dead(3, value), room(1)))
    assert states(judge(sound)) == [("ok", 1), ("silent", 3), ("ok", 1)]


def test_a_pause_of_digital_zero_in_a_file_is_ok() -> None:
    assert states(judge(np.concatenate((room(1), dead(1), room(1))))) == [("ok", 3)]


@pytest.mark.parametrize(("step", "state"), [(2.0**-21, "silent"), (2.0**-15, "ok")])
def test_the_last_bit_of_16_bit_sound_is_no_silence_less_is(step: float, state: str) -> None:
    sound = dead(3)
    sound[::2] += np.float32(step)
    assert states(judge(sound)) == [(state, 3)]


def test_channels_that_cancel_each_other_are_silent() -> None:
    condition = Condition(RATE_HZ, 2.0)
    heard = [*condition.hear(dead(3), np.abs(room(3, -1.0))), *condition.finish()]
    assert states(heard) == [("silent", 3)]


def test_sound_far_beyond_full_scale_is_clipped_and_not_silent() -> None:
    condition = Condition(RATE_HZ, 2.0)
    heard = [*condition.hear(dead(3, 1.0), np.float32(2.0) + np.abs(room(3))), *condition.finish()]
    assert states(heard) == [("clipped", 3)]


def test_silence_says_its_constant_and_has_no_level() -> None:
    told = judge(dead(3, -0.25))
    assert {(one.state, one.constant, one.level_dbfs) for one in told} == {("silent", -0.25, -120)}


def test_a_short_stillness_at_full_scale_is_clipped() -> None:
    sound = np.concatenate((room(1), dead(1, 1.0), room(1)))
    assert states(judge(sound)) == [("ok", 1), ("clipped", 1), ("ok", 1)]


def test_two_short_stillnesses_of_different_value_are_not_one() -> None:
    assert states(judge(np.concatenate((dead(1.5), dead(1.5, 0.1))))) == [("ok", 3)]


def test_a_still_end_is_decided_by_the_finish() -> None:
    assert states(judge(np.concatenate((room(1), dead(1.95))))) == [("ok", 2.95)]
    assert states(judge(np.concatenate((room(1), dead(2.05))))) == [("ok", 1), ("silent", 2.05)]


def test_silence_is_told_as_soon_as_it_is_sure_and_then_goes_on() -> None:
    condition = Condition(RATE_HZ, 2.0)
    told = [condition.hear(dead(0.1), dead(0.1)) for _ in range(22)]
    assert told[:19] == [[]] * 19
    assert [(one.start_sample, one.end_sample) for one in told[19]] == [(0, 32_000)]
    assert [(one.start_sample, one.end_sample) for one in told[20]] == [(32_000, 33_600)]


def test_only_runs_of_full_scale_are_clipped() -> None:
    sound = room(0.4)
    sound[1_700:1_702] = 1.0  # two in a row: the top of a wave
    sound[3_400:3_403] = FULL_SCALE
    assert [one.state for one in judge(sound)] == ["ok", "ok", "clipped", "ok"]


def test_a_clipped_run_over_a_cell_border_counts_whole() -> None:
    sound = room(0.3)
    sound[1_598:1_601] = -1.0
    assert [one.state for one in judge(sound)] == ["ok", "clipped", "ok"]


def test_any_channel_can_clip() -> None:
    quiet, loud = room(0.1), np.ones(1_600, np.float32)
    assert [one.state for one in Condition(RATE_HZ, 2.0).hear(quiet, loud)] == ["clipped"]


def test_a_high_rate_needs_a_longer_run() -> None:
    sound = room(1)
    sound[100:104] = 1.0
    (first, *_) = Condition(96_000, 2.0).hear(sound, np.abs(sound))
    assert first.state == "ok"


def test_the_level_leaves_a_constant_offset_out() -> None:
    (heard, *_) = judge(room(0.1, -50.0) + np.float32(0.1))
    assert heard.level_dbfs == pytest.approx(-50, abs=3)


@settings(deadline=None)
@given(
    parts=st.lists(
        st.tuples(st.sampled_from(["room", "dead", "loud"]), st.integers(1, 9_000)), max_size=8
    ),
    block_samples=st.sampled_from([1, 160, 1_601, 48_000]),
)
def test_blocks_do_not_matter(parts: list[tuple[str, int]], block_samples: int) -> None:
    sound = np.concatenate([np.empty(0, np.float32), *(make(kind, n) for kind, n in parts)])
    whole = judge(sound, 0.5)
    cuts = tuple(range(block_samples, sound.size, block_samples))
    assert flatten(judge(sound, 0.5, cuts)) == flatten(whole)
    ends = [0, *(one.end_sample for one in whole)]
    assert ends[:-1] == [one.start_sample for one in whole]
    assert ends[-1] == sound.size


def make(kind: str, samples: int) -> Sound:
    if kind == "dead":
        return np.zeros(samples, np.float32)
    noise = room_noise(samples + 8, -60.0 if kind == "room" else 0.0, np.random.default_rng(0))
    return noise[:samples] if kind == "room" else np.clip(4 * noise[:samples], -1, 1)


def flatten(heard: list[Heard]) -> list[Heard]:
    """Silence may be told in fewer, longer pieces."""
    merged: list[Heard] = []
    for one in heard:
        last = merged[-1] if merged else None
        if last and last.state == one.state == "silent":
            merged[-1] = Heard(last.start_sample, one.end_sample, "silent", one.level_dbfs)
        else:
            merged.append(one)
    return merged
