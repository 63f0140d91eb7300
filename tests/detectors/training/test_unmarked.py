"""Where detector and marks disagree is told once, and what was looked at is not told again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

pytest.importorskip("scipy", reason="comes with the extra coughd[train]")

from coughd.detectors.ports import SAMPLE_RATE_HZ
from coughd.detectors.runtime import SHIPPED_MODELS
from coughd.detectors.synthesis import synth_cough
from coughd.detectors.training.clips.seen_bursts import Seen, read_bursts
from coughd.detectors.training.unmarked import disputes
from coughd.detectors.training.validate import Detector

HEADER = "path,label,licence,group,split,native_sr,events,coughs"


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector.load(SHIPPED_MODELS)


def pack_of(
    folder: Path, name: str, marks: str, licence: str = "CC0", other_at_s: float | None = None
) -> Path:
    """One clip of four seconds with a cough at 0.5 s and one at 1.5 s, and maybe a beep."""
    rng = np.random.default_rng(2)
    samples = 1e-4 * rng.standard_normal(4 * SAMPLE_RATE_HZ).astype(np.float32)
    for onset_s in (0.5, 1.5):
        cough = synth_cough(rng, duration_s=0.3)
        start = round(onset_s * SAMPLE_RATE_HZ)
        samples[start : start + cough.size] += cough
    if other_at_s is not None:
        start = round(other_at_s * SAMPLE_RATE_HZ)
        samples[start : start + 6_400] += 0.3 * np.sin(np.arange(6_400) * 1.0).astype(np.float32)
    soundfile.write(folder / name, samples, SAMPLE_RATE_HZ)
    row = f"{name},cough,{licence},a,train,16000,,{marks}"
    (folder / "clips.csv").write_text(f"{HEADER}\n{row}\n")
    return folder


def test_agreement_is_not_told(tmp_path: Path, detector: Detector) -> None:
    pack = pack_of(tmp_path, "a.flac", "0.50-0.80;1.50-1.80")
    assert [] == list(disputes(detector, pack))


def test_a_claim_without_a_mark_is_told(tmp_path: Path, detector: Detector) -> None:
    (found,) = disputes(detector, pack_of(tmp_path, "a.flac", "0.50-0.80"))
    assert ("a.flac", "unmarked") == (found.clip, found.what)
    assert found.onset_s == pytest.approx(1.5, abs=0.05)
    assert found.probability >= 0.3


def test_a_mark_where_something_else_sounds_is_told(tmp_path: Path, detector: Detector) -> None:
    pack = pack_of(tmp_path, "a.flac", "0.50-0.80;1.50-1.80;2.20-2.60", other_at_s=2.2)
    (found,) = disputes(detector, pack)
    assert ("unheard", 2.2) == (found.what, found.onset_s)
    assert found.probability < 0.1


def test_what_only_tests_is_asked_too(tmp_path: Path, detector: Detector) -> None:
    pack = pack_of(tmp_path, "a.flac", "0.50-0.80", licence="CC BY-NC 3.0")
    assert ["unmarked"] == [one.what for one in disputes(detector, pack)]


def test_what_was_seen_to_be_none_is_not_told_again(tmp_path: Path, detector: Detector) -> None:
    seen = next(
        name
        for name, some in read_bursts().items()
        if [Seen.NO] == [burst.seen for burst in some if abs(burst.onset_s - 1.5) < 0.15]
    )
    pack = pack_of(tmp_path, seen, "0.50-0.80")
    assert all(abs(one.onset_s - 1.5) > 0.2 for one in disputes(detector, pack))
