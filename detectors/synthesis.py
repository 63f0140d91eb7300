"""Synthetic sounds by label, and an annotated scene made of them.

`python -m coughd.detectors.synthesis OUT.flac` writes the bundled scene and, beside it,
OUT.csv with its annotations. The same seed gives the same scene.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from . import synthetic_sounds
from .acoustics import Signal, noise, samples_in
from .ports import SAMPLE_RATE_HZ, Samples
from .synthetic_cough import Throat, synth_cough

__all__ = [
    "SOUNDS",
    "Annotation",
    "Scene",
    "bundled_scene",
    "render",
    "room_noise",
    "synth_cough",
    "synth_sound",
    "write_scene",
]

SOUNDS: dict[str, Callable[[np.random.Generator], Samples]] = {
    "cough": synth_cough,
    "throat_clear": synthetic_sounds.throat_clear,
    "sneeze": synthetic_sounds.sneeze,
    "laugh": synthetic_sounds.laugh,
    "speech": synthetic_sounds.speech,
    "breathe": synthetic_sounds.breathe,
    "snore": synthetic_sounds.snore,
    "door": synthetic_sounds.door,
    "knock": synthetic_sounds.knock,
    "dishes": synthetic_sounds.dishes,
    "keyboard": synthetic_sounds.keyboard,
    "dog": synthetic_sounds.dog,
    "beep": synthetic_sounds.beep,
    "music": synthetic_sounds.music,
}
"""Every label that can be synthesised, with what draws it."""

_SCENE_S = 38.0
_ROOM_DBFS = -65.0
_BOUT_COUGH_S = 0.2
# What is heard: second, label, level of its largest sample in dBFS.
_SCRIPT = (
    (1.5, "cough", -12.0),
    (3.6, "speech", -22.0),
    (7.6, "cough", -15.0),
    (9.2, "door", -18.0),
    (11.0, "cough", -10.0),
    (11.42, "cough", -12.0),
    (11.80, "cough", -13.0),
    (13.8, "throat_clear", -22.0),
    (16.0, "laugh", -20.0),
    (18.9, "cough", -17.0),
    (20.6, "dishes", -22.0),
    (24.2, "cough", -12.0),
    (24.75, "cough", -14.0),
    (26.6, "keyboard", -28.0),
    (30.2, "cough", -20.0),
    (31.8, "speech", -24.0),
    (36.0, "cough", -11.0),
)


@dataclass(frozen=True, slots=True)
class Annotation:
    """What was placed where, in seconds from the start of the scene."""

    onset_s: float
    offset_s: float
    """Where the sound has fallen 20 dB under its peak, or the next one begins."""
    label: str


@dataclass(frozen=True, slots=True)
class Scene:
    """A minute or less of synthetic room with the truth about it."""

    samples: Samples
    annotations: tuple[Annotation, ...]
    """In order of onset."""


def synth_sound(label: str, rng: np.random.Generator) -> Samples:
    """One sound of `SOUNDS`, largest sample 1; KeyError for any other label."""
    return SOUNDS[label](rng)


def room_noise(n: int, level_dbfs: float, rng: np.random.Generator) -> Samples:
    """Hum and hiss of a room, n samples with this RMS (full scale is an RMS of 1)."""
    tilt_db_per_octave = rng.uniform(-7.0, -3.0)
    hiss = noise(n, rng, low_hz=40, tilt_db_per_octave=tilt_db_per_octave)
    return (hiss * 10 ** (level_dbfs / 20)).astype(np.float32)


def bundled_scene() -> Scene:
    """Render the scene of `coughd demo`: a quiet room, ten coughs and what resembles them."""
    return render(seed=20)


def render(seed: int) -> Scene:
    """Place the script's sounds, drawn with this seed, in a small quiet room."""
    rng = np.random.default_rng(seed)
    dry = np.zeros(samples_in(_SCENE_S))
    throat = Throat.draw(rng)
    annotations = []
    ends_s = [onset_s for onset_s, _, _ in _SCRIPT[1:]] + [_SCENE_S]
    for (onset_s, label, peak_dbfs), end_s in zip(_SCRIPT, ends_s, strict=True):
        if label == "cough":
            in_bout = end_s - onset_s < 1.0
            sound = synth_cough(rng, throat=throat, duration_s=_BOUT_COUGH_S if in_bout else None)
        else:
            sound = synth_sound(label, rng)
        begin = samples_in(onset_s)
        sound = sound[: dry.size - begin] * 10 ** (peak_dbfs / 20)
        dry[begin : begin + sound.size] += sound
        offset_s = min(onset_s + _audible_s(sound), end_s)
        annotations.append(Annotation(onset_s, round(offset_s, 3), label))
    samples = _in_small_room(dry, rng) + room_noise(dry.size, _ROOM_DBFS, rng)
    return Scene(np.clip(samples, -1.0, 1.0).astype(np.float32), tuple(annotations))


def write_scene(scene: Scene, flac_path: Path) -> Path:
    """Write the scene as FLAC and its annotations as CSV beside it; the path of the CSV."""
    import soundfile  # noqa: PLC0415 - only who writes a file needs the library

    soundfile.write(flac_path, scene.samples, SAMPLE_RATE_HZ, format="FLAC", subtype="PCM_16")
    csv_path = flac_path.with_suffix(".csv")
    with csv_path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("onset_s", "offset_s", "label"))
        rows.writerows((note.onset_s, note.offset_s, note.label) for note in scene.annotations)
    return csv_path


def _audible_s(sound: Samples) -> float:
    """Length up to the last 10 ms that are less than 20 dB under the loudest 10 ms."""
    frames = sound[: sound.size // 160 * 160].reshape(-1, 160)
    power = np.mean(frames.astype(np.float64) ** 2, axis=1)
    return float(np.flatnonzero(power > power.max() / 100)[-1] + 1) * 0.01


def _in_small_room(dry: Signal, rng: np.random.Generator) -> Signal:
    """Add a furnished room's reverberation: gone (60 dB) after 0.3 s, under the direct sound."""
    size = samples_in(0.3)
    tail = noise(size, rng, tilt_db_per_octave=-2) * 10 ** (-3 * np.arange(size) / size)
    tail[: samples_in(0.004)] = 0
    tail *= 0.5 / np.sqrt(np.sum(tail**2))
    tail[0] = 1
    padded = dry.size + size
    return np.fft.irfft(np.fft.rfft(dry, padded) * np.fft.rfft(tail, padded), padded)[: dry.size]


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m coughd.detectors.synthesis OUT.flac")
    write_scene(bundled_scene(), Path(sys.argv[1]))
