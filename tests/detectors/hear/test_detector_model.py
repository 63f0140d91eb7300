"""What the event detector must be like, with a fake for the runtime."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from protobuf_bytes import DETECTOR

from coughd.config.errors import ModelError
from coughd.detectors.hear.detector_model import DetectorModel
from coughd.detectors.hear.network import Precision

Answer = Callable[[NDArray[np.float32]], NDArray[np.float32]]


@dataclass
class FakeDetector:
    """Runtime and network in one; takes one window at a time, as one style of the detectors."""

    answer: Answer
    runtime = "fake 1"
    device = "CPU"

    def load(self, folder: Path, precision: Precision, *, cpu_only: bool) -> FakeDetector:
        assert cpu_only
        return self

    def bfloat16_is_quick(self) -> bool:
        return False

    def run(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        assert (1, 32_000) == windows.shape
        return self.answer(windows)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "saved_model.pb").write_bytes(DETECTOR)
    return tmp_path


def loudness(windows: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.repeat(np.abs(windows).max(axis=1, keepdims=True), 8, axis=1).clip(0, 1)


def restless() -> Answer:
    rng = np.random.default_rng(1)
    return lambda windows: rng.uniform(0, 1, (len(windows), 8)).astype(np.float32)


def test_each_window_gets_its_own_scores_unscaled(folder: Path) -> None:
    detector = DetectorModel.load("hear-detector-small", folder, FakeDetector(loudness))
    windows = np.zeros((3, 32_000), np.float32)
    windows[:, 100] = (0.2, 0.9, 0.1)
    np.testing.assert_allclose([0.2, 0.9, 0.1], detector.embed(windows)[:, 0])
    identity = detector.identity
    assert identity.name == f"hear-detector-small@{identity.sha256[:7]}"
    assert ("hear-detector-small", "single") == (identity.kind, identity.batch_policy)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (lambda windows: loudness(windows) * 9 - 4, "gives scores outside 0..1"),
        (lambda windows: loudness(windows) * np.float32(np.nan), "gives scores outside 0..1"),
        (restless(), "two scores for the same sound"),
        (lambda windows: loudness(windows)[:, :6], r"gives \(3, 6\) for 3 windows"),
    ],
)
def test_each_misbehaviour_has_its_sentence(folder: Path, answer: Answer, sentence: str) -> None:
    with pytest.raises(ModelError, match=sentence):
        DetectorModel.load("hear-detector-small", folder, FakeDetector(answer))


def test_only_two_seconds_are_taken(folder: Path) -> None:
    detector = DetectorModel.load("hear-detector-small", folder, FakeDetector(loudness))
    with pytest.raises(ModelError, match="takes windows of 32000"):
        detector.embed(np.zeros((1, 32_240), np.float32))
