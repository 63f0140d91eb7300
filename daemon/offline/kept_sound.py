"""The sound of stored events, where there still is any: in unchanged files, and in clips."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...config.errors import InputError
from ...detectors.ports import ONSET_IN_WINDOW, SAMPLE_RATE_HZ, WINDOW_SAMPLES, Samples
from ...storage.reading.places_reading import EventPlace
from ..identity import FileIdentity
from ..sources.mix import Channel, to_block
from ..sources.resample import To16k
from ..sources.sound_file import SoundFile

_READ_S = 1.0
NO_SOUND = "no sound of it was kept"
INCOMPLETE = "its window was incomplete when it was heard"
CHANGED = "its file has changed, is gone or is no longer configured"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A configured file that was heard once, and not in a loop."""

    source_id: str
    path: Path
    channel: Channel


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """An event's window [shape=(32000,)], or None and why there is none."""

    place: EventPlace
    window: Samples | None
    why: str = ""


def find_sound(
    places: Iterable[EventPlace],
    files: Sequence[SourceFile],
    clip_of: Callable[[str], Samples | None],
) -> Iterator[Found]:
    """Give the window of each event, or say why there is none; each file is read once.

    A file is the event's if its content is what was heard then: the stretch's name says so.
    `clip_of` gives the window that was kept of an event, by its id.
    """
    of_files = {stretch_id: file for file in files if (stretch_id := _stretch_of(file))}
    from_files = {file.source_id for file in files}
    heard: dict[str, list[EventPlace]] = {}
    for place in places:
        if place.window != "complete":
            yield Found(place, None, INCOMPLETE)
        elif place.stretch_id in of_files:
            heard.setdefault(place.stretch_id, []).append(place)
        else:
            window = clip_of(place.event_id)
            why = CHANGED if place.source_id in from_files else NO_SOUND
            yield Found(place, window, "" if window is not None else why)
    for stretch_id, its in heard.items():
        yield from _in_file(of_files[stretch_id], its)


def _stretch_of(file: SourceFile) -> str | None:
    """The name of the stretch that hearing this file makes; None where it cannot be read."""
    try:
        with closing(SoundFile(file.path)) as sound:
            return FileIdentity(sound.content_sha256, file.source_id).stretch_id(0)
    except InputError:
        return None


def _in_file(file: SourceFile, places: Sequence[EventPlace]) -> Iterator[Found]:
    """Read the file once, with no more of it in memory than the windows that are open."""
    with closing(SoundFile(file.path)) as sound:
        rate_hz = sound.sample_rate_hz
        waiting = sorted(places, key=lambda place: place.onset_sample)
        starts = {
            place.event_id: (place.onset_sample * SAMPLE_RATE_HZ + rate_hz // 2) // rate_hz
            - ONSET_IN_WINDOW
            for place in waiting
        }
        held, held_from = np.empty(0, np.float32), 0
        for piece in _pieces(sound, file.channel):
            held = np.concatenate([held, piece])
            while waiting and starts[waiting[0].event_id] + WINDOW_SAMPLES <= held_from + held.size:
                place = waiting.pop(0)
                start = starts[place.event_id] - held_from
                yield Found(place, held[start : start + WINDOW_SAMPLES])
            needed_from = starts[waiting[0].event_id] if waiting else held_from + held.size
            gone = min(max(needed_from - held_from, 0), held.size)
            held, held_from = held[gone:], held_from + gone
        for place in waiting:
            yield Found(place, None, CHANGED)


def _pieces(sound: SoundFile, channel: Channel) -> Iterator[Samples]:
    resampler = To16k(sound.sample_rate_hz)
    block = round(_READ_S * sound.sample_rate_hz)
    while (frames := sound.read(block)).shape[0]:
        yield resampler.feed(to_block(frames, channel, 0, None).samples)
    yield resampler.flush()


def counts(reasons: Mapping[str, int]) -> str:
    """For a person."""
    return "; ".join(f"{count}: {why}" for why, count in sorted(reasons.items()))
