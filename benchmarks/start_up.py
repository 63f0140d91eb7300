"""From `coughd run` to the first sound that is heard."""

from __future__ import annotations

import time

from .figures import Figure, Room, percentile
from .running import is_up, running_daemon, wait_for
from .sounds import file_source, scenes, write_wav


def start_up(room: Room) -> list[Figure]:
    wav = write_wav(room.folder / "scene.wav", scenes(1))
    times_s = []
    for k in range(int(room.seconds(7, 3))):
        folder = room.folder / str(k)
        folder.mkdir()
        began_s = time.monotonic()
        with (
            running_daemon(folder, [file_source(0, wav, loop=True)]) as daemon,
            daemon.subscriber() as subscriber,
        ):
            times_s.append(wait_for(subscriber, is_up) - began_s)
    return [
        Figure(
            "start-up, median",
            percentile(times_s, 50),
            "s",
            f"command to `source.up` at a subscriber, a new store each time, {len(times_s)} starts",
        )
    ]
