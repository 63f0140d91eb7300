"""`--verbose`: one run explained while it happens, each trigger and each choice.

It tells what was heard, which the log never does; so it is an option of one run and no setting.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from ..storage.records import (
    AnchorSet,
    Change,
    Covered,
    EpochEnded,
    EventFinished,
    EventRescored,
    Scored,
    SourceChanged,
)
from .judge import Judge
from .pipeline import Sink, Started
from .why import why, why_not


def explained(sink: Sink, say: Callable[[str], None] | None, gate: str, judge: Judge) -> Sink:
    """The sink itself where nobody asked, else one that explains, with what judges first."""
    if say is None:
        return sink
    for line in choices(gate, judge):
        say(line)
    return Explaining(sink, say, in_recording=False)


def choices(gate: str, judge: Judge) -> list[str]:
    """What judges in this run, a sentence each."""
    identity = judge.embedder.identity
    kept = "are kept" if judge.keep_embeddings else "are not kept"
    return [
        f"gate {gate}",
        f"embedder {identity.name} on {identity.device}; embeddings {kept}",
        f"probe {judge.probe.identity.name}: counted from P(cough) {judge.threshold:g}",
    ]


class Explaining:
    """A `Sink` before another one: says what passes, then hands it on. Listening thread.

    Parameters
    ----------
    say
        Takes one line; must not wait for long.
    in_recording
        Give times from the beginning of a recording, in seconds, instead of in UTC.
    """

    def __init__(self, sink: Sink, say: Callable[[str], None], *, in_recording: bool) -> None:
        self._sink = sink
        self._say = say
        self._in_recording = in_recording
        self._rates_hz: dict[str, int] = {}
        self._covered: dict[str, tuple[str, str]] = {}

    def started(self, started: Started) -> None:
        """See `Sink`."""
        when = self._when(started.source_id, started.onset_sample, started.onset_us)
        self._say(f"{when}: a trigger, gate {started.gate_score:.3f}; its window is waited for")
        self._sink.started(started)

    def keep(self, change: Change) -> None:
        """See `Sink`."""
        line = self._line(change)
        if line is not None:
            self._say(line)
        self._sink.keep(change)

    def _line(self, change: Change) -> str | None:
        line = None
        match change:
            case EventFinished():
                line = self._judged(change)
            case EventRescored():
                line = (
                    f"event {change.event_id[-4:]}: {change.scored.scored_by} judges again: "
                    f"{_verdict(change.scored, None, None)}"
                )
            case AnchorSet():
                self._rates_hz[change.source_id] = change.sample_rate_hz
                line = (
                    f"{change.source_id}: sample {change.sample} was heard at "
                    f"{_utc(change.utc_us)}; the device gives {change.device_rate_hz:.2f} samples "
                    "a second"
                )
            case Covered():
                line = self._condition(change)
            case EpochEnded():
                when = self._when(change.source_id, None, change.offset_us)
                line = f"{when}: an epoch of {change.coughs} ended"
            case SourceChanged() if self._in_recording:  # a daemon's log says it already
                line = f"{change.source_id}: {change.state} ({change.cause}): {change.detail}"
        return line

    def _judged(self, event: EventFinished) -> str:
        when = self._when(event.source_id, event.onset_sample, event.onset_us)
        length_s = (event.offset_us - event.onset_us) / 1e6
        return (
            f"{when}: {_verdict(event.scored, event.gate_score, event.window)}; "
            f"{length_s:.2f} s long, {event.level_dbfs:.1f} dBFS, SNR {event.snr_db:.1f} dB, "
            f"window {event.window}"
        )

    def _condition(self, covered: Covered) -> str | None:
        now = (covered.stretch_id, covered.state)
        if self._covered.get(covered.source_id) == now:
            return None
        self._covered[covered.source_id] = now
        when = self._when(covered.source_id, covered.start_sample, covered.start_us)
        return f"{when}: the sound is {covered.state} from here on"

    def _when(self, source_id: str, sample: int | None, utc_us: int) -> str:
        rate_hz = self._rates_hz.get(source_id)
        if self._in_recording and rate_hz is not None and sample is not None:
            return f"{sample / rate_hz:.3f} s"
        return source_id if self._in_recording else f"{source_id} {_utc(utc_us)}"


def _verdict(scored: Scored, gate_score: float | None, window: str | None) -> str:
    if scored.reason is None:
        told = why(
            reason=None,
            probability=scored.probability,
            threshold=scored.threshold,
            gate_score=gate_score,
            scores=scored.scores,
            window=window,
        )
        return f"counted as {scored.label} ({told})"
    told = why_not(
        reason=scored.reason,
        probability=scored.probability,
        threshold=scored.threshold,
        gate_score=gate_score,
        scores=scored.scores,
        window=window,
    )
    return f"not counted, taken for {scored.label}: {told}"


def _utc(utc_us: int) -> str:
    moment = datetime.fromtimestamp(utc_us / 1e6, UTC)
    return f"{moment:%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
