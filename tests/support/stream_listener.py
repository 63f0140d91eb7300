"""A process that logs what a subscriber gives it, and may be killed at any moment.

`python stream_listener.py FOLDER own-log|cursor SOURCE...` appends the JSON of each message to
FOLDER/log and says its `seq` on standard output. With `own-log` the log itself tells where to go
on; with `cursor` a cursor file does.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from coughd.daemon.subscriber import Message, Subscriber


def main(folder: Path, keeps: str, sources: list[str]) -> None:
    log = folder / "log"
    position: dict[str, Any] = {"since_seq": 0}
    if keeps == "cursor":
        position["cursor_file"] = folder / "cursor.json"
    elif log.exists():
        whole, _, cut_short = log.read_bytes().rpartition(b"\n")
        if cut_short:
            log.write_bytes(whole + b"\n" if whole else b"")
        if whole:
            last = json.loads(whole.rpartition(b"\n")[2])
            position = {"since_seq": last["seq"], "store_id": last["store_id"]}
    with (
        log.open("a") as file,
        Subscriber(
            f"ipc://{folder}/events.sock",
            f"ipc://{folder}/replay.sock",
            sources=sources,
            **position,
        ) as subscriber,
    ):
        for item in subscriber:
            if not isinstance(item, Message):
                raise TypeError(item)
            file.write(item.raw + "\n")
            file.flush()
            sys.stdout.write(f"{item.seq}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3:])
