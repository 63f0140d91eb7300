"""What `status` calls a fault, and that it says what to do."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from coughd.daemon.recorder import RecorderCounts
from coughd.daemon.supervision.faults import find_faults
from coughd.daemon.supervision.status import StoreStatus
from coughd.storage.records import SourceCause

from .facts_of_status import BEDROOM, HEAR, WELL

GOOD_CAUSES = {"opened", "well", "finished"}


def test_a_daemon_that_is_well_has_none() -> None:
    assert find_faults(WELL) == []
    assert find_faults(replace(WELL, hear=HEAR)) == []


@pytest.mark.parametrize("cause", get_args(SourceCause))
def test_every_bad_cause_is_a_fault_with_something_to_do(cause: str) -> None:
    bad = replace(BEDROOM, cause=cause, detail="it is so.")
    faults = find_faults(replace(WELL, sources=(BEDROOM, bad)))
    if cause in GOOD_CAUSES:
        assert faults == []
        return
    (fault,) = faults
    assert (fault.about, fault.code, fault.says) == ("source bed", cause, "it is so.")
    assert fault.do.endswith(".")


def test_a_loop_that_no_longer_hears_is_a_fault() -> None:
    (fault,) = find_faults(replace(WELL, sources=(replace(BEDROOM, behind_s=61.3),)))
    assert (fault.code, fault.says) == ("behind", "the last sound heard is 61 s old")


def test_a_store_that_refuses_is_a_fault_that_says_what_waits() -> None:
    recorder = RecorderCounts(17, 100, 5, "the disk is full")
    (fault,) = find_faults(replace(WELL, recorder=recorder))
    assert (fault.about, fault.code) == ("store", "refused")
    assert fault.says == "the disk is full; 17 changes wait in memory"


def test_a_disk_that_is_nearly_full_is_a_fault_before_it_is() -> None:
    (fault,) = find_faults(replace(WELL, store=StoreStatus(1_000, 150_000_000)))
    assert (fault.code, fault.says) == (
        "little_space",
        "only 150 MB are free where the store is",
    )
    assert find_faults(replace(WELL, store=StoreStatus(None, None))) == []


def test_hear_that_is_away_is_a_fault_that_costs_no_event() -> None:
    away = replace(HEAR, state="resting", reason="The HeAR process ended (signal 9).")
    (fault,) = find_faults(replace(WELL, hear=away))
    assert (fault.about, fault.says) == ("HeAR", "The HeAR process ended (signal 9).")
    assert "open embedder's score" in fault.do
