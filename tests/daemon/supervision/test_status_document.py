"""`coughd.status/1`: its members are a contract, and it can be asked for at any time."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import zmq

from coughd.daemon.stream.replay import ReplayServer
from coughd.daemon.stream.replay_protocol import encode_status_request
from coughd.daemon.supervision import status_client
from coughd.daemon.supervision.status_client import Asked, ask_status
from coughd.daemon.supervision.status_document import StatusDesk, document

from ..stream.fakes import FakeOutbox
from .facts_of_status import BEDROOM, HEAR, WELL


def test_the_members_are_these() -> None:
    told = document(replace(WELL, hear=HEAR, detector=HEAR))
    assert list(told) == [
        "schema",
        "state",
        "version",
        "site",
        "node",
        "pid",
        "boot_id",
        "store_id",
        "started",
        "now",
        "uptime_s",
        "sources",
        "latency",
        "queues",
        "hear",
        "detector",
        "models",
        "store",
        "delays",
        "loop",
        "clock_steps",
        "rescored",
        "monitoring",
        "clips",
        "faults",
    ]
    assert told["sources"] == [
        {
            "id": "bed",
            "name": "Bedroom",
            "kind": "microphone",
            "state": "up",
            "cause": "opened",
            "detail": "hw:CARD=Snowball,DEV=0, 44100 Hz, 1 channel",
            "since": "2027-01-15T06:00:00.000000Z",
            "level_dbfs": -48.2,
            "last_cough": "2027-01-15T07:50:00.000000Z",
            "behind_s": 0.031,
            "sample_rate_hz": 44_100,
            "heard_samples": 317_520_000,
            "dropped_samples": 0,
            "overflows": 0,
            "openings": 1,
            "lost": 0,
            "coughs": 41,
            "triggers": (
                {"label": "cough", "reason": "", "scored_by": "open", "events": 41},
                {"label": "speech", "reason": "below_threshold", "scored_by": "open", "events": 7},
            ),
            "ok_s": 7_190.5,
            "clipped_s": 2.5,
            "silent_s": 0.0,
            "dropped_s": 0.0,
            "noise_dbfs": -62.0,
        }
    ]
    json.dumps(told, allow_nan=False)


def test_a_fault_makes_the_whole_faulty() -> None:
    told = document(replace(WELL, sources=(replace(BEDROOM, state="down", cause="gone"),)))
    assert told["state"] == "faulty"
    assert document(WELL)["state"] == "well"


def serving(folder: Path, desk: StatusDesk) -> ReplayServer:
    return ReplayServer(
        f"ipc://{folder}/replay.sock",
        outbox=FakeOutbox(),
        store_id=lambda: "A",
        boot_id="boot",
        status=desk.answer,
    )


def test_a_running_daemon_answers_and_a_starting_one_says_so(tmp_path: Path) -> None:
    desk = StatusDesk()
    with serving(tmp_path, desk) as server:
        asked = ask_status(server.address)
        assert asked == Asked(
            reached=True, document={"schema": "coughd.status/1", "state": "starting"}
        )
        desk.report = lambda: WELL
        asked = ask_status(server.address)
        assert asked.document is not None
        assert asked.document["node"] == "pi-07"


def test_nobody_and_somebody_who_says_nothing_are_told_apart(tmp_path: Path) -> None:
    address = f"ipc://{tmp_path}/replay.sock"
    assert ask_status(address) == Asked(reached=False, document=None)
    with zmq.Context() as context, context.socket(zmq.ROUTER) as mute:
        mute.bind(address)
        assert ask_status(address, timeout_s=0.05) == Asked(reached=True, document=None)


def test_a_socket_that_may_not_be_opened_says_nothing_of_its_daemon(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(status_client, "may_ask", lambda _: False)
    asked = ask_status(f"ipc://{tmp_path}/replay.sock")
    assert asked == Asked(reached=False, document=None, barred=True)


def test_an_answer_that_is_no_status_is_none(tmp_path: Path) -> None:
    address = f"ipc://{tmp_path}/replay.sock"
    server = ReplayServer(address, outbox=FakeOutbox(), store_id=lambda: "A", boot_id="boot")
    with server:  # one of a release that did not know the question
        assert ask_status(address) == Asked(reached=True, document=None)
        assert server.counts.refused == 1
    assert b"coughd.status/1" in encode_status_request()
