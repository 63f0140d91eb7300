"""HeAR's process is killed and frozen under a daemon at work: no event and no count notices."""

from __future__ import annotations

import json
import os
import signal
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from living_daemon import (
    LivingDaemon,
    findings,
    messages,
    read,
    write_config,
    write_recording,
)

from coughd.daemon.subscriber import Message, Subscriber

pytestmark = [pytest.mark.hear, pytest.mark.timeout(300)]

_HEARS = "SELECT count(*) FROM embeddings JOIN models USING (model_id) WHERE models.kind = 'hear'"
_COMPLETE = "SELECT count(*) FROM events WHERE \"window\" = 'complete'"


def test_a_killed_and_a_frozen_hear_cost_no_event_and_no_count(
    lookalikes: Path, tmp_path: Path
) -> None:
    recording = write_recording(tmp_path / "recording.flac", 2)
    unharmed = hear_it(tmp_path / "unharmed", recording)
    folder = tmp_path / "harmed"
    folder.mkdir()
    hear = {"kind": "hear", "model_path": str(lookalikes / "random")}
    config = write_config(
        folder, recording, folder / "data", source={"pace": "realtime"}, embedder=hear
    )
    with (
        LivingDaemon(config) as daemon,
        Subscriber(
            f"ipc://{folder}/events.sock", f"ipc://{folder}/replay.sock",
            since_seq=0, ephemeral=True,
        ) as stream,
    ):  # fmt: skip
        for start, harm in enumerate((signal.SIGSTOP, signal.SIGKILL), start=1):
            daemon.until(f"start number {start}", partial(is_ready, daemon, start))
            os.kill(daemon.status()["hear"]["pid"], harm)
        assert daemon.finish() == 0, daemon.log
        begun = {
            item.body["event_id"]
            for item in stream.messages(1.0)
            if isinstance(item, Message) and item.topic.startswith("cough.event.start")
        }
    store = folder / "data/coughd.sqlite3"
    assert findings(store) == unharmed
    assert read(store, _HEARS) == read(store, _COMPLETE)
    told = [json.loads(body) for _, body in messages(store)]
    assert begun
    assert begun <= {one["event_id"] for one in told if one.get("phase") in ("end", "cancel")}
    assert "frozen" in daemon.log
    assert "signal 9" in daemon.log


def hear_it(folder: Path, recording: Path) -> Any:
    """What is found without HeAR."""
    folder.mkdir()
    with LivingDaemon(write_config(folder, recording, folder / "data")) as daemon:
        assert daemon.finish() == 0, daemon.log
    return findings(folder / "data/coughd.sqlite3")


def is_ready(daemon: LivingDaemon, start: int) -> bool:
    hear = daemon.status()["hear"]
    return (hear["state"], hear["starts"]) == ("ready", start)
