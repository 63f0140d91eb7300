"""A process with the daemon's real store and sockets: commits, tells, says how far it is.

`python stream_sender.py FOLDER BOOT SEED` commits a batch for each line on standard input and
answers with the last `seq`. Its queue is so small that live messages are lost all the time.
"""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path

from coughd.daemon.stream.publisher import Publisher
from coughd.daemon.stream.replay import ReplayServer
from coughd.storage.messages import heartbeat_message
from coughd.storage.outbox import OutboxReader
from coughd.storage.records import EventFinished, Origin, Scored, SourceSeen
from coughd.storage.store import EventStore

SOURCES = ("bed", "sofa")


def event(event_id: str, onset_us: int, source_id: str, *, counted: bool) -> EventFinished:
    scored = Scored(
        label="cough" if counted else "other",
        counted=counted,
        reason=None if counted else "below_threshold",
        probability=0.9 if counted else 0.1,
        scores={"cough": 0.9 if counted else 0.1},
        threshold=0.5,
        scored_by="gate",
        probe=None,
        embedder=None,
        embedding=None,
    )
    return EventFinished(
        event_id=event_id,
        source_id=source_id,
        stretch_id=f"stretch-{source_id}",
        onset_sample=onset_us,
        offset_sample=onset_us + 1,
        onset_us=onset_us,
        offset_us=onset_us + 300_000,
        gate_score=0.9,
        window="complete",
        level_dbfs=-20.0,
        snr_db=10.0,
        epoch_id=None,
        scored=scored,
    )


def main(folder: Path, boot: str, seed: int) -> None:
    chance = random.Random(f"{seed}-{boot}")
    origin = Origin(site="home", node="node", boot_id=boot, timezone="UTC", config_sha256="0" * 64)
    store_path = folder / "store.sqlite3"
    with EventStore.open(store_path, origin, lambda: time.time_ns() // 1000) as store:
        outbox = OutboxReader.open(store_path)
        oldest_seq, last_seq = outbox.bounds()
        with (
            Publisher(
                f"ipc://{folder}/events.sock",
                heartbeat=lambda last, oldest: heartbeat_message(
                    store.sender, oldest_seq=oldest, last_seq=last, utc_us=0
                ),
                heartbeat_s=0.1,
                last_seq=last_seq,
                oldest_seq=oldest_seq,
                queue_size=3,
            ) as publisher,
            ReplayServer(
                f"ipc://{folder}/replay.sock",
                outbox=outbox,
                store_id=lambda: store.store_id,
                boot_id=boot,
                largest_page=7,
            ),
        ):
            store.write([SourceSeen(source, source.title(), "file", 0) for source in SOURCES])
            for number, _ in enumerate(sys.stdin):
                events = [
                    event(
                        f"{boot}-{number}-{part}",
                        time.time_ns() // 1000 + part,
                        chance.choice(SOURCES),
                        counted=chance.random() < 0.8,
                    )
                    for part in range(chance.randint(1, 6))
                ]
                rows = store.write(events)
                publisher.publish(rows)
                sys.stdout.write(f"{rows[-1].seq}\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
