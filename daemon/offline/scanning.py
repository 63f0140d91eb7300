"""Offline hearing: the same pipeline on a file, with a list where the daemon has a store."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from ...storage.records import Change, Covered, EventFinished
from ..clock import SystemClock
from ..explaining import Explaining
from ..identity import FileIdentity
from ..judge import Judge
from ..lifecycle import StopRequest
from ..line import Line
from ..pipeline import Pipeline, Started
from ..second_opinion import NoSecondOpinion
from ..sources.file import FileSource
from ..sources.mix import Channel
from ..sources.ports import Finished
from ..stretches import StretchMaker

SOURCE_ID = "scan"


@dataclass(frozen=True, slots=True)
class Ears:
    """What hears a recording."""

    stretches: StretchMaker
    judge: Judge


@dataclass(frozen=True, slots=True)
class FoundSound:
    """One judged trigger of a file; times count from the file's beginning."""

    onset_s: float
    offset_s: float
    counted: bool
    event: EventFinished


@dataclass(frozen=True, slots=True)
class Scan:
    """All that one file held."""

    path: Path
    duration_s: float
    monitored_s: float
    """Of its duration what is neither digital silence nor lost."""
    channels_mixed: int
    """How many were heard as one: where they cancel each other nothing is heard."""
    found: tuple[FoundSound, ...]
    """In order of onset; rejected triggers too."""
    trouble: str | None
    """Why it was not heard to its end: it broke off, or was stopped; what precedes was heard."""

    @property
    def coughs(self) -> int:
        """How many were counted."""
        return sum(found.counted for found in self.found)


def unheard(path: Path, why: str) -> Scan:
    """The scan of a file that cannot be heard at all."""
    return Scan(path, 0.0, 0.0, 0, (), why)


class _ScanSink:
    """Collects events, and tells how far the sound is covered."""

    def __init__(self, heard: Callable[[int], None]) -> None:
        self.events: list[EventFinished] = []
        self.end_sample = 0
        self._covered: dict[int, Covered] = {}
        self._heard = heard

    def started(self, started: Started) -> None:
        """Nobody watches."""

    def keep(self, change: Change) -> None:
        """See `Sink`."""
        if isinstance(change, EventFinished):
            self.events.append(change)
        elif isinstance(change, Covered):
            self._covered[change.start_sample] = change
            self.end_sample = max(self.end_sample, change.end_sample)
            self._heard(self.end_sample)

    @property
    def monitored_samples(self) -> int:
        """How many samples were heard well or clipped."""
        return sum(
            one.end_sample - one.start_sample
            for one in self._covered.values()
            if one.state in ("ok", "clipped")
        )


def scan_file(
    path: Path,
    ears: Ears,
    stop: StopRequest,
    *,
    channel: Channel = "mix",
    progress: Callable[[float, float], None],
    explain: Callable[[str], None] | None = None,
) -> Scan:
    """Hear one file as fast as the machine can.

    `progress` is told seconds heard and seconds in all (the file's own claim, 0 where it has
    none); `explain` everything that is heard and decided. Raises InputError where the file cannot
    be heard at all, ModelError.
    """
    with closing(FileSource(SOURCE_ID, path, channel=channel)) as source:
        rate_hz = source.sample_rate_hz
        sink = _ScanSink(lambda sample: progress(sample / rate_hz, source.claimed_s))
        line = Line(source, path.name, "file", FileIdentity(source.content_sha256, SOURCE_ID))
        told = Explaining(sink, explain, in_recording=True) if explain else sink
        Pipeline(
            [line], ears.stretches, ears.judge, NoSecondOpinion(), told, SystemClock(), stop
        ).run()
        return Scan(
            path=path,
            duration_s=sink.end_sample / rate_hz,
            monitored_s=sink.monitored_samples / rate_hz,
            channels_mixed=source.channels_mixed,
            found=tuple(
                FoundSound(
                    onset_s=event.onset_sample / rate_hz,
                    offset_s=event.offset_sample / rate_hz,
                    counted=event.scored.counted,
                    event=event,
                )
                for event in sink.events
            ),
            trouble=_trouble(path, line.finished),
        )


def _trouble(path: Path, finished: Finished | None) -> str | None:
    if finished is None:
        return f"'{path}' was not heard to its end: it was stopped."
    return finished.reason if finished.damaged else None
