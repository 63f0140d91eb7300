from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coughd.config.errors import ModelError
from coughd.detectors.gate import CoughdGate
from coughd.detectors.ports import MIN_COUGH_SPACING_SAMPLES, Samples, Trigger
from coughd.detectors.synthesis import room_noise, synth_cough

GATE = CoughdGate.load()


def scene(*onsets_s: float, seed: int = 3, length_s: float = 6.0, level: float = 0.3) -> Samples:
    rng = np.random.default_rng(seed)
    samples = room_noise(int(length_s * 16_000), -65.0, rng)
    for onset_s in onsets_s:
        cough = synth_cough(rng, duration_s=0.25)
        start = int(onset_s * 16_000)
        samples[start : start + cough.size] += cough / np.abs(cough).max() * np.float32(level)
    return samples


def heard(samples: Samples, blocks: list[int]) -> list[Trigger]:
    stream = GATE.open_stream()
    triggers: list[Trigger] = []
    for start, end in pairwise([0, *blocks, samples.size]):
        triggers += stream.feed(samples[start:end])
    return [*triggers, *stream.finish()]


SCENE = scene(1.0, 2.2, 2.6, 3.0, 4.6)
WHOLE = heard(SCENE, [])


def test_synthetic_coughs_are_heard_where_they_begin() -> None:
    onsets_s = [trigger.onset_sample / 16_000 for trigger in WHOLE]
    for true_s in (1.0, 2.2, 2.6, 3.0, 4.6):
        assert min(abs(onset_s - true_s) for onset_s in onsets_s) < 0.012


@pytest.mark.parametrize("block", [1, 160, 1601, 48_000])
def test_block_size_changes_nothing(block: int) -> None:
    assert WHOLE == heard(SCENE, list(range(block, SCENE.size, block)))


@settings(deadline=None, max_examples=15)
@given(st.lists(st.integers(0, SCENE.size), max_size=12))
def test_cutting_changes_nothing(cuts: list[int]) -> None:
    assert WHOLE == heard(SCENE, sorted(cuts))


def test_triggers_are_in_order_and_spaced() -> None:
    onsets = [trigger.onset_sample for trigger in WHOLE]
    assert all(b - a >= MIN_COUGH_SPACING_SAMPLES for a, b in pairwise(onsets))


def test_no_trigger_comes_before_what_was_decided_or_heard() -> None:
    stream = GATE.open_stream()
    decided = 0
    for start in range(0, SCENE.size, 400):
        for trigger in stream.feed(SCENE[start : start + 400]):
            assert trigger.onset_sample >= decided
            assert trigger.onset_sample < trigger.confirmed_sample <= start + 400
        assert stream.decided_sample >= decided
        decided = stream.decided_sample
    assert SCENE.size - decided < 8_000


def test_finish_reports_what_was_still_open_and_nothing_beyond_the_end() -> None:
    cut_off = scene(1.0, 2.9)[: int(3.1 * 16_000)]
    triggers = heard(cut_off, [])
    assert triggers[-1].onset_sample == pytest.approx(2.9 * 16_000, abs=320)
    assert all(trigger.onset_sample < cut_off.size for trigger in triggers)


@pytest.mark.parametrize("length", [0, 1, 399, 1_839, 1_840])
def test_a_short_stretch_is_no_trouble(length: int) -> None:
    assert [] == heard(np.zeros(length, dtype=np.float32), [])


def test_two_streams_do_not_disturb_each_other() -> None:
    first, second = GATE.open_stream(), GATE.open_stream()
    both: tuple[list[Trigger], list[Trigger]] = ([], [])
    for start in range(0, SCENE.size, 1_000):
        both[0].extend(first.feed(SCENE[start : start + 1_000]))
        both[1].extend(second.feed(SCENE[start : start + 1_000] * np.float32(0.1)))
    assert WHOLE == [*both[0], *first.finish()]


def test_name_carries_the_weights() -> None:
    name, revision = GATE.name.split("@")
    assert name == "coughd-gate"
    assert len(revision) == 8


def test_a_missing_model_is_said(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"gate\.onnx cannot be read"):
        CoughdGate.load(tmp_path)


def test_a_broken_model_is_said(tmp_path: Path) -> None:
    (tmp_path / "gate.onnx").write_bytes(b"no model")
    with pytest.raises(ModelError, match="is not a model"):
        CoughdGate.load(tmp_path)
