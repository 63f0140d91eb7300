"""A daemon's status in which all is well; each test spoils what it is about."""

from __future__ import annotations

from coughd.daemon.recorder import RecorderCounts
from coughd.daemon.sources.ports import SourceCounters
from coughd.daemon.stream.publisher import PublisherCounts
from coughd.daemon.stream.replay import ReplayCounts
from coughd.daemon.supervision.latest import Latency
from coughd.daemon.supervision.status import DaemonStatus, Models, SourceStatus, StoreStatus
from coughd.daemon.supervision.tally import Delays, SourceTally, Triggers
from coughd.daemon.supervision.watchdog import Pulse
from coughd.detectors.hear.outcomes import HearStatus
from coughd.storage.messages import Sender
from coughd.storage.records import Origin

NOW_US = 1_800_000_000_000_000
BEDROOM = SourceStatus(
    source_id="bed",
    name="Bedroom",
    kind="microphone",
    state="up",
    cause="opened",
    detail="hw:CARD=Snowball,DEV=0, 44100 Hz, 1 channel",
    since_us=NOW_US - 7_200_000_000,
    level_dbfs=-48.24,
    last_cough_us=NOW_US - 600_000_000,
    behind_s=0.0312,
    sample_rate_hz=44_100,
    counters=SourceCounters(317_520_000, 0, 0, 1, 0),
    tally=SourceTally(
        coughs=41,
        triggers=(
            Triggers("cough", "", "open", 41),
            Triggers("speech", "below_threshold", "open", 7),
        ),
        ok_s=7_190.5,
        clipped_s=2.5,
        noise_dbfs=-62.0,
    ),
)
HEAR = HearStatus(
    state="ready",
    reason=None,
    identity=None,
    pid=77,
    submitted=12,
    embedded=10,
    failed=1,
    gave_way=1,
    waiting=0,
    in_flight=0,
    untold=0,
    abandoned=0,
    starts=1,
    faults=0,
)
WELL = DaemonStatus(
    sender=Sender(Origin("home", "pi-07", "boot-1", "Europe/Zurich", "c" * 64), "store-1"),
    version="0.1.0",
    pid=4242,
    started_us=NOW_US - 7_200_000_000,
    now_us=NOW_US,
    sources=(BEDROOM,),
    latency=Latency(12, 1.9, 2.4),
    recorder=RecorderCounts(0, 100, 0, None, 10_000, 4.2),
    publisher=PublisherCounts(
        90,
        3_600,
        0,
        0,
        0,
        peers=2,
        turned_away=1,
        refused_keys=5,
        capacity=10_000,
        last_seq=10_482,
        oldest_seq=17,
    ),
    replay=ReplayCounts(1, 10, 0, 0, 0),
    hear=None,
    models=Models("coughd-gate@1", "open@1", "cough-open", 0.48),
    store=StoreStatus(12_400_000, 54_000_000_000),
    delays=Delays((1, 4, 5, 1, 0, 1, 0, 0, 0, 0, 0, 0), 22.8),
    pulse=Pulse(0.4, ()),
    clock_steps=1,
    rescored=3,
    monitoring=None,
)
