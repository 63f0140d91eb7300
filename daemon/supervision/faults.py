"""What is the matter with a daemon, and what a person can do about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...detectors.hear.outcomes import HearStatus
from ...storage.messages import rfc3339
from .status import DaemonStatus, SourceStatus

BEHIND_S = 5.0
"""Sound older than this when it is heard: the machine is too slow, or the loop hangs."""
LITTLE_SPACE_BYTES = 200_000_000
LOOP_PATIENCE_S = 10.0
"""The listening loop turns several times a second; a slow disk may block it for some time."""

_WHAT_TO_DO = {
    "gone": "Plug it in again; it is opened within half a minute. `coughd devices` shows what is "
    "there.",
    "frozen": "It is opened again and again; if that lasts, unplug it, or restart the sound "
    "server.",
    "unavailable": "Plug it in, name one that is there in the configuration, or end the program "
    "that holds it.",
    "wrong_rate": "Set `sample_rate_hz` to the device's own rate, or name the card itself "
    "(`hw:CARD=...`) instead of the sound server.",
    "zeros": "Unmute the microphone (its switch, or `alsamixer`), and look at its cable; switch "
    "off what suppresses noise, which makes a quiet room dead; of two channels that cancel each "
    "other hear one (`channel: 0`).",
    "constant": "Unplug the microphone and plug it in again; if that does not help it is broken.",
    "clipping": "Lower the gain (`alsamixer`), or move the microphone.",
    "losing": "Something else keeps the machine or the sound server busy; `top` shows what.",
}

_MEND = "Look after the server, if it is one; else `coughd doctor` looks at the files."


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is not as it should be."""

    about: str
    """`source ID`, or the part of the daemon."""
    code: str
    """The source's cause, or a word of its own; stable."""
    says: str
    do: str
    """One or two sentences for the person in charge."""


def find_faults(status: DaemonStatus) -> list[Fault]:
    """Everything that is the matter, the worst first."""
    found: list[Fault] = [*_of_threads(status)]
    for source in status.sources:
        found.extend(_of_source(source))
    found.extend(_of_store(status))
    found.extend(_of_hear(status))
    found.extend(_of_probes(status))
    found.extend(_of_monitoring(status))
    return found


def _of_threads(status: DaemonStatus) -> Iterator[Fault]:
    do = "The service manager restarts it if that lasts; without one, restart it yourself."
    age_s = status.pulse.loop_age_s
    if age_s > LOOP_PATIENCE_S:
        yield Fault("coughd", "hangs", f"the listening loop has stood still for {age_s:.0f} s", do)
    for name in status.pulse.stuck:
        yield Fault("coughd", "hangs", f"the thread {name} stands still", do)
    for name in status.pulse.dead:
        do = "Restart coughd, and report the lines of its log that say why."
        yield Fault("coughd", "died", f"the thread {name} has died", do)


def _of_source(source: SourceStatus) -> Iterator[Fault]:
    about = f"source {source.source_id}"
    if source.cause in _WHAT_TO_DO:
        yield Fault(about, source.cause, source.detail, _WHAT_TO_DO[source.cause])
    elif source.broken:
        yield Fault(about, "broken", source.detail, "Mend the file, or drop it; what came before "
                    "that was heard.")  # fmt: skip
    elif source.behind_s is not None and source.behind_s > BEHIND_S:
        says = f"the last sound heard is {source.behind_s:.0f} s old"
        do = "The machine is too slow for its sources, or coughd hangs; the log says which thread."
        yield Fault(about, "behind", says, do)


def _of_store(status: DaemonStatus) -> Iterator[Fault]:
    refused, free = status.recorder.refused, status.store.free_bytes
    if refused is not None:
        says = f"{refused}; {status.recorder.waiting} changes wait in memory"
        yield Fault("store", "refused", says, "Free some space, or mend the disk; nothing is lost "
                    "as long as coughd runs.")  # fmt: skip
    elif free is not None and free < max(LITTLE_SPACE_BYTES, status.free_floor_bytes):
        says = f"only {free // 1_000_000} MB are free where the store is"
        if free < status.free_floor_bytes:
            says += "; no embeddings are stored, and the oldest give way"
        yield Fault("store", "little_space", says, "Free some space before it is full.")


def _of_hear(status: DaemonStatus) -> Iterator[Fault]:
    meanwhile = "Events keep the open embedder's score meanwhile"
    yield from _of_process("HeAR", status.hear, status.now_us, meanwhile)
    meanwhile = "The shipped gate decides alone meanwhile"
    yield from _of_process("gate", status.detector, status.now_us, meanwhile)


def _of_process(
    about: str, process: HearStatus | None, now_us: int, meanwhile: str
) -> Iterator[Fault]:
    if process is not None and process.reason is not None:
        away_us = round((process.away_s or 0.0) * 1_000_000)
        since = rfc3339(now_us - away_us)[: len("2026-11-22T14:02")]
        says = f"{process.reason} It has been away since {since}Z."
        yield Fault(about, "away", says, f"{meanwhile}; it is started again by itself.")
    elif process is not None and process.failing is not None:
        says = f"the last windows got no embedding: {process.failing}"
        yield Fault(about, "failing", says, f"{_MEND} {meanwhile}.")


def _of_probes(status: DaemonStatus) -> Iterator[Fault]:
    models = status.models
    mend = "Mend that and restart coughd, or train another"
    if models.refused is not None:
        says = f"a probe that was trained here is not used: {models.refused}"
        yield Fault("probe", "probe_refused", says, f"{mend}; the shipped one judges meanwhile.")
    if models.hear is not None and models.hear.refused is not None:
        says = f"its embeddings are not judged: {models.hear.refused}"
        do = f"{mend}; events keep the open embedder's score meanwhile."
        yield Fault("HeAR", "probe_refused", says, do)


def _of_monitoring(status: DaemonStatus) -> Iterator[Fault]:
    if status.monitoring is not None and status.monitoring.problem is not None:
        do = "End what uses that port, or set `metrics.listen` to another one and restart."
        yield Fault("metrics", "unreachable", status.monitoring.problem, do)
