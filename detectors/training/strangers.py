"""How a detector does on clips that nobody trains on.

    python -m coughd.detectors.training.strangers --pack PATH

prints a Markdown table of the pack's clips that may not be used commercially, nearly all of one
source, whose people cough and laugh in no other clip of the pack. Each clip is heard by itself,
with quiet hiss around it. Needs the extra `coughd[train]`; takes a minute and writes nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.random import Generator

from ..ports import SAMPLE_RATE_HZ, Samples
from ..runtime import SHIPPED_MODELS
from .clips.bank import Bank, load_bank
from .clips.pack import Clip
from .counting import Claim, Reference, Tally, count, interval, pooled
from .scenes.augment import rms
from .survey import print_survey, survey_parser
from .validate import Detector

BEFORE_S, _AFTER_S = 2.0, 2.5
_HISS_DB = -50.0
"""Against the clip's own level."""
STRICT = 0.95
"""A second threshold, for who wants few false alarms."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One clip: the coughs marked in it and what was claimed."""

    kind: str
    duration_s: float
    references: tuple[Reference, ...]
    claims: tuple[Claim, ...]


def hear_strangers(detector: Detector, pack: Path) -> Iterator[Heard]:
    """Every clip of the pack that no training of ours may use."""
    bank = load_strangers(pack)
    rng = np.random.default_rng(0)
    kinds = {"cough": bank.coughs, **bank.negatives}
    for kind, sounds in kinds.items():
        for sound in sounds:
            heard = in_hiss(sound.samples, rng)
            marks = sound.spans if kind == "cough" else ()
            references = tuple(
                Reference(mark.start_s + BEFORE_S, mark.end_s + BEFORE_S, mark.sure)
                for mark in marks
            )
            yield Heard(kind, sound.duration_s, references, tuple(detector.claims(heard)))


def load_strangers(pack: Path) -> Bank:
    """All sounds that no training of ours may use; InputError."""
    folds = {"train", "val", "dev"}
    return load_bank(pack, folds, commercial_only=False, keep=_is_not_commercial)


def in_hiss(samples: Samples, rng: Generator) -> Samples:
    """A clip with quiet hiss round it, BEFORE_S of it before: a microphone has no edges."""
    hiss_level = rms(samples) * 10.0 ** (_HISS_DB / 20.0)
    before, after = (
        rng.standard_normal(round(long_s * SAMPLE_RATE_HZ)) * hiss_level
        for long_s in (BEFORE_S, _AFTER_S)
    )
    return np.concatenate([before, samples, after]).astype(np.float32)


def _is_not_commercial(clip: Clip) -> bool:
    return not clip.commercial


def table(heard: Sequence[Heard], threshold: float) -> list[str]:
    """One row for each kind of sound."""
    at = f"at {threshold:.2f} (at {STRICT})"
    rows = [
        f"| strangers' | clips | minutes | coughs found {at} | counted though no cough {at} |",
        "| --- | --- | --- | --- | --- |",
    ]
    for kind in dict.fromkeys(one.kind for one in heard):
        some = [one for one in heard if one.kind == kind]
        usual, strict = (pooled(_tallies(some, at_least)) for at_least in (threshold, STRICT))
        coughs = usual.hits + usual.misses
        found = f"{usual.hits} ({strict.hits}) of {coughs}" if coughs else ""
        alarms = f"{usual.false_alarms} ({strict.false_alarms})"
        minutes = f"{usual.duration_s / 60.0:.1f}"
        rows.append("| " + " | ".join([kind, str(len(some)), minutes, found, alarms]) + " |")
    return rows


def _tallies(heard: Sequence[Heard], threshold: float) -> list[Tally]:
    return [
        count(
            one.references,
            [claim for claim in one.claims if claim.probability >= threshold],
            one.duration_s,
        )[0]
        for one in heard
    ]


def strangers_section(heard: Sequence[Heard], threshold: float) -> str:
    """The table, and a sentence with intervals; Markdown."""
    parts = []
    for some, measure in (
        ([one for one in heard if one.kind == "cough"], "sensitivity"),
        ([one for one in heard if one.kind != "cough"], "false_alarms_per_hour"),
    ):
        tallies = _tallies(some, threshold)
        low, high = interval(tallies, measure) if tallies else (np.nan, np.nan)
        digits = 0 if high > 1.0 else 3
        value = getattr(pooled(tallies), measure)
        parts.append(f"{value:.{digits}f} ({low:.{digits}f}-{high:.{digits}f})")
    rows = "\n".join(table(heard, threshold))
    return f"""\
{rows}

At {threshold:.2f} the sensitivity is {parts[0]}, and an hour of the clips without coughs has
{parts[1]} false alarms (95 % bootstrap intervals over clips)."""


def of_strangers(pack: Path, models: Path) -> str:
    """The section of a folder's models; InputError, ModelError."""
    detector = Detector.load(models)
    return strangers_section(list(hear_strangers(detector, pack)), detector.probe.threshold)


def main() -> int:
    """Print the table."""
    return print_survey(
        survey_parser("strangers", SHIPPED_MODELS),
        lambda given: [of_strangers(given.pack, given.models)],
    )


if __name__ == "__main__":
    sys.exit(main())
