"""What `status` calls a fault, and that it says what to do."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from coughd.daemon.recorder import RecorderCounts
from coughd.daemon.supervision.faults import find_faults
from coughd.daemon.supervision.status import HearProbe, StoreStatus
from coughd.daemon.supervision.watchdog import Pulse
from coughd.storage.records import SourceCause

from .facts_of_status import BEDROOM, HEAR, WELL

GOOD_CAUSES = {"opened", "well", "finished"}
AWAY = replace(HEAR, state="resting", reason="The HeAR process ended (signal 9).", away_s=90.0)


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


def test_a_file_that_broke_off_is_a_fault_and_one_that_ended_is_none() -> None:
    ended = replace(BEDROOM, kind="file", state="down", cause="finished", detail="it ends at 3 s.")
    assert find_faults(replace(WELL, sources=(ended,))) == []
    (fault,) = find_faults(replace(WELL, sources=(replace(ended, broken=True),)))
    assert (fault.about, fault.code, fault.says) == ("source bed", "broken", "it ends at 3 s.")


def test_a_loop_that_no_longer_hears_is_a_fault() -> None:
    (fault,) = find_faults(replace(WELL, sources=(replace(BEDROOM, behind_s=61.3),)))
    assert (fault.code, fault.says) == ("behind", "the last sound heard is 61 s old")


def test_a_store_that_refuses_is_a_fault_that_says_what_waits() -> None:
    recorder = RecorderCounts(17, 100, 5, "the disk is full")
    (fault,) = find_faults(replace(WELL, recorder=recorder))
    assert (fault.about, fault.code) == ("store", "refused")
    assert fault.says == "the disk is full; 17 changes wait in memory"


def test_a_thread_that_has_died_is_a_fault() -> None:
    (fault,) = find_faults(replace(WELL, pulse=Pulse(0.4, (), ("clips",))))
    assert (fault.about, fault.code, fault.says) == ("coughd", "died", "the thread clips has died")


def test_a_disk_that_is_nearly_full_is_a_fault_before_it_is() -> None:
    (fault,) = find_faults(replace(WELL, store=StoreStatus(1_000, 150_000_000)))
    assert (fault.code, fault.says) == (
        "little_space",
        "only 150 MB are free where the store is",
    )
    assert find_faults(replace(WELL, store=StoreStatus(None, None))) == []


def test_a_disk_on_which_embeddings_give_way_is_a_fault_that_says_so() -> None:
    tight = replace(WELL, store=StoreStatus(1_000, 900_000_000), free_floor_bytes=1_000_000_000)
    (fault,) = find_faults(tight)
    assert fault.code == "little_space"
    assert fault.says.startswith("only 900 MB are free where the store is; no embeddings are")
    assert find_faults(replace(tight, free_floor_bytes=800_000_000)) == []


def test_hear_that_is_away_is_a_fault_that_costs_no_event() -> None:
    (fault,) = find_faults(replace(WELL, hear=AWAY))
    assert (fault.about, fault.code) == ("HeAR", "away")
    assert fault.says == (
        "The HeAR process ended (signal 9). It has been away since 2027-01-15T07:58Z."
    )
    assert "open embedder's score" in fault.do


def test_hear_that_is_there_but_gives_nothing_is_a_fault() -> None:
    failing = replace(HEAR, failing="the server refuses: 400 unknown model.")
    (fault,) = find_faults(replace(WELL, hear=failing))
    assert (fault.about, fault.code) == ("HeAR", "failing")
    assert fault.says.endswith("the server refuses: 400 unknown model.")


def test_a_probe_that_is_refused_is_a_fault_of_whose_embeddings_it_was_to_judge() -> None:
    models = replace(WELL.models, hear=HearProbe("hear-0001", None))
    assert find_faults(replace(WELL, models=models)) == []
    models = replace(models, refused="it is damaged.", hear=HearProbe(None, "it is another's."))
    faults = find_faults(replace(WELL, models=models))
    assert [(fault.about, fault.code) for fault in faults] == [
        ("probe", "probe_refused"),
        ("HeAR", "probe_refused"),
    ]
    assert faults[0].says.endswith("it is damaged.")
    assert faults[1].says.endswith("it is another's.")


def test_an_event_detector_that_is_away_is_a_fault_of_the_gate() -> None:
    assert find_faults(replace(WELL, detector=HEAR)) == []
    (fault,) = find_faults(replace(WELL, detector=AWAY))
    assert (fault.about, fault.code) == ("gate", "away")
    assert "signal 9" in fault.says
    assert "The shipped gate decides alone" in fault.do
