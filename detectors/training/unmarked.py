"""Where a detector and the marks of the cough clips disagree, for somebody to look at.

    python -m coughd.detectors.training.unmarked --pack PATH

prints a CSV: `clip`, `onset_s`, `what` (`unmarked`: claimed, with no mark near; `unheard`: surely
marked and not claimed), `p_cough`. Each clip is heard by itself in quiet hiss; what stands in
`seen_bursts.csv` already is left out. To learn from it, look at the spectrogram and say in that
table what it is. Needs the extra `coughd[train]`; takes two minutes.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .clips.bank import Sound, load_sound
from .clips.certainty import NOT_COUGHED
from .clips.pack import Clip, read_clips
from .clips.seen_bursts import read_bursts
from .counting import Claim
from .strangers import BEFORE_S, in_hiss
from .survey import print_survey, survey_parser
from .validate import Detector

NEAR_S = 0.2
"""A claim within this belongs to the mark."""
_CLAIMED = 0.3
_UNHEARD = 0.1


@dataclass(frozen=True, slots=True)
class Dispute:
    """A place in a clip at which detector and marks disagree."""

    clip: str
    onset_s: float
    what: str
    probability: float


def disputes(detector: Detector, pack: Path) -> Iterator[Dispute]:
    """Every place of the cough clips, those of the strangers among them; InputError."""
    bursts = read_bursts()
    rng = np.random.default_rng(0)
    for clip in read_clips(pack):
        if not _is_asked(clip):
            continue
        seen = bursts.get(clip.path.name, [])
        sound = load_sound(clip, seen)
        claims = detector.claims(in_hiss(sound.samples, rng))
        for found in _disputes_of(clip.path.name, sound, claims):
            if all(abs(found.onset_s - burst.onset_s) > NEAR_S for burst in seen):
                yield found


def _is_asked(clip: Clip) -> bool:
    return clip.label == "cough" and clip.path.name not in NOT_COUGHED


def _disputes_of(clip: str, sound: Sound, claims: Sequence[Claim]) -> list[Dispute]:
    """In the order of their onsets."""
    claimed = [(claim.onset_s - BEFORE_S, claim.probability) for claim in claims]
    found = [
        Dispute(clip, onset_s, "unmarked", probability)
        for onset_s, probability in claimed
        if probability >= _CLAIMED
        and 0.0 <= onset_s < sound.duration_s
        and all(abs(mark.start_s - onset_s) > NEAR_S for mark in sound.spans)
    ]
    for mark in sound.spans:
        near = [p for onset_s, p in claimed if abs(mark.start_s - onset_s) <= NEAR_S]
        probability = max(near, default=0.0)
        if mark.sure and probability < _UNHEARD:
            found.append(Dispute(clip, mark.start_s, "unheard", probability))
    return sorted(found, key=lambda one: one.onset_s)


def main() -> int:
    """Print the table."""
    return print_survey(survey_parser("unmarked"), _rows)


def _rows(given: argparse.Namespace) -> Iterator[str]:
    yield "clip,onset_s,what,p_cough"
    for one in disputes(Detector.load(given.models), given.pack):
        yield f"{one.clip},{one.onset_s:.2f},{one.what},{one.probability:.2f}"


if __name__ == "__main__":
    sys.exit(main())
