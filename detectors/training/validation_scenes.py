"""Annotated recordings of held-out clips, for `coughd evaluate`.

    python -m coughd.detectors.training.validation_scenes --pack PATH --out FOLDER

writes minutes of sound into a folder for each signal-to-noise ratio, with at least 500 single
coughs each (those that are surely one; `sure` says which), and an hour without a cough that is full
of other sounds. The scenes are those of the training's recipe, joined end to end, but made of clips
that the training of the twin never saw (what the pack's own scenes are made of, and some more of
its `dev` split): score them with detectors/training/twin/coughd.yaml, since the shipped models have
learnt from these clips. The same seed gives the same files. Needs the extra `coughd[train]`.
"""

from __future__ import annotations

import argparse
import csv
import logging
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.random import Generator

from ...config.errors import CoughdError
from ..ports import MIN_COUGH_SPACING_SAMPLES, SAMPLE_RATE_HZ, Samples
from .clips.bank import Bank, load_bank
from .clips.pack import Mark
from .scenes.composing import Scene, SceneRecipe, build_scene
from .scenes.length import SCENE_S

FOLD = "dev"
SNRS_DB = (20.0, 10.0, 5.0, 0.0, -5.0)
SCENES_PER_RECORDING = 6
_FADE_S = 0.2
_SPACING_S = MIN_COUGH_SPACING_SAMPLES / SAMPLE_RATE_HZ
_BEFORE_S, _AFTER_S = 1.0, 2.0
"""Of hiss, so that a recording's edge cuts no window: a microphone that listens has no edges."""
_HISS = 0.03
"""Of the level of what follows."""
_LEVEL_DBFS = (-55.0, -30.0)
_CELL_SAMPLES = 1_600
_HIGHEST_PEAK = 0.99
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Plan:
    """What one folder holds."""

    name: str
    number: int
    """Part of the seed."""
    recipe: SceneRecipe
    coughs: int
    """At least so many."""
    recordings: int
    """At least so many minutes."""


def plans(coughs: int, minutes_without: int) -> list[Plan]:
    """One folder for each SNR, and one without coughs."""
    found = [
        Plan(
            f"snr_{snr_db:g}",
            number,
            SceneRecipe(cough_snr_db=(snr_db, snr_db), quiet_share=0.0),
            coughs,
            1,
        )
        for number, snr_db in enumerate(SNRS_DB)
    ]
    without = SceneRecipe(coughs=False)
    return [*found, Plan("no_cough", len(SNRS_DB), without, 0, minutes_without)]


def record(bank: Bank, recipe: SceneRecipe, rng: Generator) -> Scene:
    """About a minute: scenes at one level, faded into each other."""
    level = 10.0 ** (rng.uniform(*_LEVEL_DBFS) / 20.0)
    samples = _hiss(_BEFORE_S, level, rng)
    marks: list[Mark] = []
    for _ in range(SCENES_PER_RECORDING):
        scene = build_scene(bank, rng, recipe)
        start_s = samples.size / SAMPLE_RATE_HZ - _FADE_S
        samples = _joined(samples, _at_level(scene.samples, level))
        marks += [
            replace(
                mark,
                onset_s=mark.onset_s + start_s,
                offset_s=min(mark.offset_s, SCENE_S) + start_s,
            )
            for mark in scene.marks
        ]
    samples = _joined(samples, _hiss(_AFTER_S, level, rng))
    return Scene(samples, tuple(sorted(marks, key=lambda mark: mark.onset_s)))


def _hiss(length_s: float, level: float, rng: Generator) -> Samples:
    size = round(length_s * SAMPLE_RATE_HZ)
    return (rng.standard_normal(size) * level * _HISS).astype(np.float32)


def _joined(first: Samples, second: Samples) -> Samples:
    """Fade from one into the other."""
    fade = round(_FADE_S * SAMPLE_RATE_HZ)
    rising = np.linspace(0.0, 1.0, fade, dtype=np.float32)
    seam = first[-fade:] * rising[::-1] + second[:fade] * rising
    return np.concatenate([first[:-fade], seam, second[fade:]])


def _at_level(samples: Samples, level: float) -> Samples:
    """Bring what usually sounds to an RMS, as far as the loudest sample allows."""
    cells = samples[: samples.size // _CELL_SAMPLES * _CELL_SAMPLES].reshape(-1, _CELL_SAMPLES)
    usual = float(np.sqrt(np.median((cells.astype(np.float64) ** 2).mean(axis=1)))) + 1e-6
    peak = float(np.abs(samples).max()) + 1e-6
    return (samples * np.float32(min(level / usual, _HIGHEST_PEAK / peak))).astype(np.float32)


def single_coughs(marks: Sequence[Mark]) -> list[Mark]:
    """Coughs as DESIGN.md has them: 0.2 s apart, each over where the next begins."""
    singles: list[Mark] = []
    for mark in filter(_cough, marks):
        if singles and mark.onset_s - singles[-1].onset_s < _SPACING_S:
            continue
        if singles:
            ends_s = min(singles[-1].offset_s, mark.onset_s)
            singles[-1] = replace(singles[-1], offset_s=ends_s)
        singles.append(mark)
    return singles


def _cough(mark: Mark) -> bool:
    return mark.label == "cough"


def _times(mark: Mark) -> tuple[str, str]:
    return f"{mark.onset_s:.4f}", f"{mark.offset_s:.4f}"


def write_folder(bank: Bank, plan: Plan, out: Path, seed: int) -> int:
    """Write recordings until there are enough; the number of coughs."""
    import soundfile  # noqa: PLC0415 - training must start without the audio library

    folder = out / plan.name
    folder.mkdir(parents=True, exist_ok=True)
    coughs: list[Sequence[object]] = []
    others: list[Sequence[object]] = []
    counted = recording = 0
    while counted < plan.coughs or recording < plan.recordings:
        scene = record(bank, plan.recipe, np.random.default_rng([seed, plan.number, recording]))
        name = f"{recording:04d}.flac"
        soundfile.write(folder / name, scene.samples, SAMPLE_RATE_HZ, subtype="PCM_16")
        others.append((name, "", "", ""))  # listened to, whatever follows
        others += [(name, *_times(mark), mark.label) for mark in scene.marks if not _cough(mark)]
        singles = single_coughs(scene.marks)
        coughs += [(name, *_times(m), f"{m.snr_db:g}", "yes" if m.sure else "no") for m in singles]
        counted += sum(mark.sure for mark in singles)
        recording += 1
    if plan.coughs:
        _write(folder / "coughs.csv", ("file", "onset_s", "offset_s", "snr_db", "sure"), coughs)
    _write(folder / "sounds.csv", ("file", "onset_s", "offset_s", "label"), others)
    log.info("%s: %d recordings, %d coughs", plan.name, recording, counted)
    return counted


def _write(path: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


def main() -> int:
    """Write all folders; the exit code follows sysexits."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    parser = argparse.ArgumentParser(prog="python -m coughd.detectors.training.validation_scenes")
    parser.add_argument("--pack", type=Path, required=True, help="folder with clips.csv")
    parser.add_argument("--out", type=Path, required=True, help="where the folders go")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--coughs", type=int, default=500, help="at least, for each SNR")
    parser.add_argument("--minutes-without", type=int, default=60, help="minutes without a cough")
    given = parser.parse_args()
    try:
        bank = load_bank(given.pack, {FOLD})
        for plan in plans(given.coughs, given.minutes_without):
            write_folder(bank, plan, given.out, given.seed)
    except CoughdError as exc:
        sys.stderr.write(f"{exc}\n")
        return exc.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
