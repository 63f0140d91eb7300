"""`/health` and its like: which code, and that asking often costs nothing."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from fakes import FakeClock

from coughd.daemon.monitoring.pages import FRESH_S, Page, Pages
from coughd.daemon.supervision.status import DaemonStatus
from coughd.daemon.supervision.watchdog import Pulse

from ..supervision.facts_of_status import BEDROOM, WELL

UNPLUGGED = replace(
    WELL, sources=(replace(BEDROOM, state="down", cause="gone", detail="it was pulled"),)
)
HANGING = replace(WELL, pulse=Pulse(73.0, ("recorder",)))


def page(status: DaemonStatus | None, path: str) -> Page:
    return Pages(lambda: status, FakeClock().monotonic_s).page(path)


@pytest.mark.parametrize(
    ("status", "health", "live"),
    [(WELL, 200, 200), (UNPLUGGED, 503, 200), (HANGING, 503, 503), (None, 503, 200)],
    ids=["well", "unplugged", "hanging", "starting"],
)
def test_health_calls_a_person_and_live_a_restart(
    status: DaemonStatus | None, health: int, live: int
) -> None:
    assert page(status, "/health").code == health
    assert page(status, "/health/live").code == live


def test_a_fault_says_which_part_and_what_to_do() -> None:
    told = json.loads(page(UNPLUGGED, "/health").body)
    assert (told["schema"], told["state"]) == ("coughd.http_health/1", "faulty")
    (fault,) = told["faults"]
    assert (fault["about"], fault["code"], fault["says"]) == ("source bed", "gone", "it was pulled")
    assert fault["do"].startswith("Plug it in again")


def test_a_hang_names_what_stands_still() -> None:
    told = json.loads(page(HANGING, "/health/live").body)
    assert told["state"] == "hangs"
    assert [fault["says"] for fault in told["faults"]] == [
        "the listening loop has stood still for 73 s",
        "the thread recorder stands still",
    ]


def test_a_wrong_path_says_which_there_are() -> None:
    wrong = page(WELL, "/metric")
    assert wrong.code == 404
    assert set(json.loads(wrong.body)["pages"]) == {"/health", "/health/live", "/metrics"}


def test_the_status_is_made_once_a_second_however_many_ask() -> None:
    clock, made = FakeClock(), 0

    def report() -> DaemonStatus:
        nonlocal made
        made += 1
        return WELL

    pages = Pages(report, clock.monotonic_s)
    for _ in range(100):
        pages.page("/metrics")
    assert made == 1
    clock.now_monotonic_s += FRESH_S
    pages.page("/metrics")
    assert made == 2
