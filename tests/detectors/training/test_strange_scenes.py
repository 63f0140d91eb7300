"""Scenes of strangers' sounds: nothing in them may be known to gate and embedder."""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np
import pytest
import soundfile

pytest.importorskip("scipy", reason="comes with the extra coughd[train]")

from coughd.detectors.ports import SAMPLE_RATE_HZ
from coughd.detectors.synthesis import synth_cough, synth_sound
from coughd.detectors.training.clips.pack import VALIDATION_PERCENT
from coughd.detectors.training.strange_scenes import strange_bank

FREE, NOT_FREE = "CC0", "CC BY-NC 3.0"


def group(*, probes: bool) -> str:
    """A group that only the probe hears, or one that trains everything."""
    names = (f"group{number}" for number in range(1000))
    return next(
        name for name in names if (zlib.crc32(name.encode()) % 100 < VALIDATION_PERCENT) is probes
    )


def test_the_sounds_are_strangers_and_the_voices_are_the_probes(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    rows = ["path,label,licence,group,split,native_sr,events,coughs"]
    sizes = {}
    for name, label, licence, probes in (
        ("a", "cough", NOT_FREE, False),
        ("b", "cough", FREE, True),
        ("c", "laugh", NOT_FREE, False),
        ("d", "laugh", FREE, True),
        ("e", "speech", FREE, True),
        ("f", "speech", FREE, False),
    ):
        made = synth_cough(rng) if label == "cough" else synth_sound(label, rng)
        sizes[name] = made.size
        soundfile.write(tmp_path / f"{name}.flac", made, SAMPLE_RATE_HZ)
        span = f"0.0-{made.size / SAMPLE_RATE_HZ:.2f}"
        whose = group(probes=probes)
        rows.append(f"{name}.flac,{label},{licence},{whose},train,16000,{span},{span}")
    (tmp_path / "clips.csv").write_text("\n".join(rows) + "\n")

    bank = strange_bank(tmp_path)

    assert [sound.samples.size for sound in bank.coughs] == [sizes["a"]]
    assert [sound.samples.size for sound in bank.negatives["laugh"]] == [sizes["c"]]
    assert [sound.samples.size for sound in bank.speech] == [sizes["e"]]
