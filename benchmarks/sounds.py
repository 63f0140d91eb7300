"""The sound that is heard: synthetic scenes, so that anybody measures the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

from coughd.detectors.ports import SAMPLE_RATE_HZ, Samples
from coughd.detectors.synthesis import render

FIRST_SEED = 20


def scenes(count: int) -> Samples:
    """So many different scenes of 38 s in a row: ten coughs and seven other sounds in each."""
    return np.concatenate([render(FIRST_SEED + k).samples for k in range(count)])


def write_wav(path: Path, samples: Samples) -> Path:
    soundfile.write(path, samples, SAMPLE_RATE_HZ, subtype="PCM_16")
    return path


def read_wav(path: Path) -> Samples:
    """What the daemon hears: the samples as 16 bits hold them."""
    samples, _ = soundfile.read(path, dtype="float32")
    heard: Samples = samples
    return heard


def file_source(k: int, path: Path, *, loop: bool) -> dict[str, object]:
    return {"id": f"file-{k}", "kind": "file", "path": str(path), "loop": loop}
