"""A machine without a battery boots hours behind, hears coughs, and then its clock is set."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from itertools import pairwise
from pathlib import Path

import pytest
from command_line import environment
from living_daemon import STORE_FILE, LivingDaemon, messages, read, write_recording
from one_sound import write_config
from victim import SUPPORT

from coughd.detectors.ports import SAMPLE_RATE_HZ
from coughd.storage.messages import rfc3339
from coughd.storage.upkeep.checkup import check_store_at

from ..soak.fake_microphone import write_fake

BEHIND_S = 10_000
EVENTS = 3
NEAR_US = 50_000


def test_what_was_heard_before_the_clock_was_set_gets_its_right_time(tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    clock.write_text(str(-BEHIND_S))
    others = {"LD_PRELOAD": str(build_clock(tmp_path)), "WRONG_CLOCK": str(clock)}
    fake = write_fake(tmp_path / "fake", write_recording(tmp_path / "room.flac", 1))
    microphone = {"id": "bed", "kind": "microphone", "device": "Fake"}
    away = {"id": "cot", "kind": "microphone", "device": "Nowhere"}
    config = write_config(tmp_path, sources=[microphone, away], coverage={"progress_s": 1.0})
    store = tmp_path / "data" / STORE_FILE
    began_us = time.time_ns() // 1_000
    with LivingDaemon(config, environment(python_path=fake, others=others)) as daemon:
        daemon.until_written(1)
        daemon.until("coughs", lambda: count_events(store) >= EVENTS)
        early = read(store, "SELECT event_id, onset_us FROM events")
        assert all(onset_us < began_us - 1_000_000 for _, onset_us in early)
        clock.write_text("0")
        daemon.until("more coughs", lambda: count_events(store) >= len(early) + EVENTS)
        assert daemon.stop() == os.EX_OK, daemon.log
    ended_us = time.time_ns() // 1_000

    rows = read(store, "SELECT event_id, onset_sample, onset_us FROM events ORDER BY onset_sample")
    onsets_us = [onset_us for _, _, onset_us in rows]
    assert began_us < onsets_us[0]
    assert onsets_us == sorted(onsets_us)
    assert onsets_us[-1] < ended_us
    starts_us = [onset_us - sample * 1_000_000 // SAMPLE_RATE_HZ for _, sample, onset_us in rows]
    assert max(starts_us) - min(starts_us) < NEAR_US
    spans = read(store, "SELECT start_us, end_us FROM coverage ORDER BY start_sample")
    assert began_us < spans[0][0]
    assert all(abs(b - a) < NEAR_US for (_, a), (b, _) in pairwise(spans))
    assert [finding.state for finding in check_store_at(store)] == ["ok"] * 3
    told = [json.loads(body) for _, body in messages(store)]
    updated = {one["event_id"] for one in told if one.get("phase") == "update"}
    assert {event_id for event_id, _ in early} <= updated

    for first_seen_us, last_seen_us in read(
        store, "SELECT first_seen_us, last_seen_us FROM sources"
    ):
        assert began_us < first_seen_us == last_seen_us < onsets_us[0] + NEAR_US
    for state in ("up", "down"):
        wrong, right, *_ = (one["at"] for one in told if one.get("state") == state)
        assert wrong < rfc3339(began_us) < right
    assert daemon.log.count("is up (opened)") == 1
    assert daemon.log.count("is down (unavailable)") == 1


def build_clock(folder: Path) -> Path:
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("a wrong clock needs a C compiler")
    library = folder / "wrong_clock.so"
    source = SUPPORT / "wrong_clock.c"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)
    return library


def count_events(store: Path) -> int:
    return int(read(store, "SELECT count(*) FROM events")[0][0])
