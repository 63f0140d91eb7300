"""Labelled clips of synthetic sounds, with the table that `coughd train` reads."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import soundfile

from coughd.detectors.ports import SAMPLE_RATE_HZ
from coughd.detectors.synthesis import room_noise, synth_sound

CLIP_SAMPLES = 48_000
ONSET_S = 1.0
OTHERS = ("speech", "sneeze", "door")


def write_clips(folder: Path, count: int = 48, subjects: int = 6) -> Path:
    """Every second one a cough; each subject has its own room. Gives the table."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for number in range(count):
        rng = np.random.default_rng(1000 + number)
        subject = number // 2 % subjects
        kind = "cough" if number % 2 else OTHERS[number // 2 % len(OTHERS)]
        samples = room_noise(CLIP_SAMPLES, -60.0 + 2 * subject, rng)
        sound = synth_sound(kind, rng)[: CLIP_SAMPLES // 2]
        at = round(ONSET_S * SAMPLE_RATE_HZ)
        samples[at : at + sound.size] += 0.3 * sound
        name = f"{number:03d}.wav"
        soundfile.write(folder / name, np.clip(samples, -1, 1), SAMPLE_RATE_HZ, subtype="PCM_16")
        rows.append((name, kind, f"person {subject}", ONSET_S))
    table = folder / "labels.csv"
    with table.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("path", "label", "subject", "onset_s"))
        writer.writerows(rows)
    return table
