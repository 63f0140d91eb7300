"""`coughd status` as a user meets it."""

from __future__ import annotations

import io
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from coughd.config.places import Places
from coughd.config.settings import Settings
from coughd.daemon.commands.shared.asking import collect
from coughd.daemon.commands.views.status_view import print_status
from coughd.daemon.supervision.status import DaemonStatus, HearProbe
from coughd.daemon.supervision.status_client import Asked
from coughd.daemon.supervision.status_document import document
from coughd.daemon.supervision.tally import SourceTally
from coughd.storage.records import Listening, SourceSeen

from ...storage.facts import EPOCH_US, covered, event, open_store, seen
from ..supervision.facts_of_status import BEDROOM, HEAR, NOW_US, WELL

NOW = datetime.fromtimestamp(NOW_US / 1e6, UTC)


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """A store with one cough, an hour before NOW."""
    with open_store(tmp_path / "coughd.sqlite3") as store:
        store.write([seen(), covered(0, 3_600), event("event-1", 0)])
    address = f"ipc://{tmp_path}/x"
    return Places(tmp_path, tmp_path / "coughd.sqlite3", address, address, tmp_path)


def collected(places: Places, asked: Asked) -> dict[str, Any]:
    moment = datetime.fromtimestamp(EPOCH_US / 1e6, UTC) + timedelta(hours=1)
    return collect(Settings(timezone="UTC"), places, asked, lambda: moment)


def answered(status: DaemonStatus) -> Asked:
    return Asked(reached=True, document=document(status))


def shown(told: dict[str, Any], width: int = 100) -> str:
    out = io.StringIO()
    print_status(told, Console(file=out, width=width), NOW)
    return out.getvalue()


def test_a_running_daemon_fits_on_one_screen(places: Places) -> None:
    told = collected(places, answered(replace(WELL, hear=HEAR)))
    lines = shown(told).splitlines()
    assert len(lines) <= 24
    assert lines[0] == "coughd 0.1.0 on pi-07 (home), pid 4242, up 2.0 h: all is well"
    assert lines[2].split() == [
        *("Bedroom", "up", "-48.2", "2.0", "h", "ago", "10", "min", "ago", "2.0", "h", "0"),
    ]
    text = "\n".join(lines)
    for words in (
        "12.4 MB, 54.0 GB free",
        "1 cough; monitored 60 min (100 %)",
        "1.9 s from onset to store, at most 2.4 s, over the last 12 events",
        "store 0 waiting, 0 refusals; stream 0 waiting, 0 dropped; replay 10 messages",
        "coughd-gate@1, open@1, probe cough-open from 0.48",
        "ready, no model yet; 10 embedded, 0 waiting, 1 gave way, 1 failed",
    ):
        assert words in text


def test_the_detector_of_hear_has_a_line_of_its_own(places: Places) -> None:
    detector = replace(HEAR, state="resting", reason="it ended", away_s=90.0)
    text = shown(collected(places, answered(replace(WELL, detector=detector))))
    assert "HeAR's gate" in text
    assert "resting, no model yet; 10 heard, 0 waiting, 1 gave way, 1 failed" in text


@pytest.mark.parametrize(
    ("probe", "shown_as"),
    [
        (None, "ready, no model yet; 10 embedded"),
        (HearProbe("hear-0001", None), "ready, no model yet, probe hear-0001; 10 embedded"),
        (HearProbe(None, None), "ready, no model yet, judged by no probe; 10 embedded"),
    ],
)
def test_it_is_shown_what_judges_the_embeddings_of_hear(
    probe: HearProbe | None, shown_as: str, places: Places
) -> None:
    status = replace(WELL, hear=HEAR, models=replace(WELL.models, hear=probe))
    assert shown_as in shown(collected(places, answered(status)))


def test_a_fault_is_shown_with_what_to_do(places: Places) -> None:
    bad = replace(BEDROOM, state="down", cause="frozen", detail="no sound came", level_dbfs=None)
    text = shown(collected(places, answered(replace(WELL, sources=(bad,)))))
    assert ": 1 fault\n" in text
    assert "down (frozen)" in text
    assert "! source bed: no sound came\n  It is opened again" in text


def test_what_a_microphone_has_heard_is_told_while_it_is_away(places: Places) -> None:
    gone = replace(BEDROOM, state="down", cause="gone", sample_rate_hz=None)
    never = replace(gone, tally=SourceTally())
    rows = [
        shown(collected(places, answered(replace(WELL, sources=(one,))))).splitlines()[2].split()
        for one in (gone, never)
    ]
    assert [row[-3:] for row in rows] == [["120", "min", "0"], ["ago", "-", "0"]]


def test_a_narrow_terminal_cuts_no_cause_off(places: Places) -> None:
    bad = replace(BEDROOM, name="Schlafzimmer hinten", state="down", cause="unavailable")
    text = shown(collected(places, answered(replace(WELL, sources=(bad,)))), width=60)
    assert "…" not in text


def test_faults_of_many_sources_take_few_lines(places: Places) -> None:
    """What is to be done about them is said once; each is named."""
    bad = replace(BEDROOM, state="down", cause="frozen", detail="no sound came", level_dbfs=None)
    ward = tuple(replace(bad, source_id=f"bed-{number:02}") for number in range(1, 21))
    lines = shown(collected(places, answered(replace(WELL, sources=ward)))).splitlines()
    told = lines[[line.startswith("! ") for line in lines].index(True) :]
    assert [f"! source bed-{number:02}: no sound came" for number in (1, 2, 3)] == told[:3]
    assert told[3].startswith("! and 17 more: source bed-04, source bed-05, ")
    assert (5, True) == (len(told), told[4].startswith("  It is opened again"))


@pytest.mark.parametrize(
    ("reached", "state", "says"),
    [(False, "off", "coughd does not run"), (True, "hangs", "coughd runs but does not answer")],
)
def test_without_a_daemon_the_store_still_speaks(
    reached: bool, state: str, says: str, places: Places
) -> None:
    told = collected(places, Asked(reached=reached, document=None))
    assert told["state"] == state
    assert told["history"]["coughs_24h"] == 1
    assert [source["id"] for source in told["history"]["sources"]] != []
    assert told["store"]["size_bytes"] > 0
    (fault,) = told["faults"]
    assert (fault["about"], fault["code"]) == ("coughd", state)
    assert shown(told).startswith(f"{says}\n")


def test_who_may_not_ask_is_not_told_that_it_is_off(places: Places) -> None:
    told = collected(places, Asked(reached=False, document=None, barred=True))
    (fault,) = told["faults"]
    assert (told["state"], fault["code"]) == ("unknown", "unknown")
    assert fault["says"].startswith(f"this user may not open {places.replay}, ")
    assert shown(told).startswith("coughd cannot be asked\n")


def test_a_microphone_that_was_taken_away_is_not_missed_for_ever(tmp_path: Path) -> None:
    """Half an hour of it, then an hour of its successor: all of that was heard."""
    store_path = tmp_path / "coughd.sqlite3"
    old, new = "usb:1-1.2", "usb:1-1.3"
    with open_store(store_path) as store:
        for source_id, begin_s, end_s in ((old, 0, 1_800), (new, 1_800, 5_400)):
            begun_us = EPOCH_US + begin_s * 1_000_000
            store.write([SourceSeen(source_id, "Bedroom", "microphone", begun_us)])
            store.write([replace(covered(begin_s, end_s), source_id=source_id)])
        store.write([replace(event("event-1", 0), source_id=old), Listening((new,))])
    address = f"ipc://{tmp_path}/x"
    places = Places(tmp_path, store_path, address, address, tmp_path)
    end = datetime.fromtimestamp(EPOCH_US / 1e6, UTC) + timedelta(seconds=5_400)
    day = collect(Settings(timezone="UTC"), places, answered(WELL), lambda: end)["history"]
    assert (1, 5_400.0, 1.0) == (day["coughs_24h"], day["monitored_s_24h"], day["coverage_24h"])


def test_a_store_that_cannot_be_read_is_said_so(tmp_path: Path) -> None:
    missing = tmp_path / "nowhere.sqlite3"
    places = Places(tmp_path, missing, "ipc:///x", "ipc:///x", tmp_path)
    told = collected(places, answered(WELL))
    assert told["history"] is None
    assert "there is no store yet" in shown(told)


def test_a_name_cannot_steer_the_terminal(places: Places) -> None:
    evil = replace(BEDROOM, name="\x1b[2Jbed", detail="\x1b[2J", cause="gone")
    assert "\x1b" not in shown(collected(places, answered(replace(WELL, sources=(evil,)))))


def test_exit_codes_are_sysexits(tmp_path: Path) -> None:
    from command_line import coughd

    config = tmp_path / "config.yaml"
    config.write_text(
        f"config_version: 1\nstore: {{data_dir: {tmp_path}}}\n"
        f"stream: {{publish: 'ipc://{tmp_path}/p', replay: 'ipc://{tmp_path}/r'}}\n"
    )
    said = coughd("status", "--config", config)
    assert said.exit_code == os.EX_UNAVAILABLE
    assert said.lines[0] == "coughd does not run"
