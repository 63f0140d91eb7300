"""The sounds that scenes are made of, loaded once and sorted by their use."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ...ports import SAMPLE_RATE_HZ, Samples
from .certainty import with_certainty
from .pack import Clip, Span, load_samples, read_clips
from .seen_bursts import Burst, read_bursts, with_bursts

LABEL_OF = {
    "cough": "cough",
    "throat_clear": "throat_clear",
    "sneeze": "sneeze",
    "laugh": "laugh",
    "speech": "speech",
    "breathe": "breathe",
    "snore": "snore",
}
"""What the pack and the synthesis call a sound -> our label; anything else is `other`."""
_LONG_HOUSEHOLD_S = 3.0
_STRONG = 0.3
"""A cough this far under its clip's loudest is not used alone."""


@dataclass(frozen=True, slots=True)
class Sound:
    """One clip in memory."""

    samples: Samples
    spans: tuple[Span, ...]
    kind: str
    """The pack's label."""
    native_rate_hz: int
    strong: tuple[int, ...]
    """Indices of the spans that are loud (and sure) enough to stand alone."""

    @property
    def duration_s(self) -> float:
        """Length of the clip."""
        return self.samples.size / SAMPLE_RATE_HZ


@dataclass(frozen=True, slots=True)
class Bank:
    """All sounds of one fold."""

    coughs: tuple[Sound, ...]
    negatives: dict[str, tuple[Sound, ...]]
    """Kind -> clips with bursts."""
    speech: tuple[Sound, ...]
    beds: tuple[Sound, ...]
    """Continuous backgrounds."""
    music: tuple[Sound, ...]
    rooms: tuple[Samples, ...]
    """Measured impulse responses."""


def load_bank(
    pack: Path,
    folds: Collection[str],
    *,
    commercial_only: bool = True,
    hold_out: bool = True,
    keep: Callable[[Clip], bool] | None = None,
) -> Bank:
    """Read the clips of some folds (or halves of `val`), or of them those that `keep` names.

    `hold_out` as in `read_clips`. InputError for a wrong file.
    """
    clips = [
        clip
        for clip in read_clips(pack, hold_out=hold_out)
        if (clip.fold in folds or clip.half in folds)
        and (clip.commercial or not commercial_only)
        and (keep is None or keep(clip))
    ]
    bursts = read_bursts()
    sounds = [load_sound(clip, bursts.get(clip.path.name, ())) for clip in clips]
    kinds = {"throat_clear", "laugh", "sneeze", "breathe", "snore", "door"}
    kinds |= {"household", "animal", "baby_cry", "other_vocal"}
    negatives = {
        kind: tuple(sound for sound in sounds if sound.kind == kind and sound.spans)
        for kind in sorted(kinds)
    }
    long_household = [
        sound
        for sound in sounds
        if sound.kind == "household" and sound.duration_s > _LONG_HOUSEHOLD_S
    ]
    return Bank(
        coughs=tuple(
            sound
            for sound in sounds
            if sound.kind == "cough" and any(span.sure for span in sound.spans)
        ),
        negatives={kind: some for kind, some in negatives.items() if some},
        speech=tuple(sound for sound in sounds if sound.kind == "speech"),
        beds=(*(sound for sound in sounds if sound.kind == "noise"), *long_household),
        music=tuple(sound for sound in sounds if sound.kind == "music"),
        rooms=tuple(load_samples(path) for path in sorted((pack / "rirs").glob("*.flac"))),
    )


def load_sound(clip: Clip, bursts: Sequence[Burst]) -> Sound:
    """One clip, its coughs judged by rule and by what was seen in it; InputError."""
    samples = load_samples(clip.path)
    duration_s = samples.size / SAMPLE_RATE_HZ
    spans = tuple(
        replace(span, end_s=min(span.end_s, duration_s))
        for span in clip.spans
        if span.start_s < duration_s - 0.05
    )
    if clip.label == "cough":
        judged = with_certainty(samples, spans, clip.path.name)
        spans = with_bursts(judged, duration_s, bursts)
    peaks = [_peak(samples, span) for span in spans]
    loud = [i for i, peak in enumerate(peaks) if peak > _STRONG * max(peaks)]
    strong = tuple(i for i in loud if spans[i].sure) or tuple(loud)
    return Sound(samples, spans, clip.label, clip.native_rate_hz, strong)


def _peak(samples: Samples, span: Span) -> float:
    start, end = (int(t * SAMPLE_RATE_HZ) for t in (span.start_s, span.end_s))
    return float(np.abs(samples[start : end + 1]).max())
