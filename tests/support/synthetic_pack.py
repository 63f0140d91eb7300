"""A data pack of synthetic sounds, with the tables that the real one has."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import soundfile

from coughd.detectors.ports import SAMPLE_RATE_HZ
from coughd.detectors.synthesis import room_noise, synth_cough, synth_sound

_BED_SAMPLES = 4 * SAMPLE_RATE_HZ
_LONGEST_SPAN_S = 0.4


def write_pack(folder: Path, kinds: Iterable[str], each: int, split: str) -> Path:
    """Write so many clips of each kind, every one in a group of its own; gives the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(8)
    rows = ["path,label,licence,split,group,native_sr,events,coughs"]
    for kind in kinds:
        for number in range(each):
            if kind == "cough":
                sound = synth_cough(rng)
            elif kind in {"noise", "household"}:
                sound = room_noise(_BED_SAMPLES, -30.0, rng)
            else:
                sound = synth_sound(kind, rng)
            name = f"{kind}{number}.flac"
            soundfile.write(folder / name, np.clip(sound, -1.0, 1.0), SAMPLE_RATE_HZ)
            span = f"0.0-{min(sound.size / SAMPLE_RATE_HZ, _LONGEST_SPAN_S):.2f}"
            coughs = span if kind == "cough" else ""
            rows.append(f"{name},{kind},CC0,{split},{name},{SAMPLE_RATE_HZ},{span},{coughs}")
    (folder / "clips.csv").write_text("\n".join(rows), encoding="utf-8")
    (folder / "rirs").mkdir()
    return folder
