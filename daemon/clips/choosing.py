"""Which coughs get a clip, and what of their sound is in it. No I/O."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...detectors.ports import ONSET_IN_WINDOW, SAMPLE_RATE_HZ, WINDOW_SAMPLES, Samples
from ...detectors.windows import Window
from ...storage.records import EventFinished
from .clip_file import ClipHeader

MOST_UNDECIDED = 64


@dataclass(frozen=True, slots=True)
class Clip:
    """What is to be kept."""

    header: ClipHeader
    samples: Samples


@dataclass(slots=True)
class _Candidate:
    clip: Clip
    window_start: int


class ClipChooser:
    """Takes the judged windows of one stretch in their order. One thread.

    A candidate waits until every trigger whose window overlaps its own is judged. Then it is
    given, unless one of them was taken for speech.

    Parameters
    ----------
    before_s, after_s
        Round the onset; at most what the judged window has, since only that was looked at.
    speech_veto
        Score (0..1) of `speech` from which a window takes its neighbours' clips along; None: no
        veto.
    """

    def __init__(self, before_s: float, after_s: float, speech_veto: float | None) -> None:
        self._before = min(round(before_s * SAMPLE_RATE_HZ), ONSET_IN_WINDOW)
        self._after = min(round(after_s * SAMPLE_RATE_HZ), WINDOW_SAMPLES - ONSET_IN_WINDOW)
        self._speech_veto = speech_veto
        self._waiting: list[_Candidate] = []
        self._last_speech_start: int | None = None
        self.vetoed = 0
        self.dropped = 0
        """Gave way where more than 64 waited, or were undecided at the end."""

    def judged(self, window: Window, event: EventFinished, *, is_known: bool = False) -> None:
        """Take a judged window; those of a stretch come in the order of their onsets.

        What is known was decided by an earlier daemon: it is no candidate.
        """
        start = window.trigger.onset_sample - ONSET_IN_WINDOW
        speech = event.scored.scores.get("speech")
        # A window that no probe has looked at may hold speech as well.
        doubtful = speech is None or (self._speech_veto is not None and speech >= self._speech_veto)
        if doubtful and self._speech_veto is not None:
            self._last_speech_start = start
            kept = [each for each in self._waiting if not _overlap(each.window_start, start)]
            self.vetoed += len(self._waiting) - len(kept)
            self._waiting = kept
        if not (event.scored.counted and window.complete) or event.scored.probability is None:
            return
        if is_known:
            return
        if self._last_speech_start is not None and _overlap(start, self._last_speech_start):
            self.vetoed += 1
            return
        header = ClipHeader(
            event_id=event.event_id,
            source_id=event.source_id,
            onset_us=event.onset_us,
            onset_s=self._before / SAMPLE_RATE_HZ,
            probability=float(event.scored.probability),
        )
        cut = slice(ONSET_IN_WINDOW - self._before, ONSET_IN_WINDOW + self._after)
        self._waiting.append(_Candidate(Clip(header, window.samples[cut].copy()), start))
        too_many = self._waiting[:-MOST_UNDECIDED]
        del self._waiting[: len(too_many)]
        self.dropped += len(too_many)

    def refuse(self, event_id: str) -> None:
        """A later score does not count this event; nothing, where it is no candidate."""
        self._waiting = [each for each in self._waiting if each.clip.header.event_id != event_id]

    def correct(self, source_id: str, by_us: int) -> None:
        """The wall clock by which this source's time was told was wrong by so much."""
        for each in self._waiting:
            header = each.clip.header
            if header.source_id == source_id:
                each.clip = replace(
                    each.clip, header=replace(header, onset_us=header.onset_us + by_us)
                )

    def settled(self, sample: int) -> list[Clip]:
        """Every trigger with an onset before this sample is judged: give what is decided by it."""
        reach = sample - ONSET_IN_WINDOW
        decided = [each for each in self._waiting if each.window_start + WINDOW_SAMPLES <= reach]
        self._waiting = self._waiting[len(decided) :]
        return [each.clip for each in decided]

    def finish(self) -> list[Clip]:
        """The stretch is over, and all of it is judged: give the rest."""
        rest, self._waiting = self._waiting, []
        return [each.clip for each in rest]

    def leave(self) -> None:
        """Somebody may still have been heard to speak: drop the rest."""
        self.dropped += len(self.finish())


def _overlap(one_start: int, other_start: int) -> bool:
    return abs(one_start - other_start) < WINDOW_SAMPLES
