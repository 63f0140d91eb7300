"""Reads the data pack: one row of `clips.csv` becomes one `Clip`.

A pack is a folder with `clips.csv` (columns path, label, licence, group, split, native_sr,
events, coughs), the clips themselves, `rirs/` and, for tests, `scenes/`.
"""

from __future__ import annotations

import csv
import zlib
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ....config.errors import InputError
from ...ports import SAMPLE_RATE_HZ, Samples

VALIDATION_PERCENT = 15
"""Share of the training groups that is kept for choosing and calibrating."""
VALIDATION_HALVES = ("val-a", "val-b")
KEPT_FOR_TEST_PERCENT = 30
"""Share of the `dev` groups that the scenes do not use, but testing does."""
TEST_FOLD = "dev"
_ALL_TO_TRAINING = frozenset({"laugh", "breathe", "throat_clear"})
"""Labels with so few free clips that training needs them all."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time inside a clip."""

    start_s: float
    end_s: float
    sure: bool = True
    """Whether it is surely what its label says (certainty.py)."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What sounds from when to when."""

    onset_s: float
    offset_s: float
    label: str
    snr_db: float
    sure: bool = True
    """Whether it is surely what its label says; a doubtful mark neither teaches nor tests."""


@dataclass(frozen=True, slots=True)
class Clip:
    """One recording of one kind of sound."""

    path: Path
    label: str
    group: str
    split: str
    licence: str
    native_rate_hz: int
    spans: tuple[Span, ...]
    """Single coughs of a cough clip, energy bursts of any other."""
    tests: bool = False
    """Whether it is kept for testing (`read_clips`)."""

    @property
    def commercial(self) -> bool:
        """Whether the licence allows commercial use."""
        return "NC" not in self.licence

    @property
    def fold(self) -> str:
        """`train`, `val` or `dev`; a group is in one, but for sounds so few that all must train."""
        if self.tests:
            return TEST_FOLD
        if self.label in _ALL_TO_TRAINING:
            return "train"
        return "val" if _bucket(self.group) < VALIDATION_PERCENT else "train"

    @property
    def half(self) -> str:
        """Which of VALIDATION_HALVES, for a clip of `val`; else its fold. A group is in one."""
        if self.fold != "val":
            return self.fold
        return VALIDATION_HALVES[zlib.crc32(f"half {self.group}".encode()) % 2]


def parse_spans(text: str) -> tuple[Span, ...]:
    """`0.06-0.24;1.0-1.4` as spans in seconds."""
    pairs = (part.split("-") for part in text.split(";") if part)
    return tuple(Span(float(start), float(end)) for start, end in pairs)


def read_clips(pack: Path, *, hold_out: bool = True) -> list[Clip]:
    """Every clip of the pack, in the order of the table; InputError.

    With `hold_out`, what the pack's scenes are made of tests, and with it a part of the other
    clips of the `dev` split: enough to test on, while every further voice makes the training
    better. Without it no clip is kept from training.
    """
    table = pack / "clips.csv"
    try:
        with table.open(newline="", encoding="utf-8") as lines:
            clips = [_clip(pack, row) for row in csv.DictReader(lines)]
    except (OSError, KeyError, ValueError) as exc:
        raise InputError(f"{table} cannot be read as a clip table: {exc!r}. Check --pack.") from exc
    if not hold_out:
        return clips
    heard = _clips_in_scenes(pack)
    in_scenes = {clip.group for clip in clips if clip.path.relative_to(pack) in heard}
    return [
        replace(
            clip,
            tests=clip.split != "train"
            and (not heard or clip.group in in_scenes or _kept_for_test(clip)),
        )
        for clip in clips
    ]


def _kept_for_test(clip: Clip) -> bool:
    kept = _bucket(clip.group) >= 100 - KEPT_FOR_TEST_PERCENT
    return kept and clip.label not in _ALL_TO_TRAINING


def _bucket(group: str) -> int:
    """A hundredth of all groups, always the same one for a group."""
    return zlib.crc32(group.encode()) % 100


def _clips_in_scenes(pack: Path) -> set[Path]:
    """The clips that the pack's scenes are made of, from its root; none where it has no scenes."""
    heard: set[Path] = set()
    for name, column in (("scenes.csv", "source_path"), ("scene_info.csv", "bg_file")):
        table = pack / "scenes" / name
        if not table.exists():
            continue
        with table.open(newline="", encoding="utf-8") as lines:
            heard |= {Path(*Path(row[column]).parts[1:]) for row in csv.DictReader(lines)}
    return heard


def _clip(pack: Path, row: dict[str, str]) -> Clip:
    return Clip(
        path=pack / row["path"],
        label=row["label"],
        group=row["group"],
        split=row["split"],
        licence=row["licence"],
        native_rate_hz=int(row["native_sr"]),
        spans=parse_spans(row["coughs"] if row["label"] == "cough" else row["events"]),
    )


def load_samples(path: Path) -> Samples:
    """A 16 kHz mono file of the pack as samples; InputError."""
    import soundfile  # noqa: PLC0415 - training must start without the audio library

    try:
        samples, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    except (OSError, soundfile.SoundFileError) as exc:
        raise InputError(f"{path} cannot be read: {exc}. Check the pack.") from exc
    if rate_hz != SAMPLE_RATE_HZ:
        raise InputError(f"{path} has {rate_hz} Hz, not 16000. Convert it before training.")
    return np.ascontiguousarray(samples.mean(axis=1), dtype=np.float32)
