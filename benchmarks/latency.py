"""From the confirming sample's arrival to the subscriber, for `start` and `end`.

A file in real time stands for the microphone: its block k is due when its last sample would have
been heard, counted from the first poll, whose monotonic time is in the store's anchor table. So
the arrival of every sample is known on the machine's monotonic clock, which the subscriber here
reads too. What is late in the listening loop counts as latency.
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing

from coughd.daemon.subscriber import Message
from coughd.detectors.ports import SAMPLE_RATE_HZ

from .expected import expected_triggers
from .figures import Figure, Room, percentile
from .running import Daemon, running_daemon
from .sounds import file_source, read_wav, scenes, write_wav

AIM_S = {"start": 0.150, "end": 0.200}
INCLUDED = {"start": "", "end": "; embedding and commit included"}
QUIET_S = 10.0
"""Longer than any pause between two messages: heartbeats come every two seconds."""


def latency(room: Room) -> list[Figure]:
    wav = write_wav(room.folder / "scene.wav", scenes(int(room.seconds(4, 1))))
    with running_daemon(room.folder, [file_source(0, wav, loop=False)]) as daemon:
        heard_s = _listen(daemon)
        began_s = first_sample_s(daemon)
    expected = expected_triggers(read_wav(wav))
    arrivals = {
        "start": {one.onset_sample: one.claimed_sample for one in expected},
        "end": {one.onset_sample: one.judged_sample for one in expected},
    }
    figures = []
    for phase, aim_s in AIM_S.items():
        late_s = [
            heard_s[phase, onset_sample] - began_s - arrived / SAMPLE_RATE_HZ
            for onset_sample, arrived in arrivals[phase].items()
            if (phase, onset_sample) in heard_s
        ]
        how = f"{len(late_s)} of {len(expected)} triggers, one source{INCLUDED[phase]}"
        figures += [
            Figure(
                f"{phase}, p{percent}",
                1000 * percentile(late_s, percent),
                "ms",
                how,
                at_most=1000 * aim_s if percent == 95 else None,
            )
            for percent in (50, 95)
        ]
    return figures


def _listen(daemon: Daemon) -> dict[tuple[str, int], float]:
    """When each `start` and `end` came, by phase and onset, until the file has been heard."""
    heard_s = {}
    with daemon.subscriber() as subscriber:
        for item in subscriber.messages(QUIET_S):
            now_s = time.monotonic()
            if not isinstance(item, Message):
                continue
            if item.topic.startswith("cough.event."):
                phase = "start" if item.body["phase"] == "start" else "end"
                heard_s[phase, int(str(item.body["onset_sample"]))] = now_s
            if item.topic.startswith("source.down."):
                break
    return heard_s


def first_sample_s(daemon: Daemon) -> float:
    """`time.monotonic()` at which the file's first sample was heard."""
    with closing(sqlite3.connect(daemon.store)) as connection:
        (us,) = connection.execute("SELECT monotonic_us FROM anchors WHERE sample = 0").fetchone()
    return float(us) / 1_000_000
