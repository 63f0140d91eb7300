"""From labelled clips to the two real seconds that an embedder hears of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from ...config.errors import InputError
from ...detectors.ports import (
    ONSET_IN_WINDOW,
    SAMPLE_RATE_HZ,
    WINDOW_SAMPLES,
    Gate,
    Samples,
)
from ..sources.resample import To16k
from ..sources.sound_file import SoundFile
from .clip_table import ClipTable, LabelledClip

LONGEST_S = 3_600.0
"""A clip is read as a whole."""
_FRAME = 400


@dataclass(frozen=True, slots=True, eq=False)
class ClipWindow:
    """A clip's window [shape=(32000,)]."""

    clip: LabelledClip
    samples: Samples


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A clip without two real seconds."""

    clip: LabelledClip
    why: str


def cut_windows(
    table: ClipTable, gate: Gate, progress: Callable[[int], None]
) -> Iterator[ClipWindow | LeftOut]:
    """Give each clip's window, file by file; InputError, with the line, for an unreadable one.

    The sound's onset stands half a second into its window, or where the clip's edge lets it;
    nothing is ever padded, since padding ruins HeAR's embedding. Where no onset is given, it is
    the gate's best trigger, or else the loudest moment.
    """
    done = 0
    by_path = sorted(table.clips, key=lambda clip: str(clip.path))
    for path, of_path in groupby(by_path, key=lambda clip: clip.path):
        clips = list(of_path)
        try:
            samples = _read(SoundFile(path))
        except InputError as exc:
            raise InputError(f"{table.file}:{clips[0].line}: {exc}") from exc
        for clip in clips:
            yield _window(clip, samples, gate)
        done += len(clips)
        progress(done)


def _read(file: SoundFile) -> Samples:
    with closing(file):
        resampler = To16k(file.sample_rate_hz)
        frames = file.read(round(LONGEST_S * file.sample_rate_hz) + 1)
        if file.damage is not None:
            raise InputError(file.damage)
        if len(frames) > LONGEST_S * file.sample_rate_hz:
            raise InputError(f"is longer than {LONGEST_S:g} s; cut it.")
        mono = frames.mean(axis=1, dtype=np.float32)
        return np.concatenate([resampler.feed(mono), resampler.flush()])


def _window(clip: LabelledClip, samples: Samples, gate: Gate) -> ClipWindow | LeftOut:
    if samples.size < WINDOW_SAMPLES:
        return LeftOut(clip, f"it is {samples.size / SAMPLE_RATE_HZ:.2f} s long, shorter than 2 s")
    if clip.onset_s is None:
        onset = _find_onset(samples, gate)
    else:
        onset = round(clip.onset_s * SAMPLE_RATE_HZ)
    if onset >= samples.size:
        return LeftOut(clip, f"onset_s {clip.onset_s} lies after its end")
    start = min(max(onset - ONSET_IN_WINDOW, 0), samples.size - WINDOW_SAMPLES)
    return ClipWindow(clip, samples[start : start + WINDOW_SAMPLES])


def _find_onset(samples: Samples, gate: Gate) -> int:
    stream = gate.open_stream()
    triggers = [*stream.feed(samples), *stream.finish()]
    if triggers:
        return max(triggers, key=lambda trigger: trigger.gate_score).onset_sample
    frames = samples[: samples.size // _FRAME * _FRAME].reshape(-1, _FRAME)
    return int(np.argmax((frames**2).sum(axis=1))) * _FRAME


def left_out_lines(left_out: Sequence[LeftOut], table: ClipTable) -> list[str]:
    """One line for each, with where it stands."""
    return [f"{table.file}:{one.clip.line}: left out: {one.why}" for one in left_out]
