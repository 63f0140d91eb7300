"""What is advised where no daemon answers: what fits the way it is installed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from coughd.config.places import Places
from coughd.daemon.commands.shared.unanswered import (
    Services,
    find_services,
    hangs_fault,
    off_fault,
)

ROOT, PERSON = 0, 1000


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """A person's own, with a store."""
    store = tmp_path / "own" / "coughd.sqlite3"
    store.parent.mkdir()
    store.touch()
    return Places(store.parent, store, "ipc:///x", "ipc:///x", tmp_path)


def services(tmp_path: Path, uid: int, *, machine: bool, own: bool) -> Services:
    """Those of a machine whose folders are all below this one."""
    found = find_services({"HOME": str(tmp_path / "home")}, uid)
    of_machine = replace(
        found.machine, unit=tmp_path / "coughd.service", data_dir=tmp_path / "machine"
    )
    if machine:
        of_machine.unit.touch()
    if own and found.own is not None:
        found.own.unit.parent.mkdir(parents=True)
        found.own.unit.touch()
    return Services(of_machine, found.own)


@pytest.mark.parametrize(
    ("uid", "machine", "own", "called"),
    [
        (ROOT, True, False, "systemctl"),
        (ROOT, False, False, None),
        (PERSON, False, True, "systemctl --user"),
        (PERSON, True, True, "systemctl --user"),
        (PERSON, True, False, None),
        (PERSON, False, False, None),
    ],
)
def test_the_service_that_is_set_up_is_the_one_to_start(
    uid: int, machine: bool, own: bool, called: str | None, places: Places, tmp_path: Path
) -> None:
    here = services(tmp_path, uid, machine=machine, own=own)
    off, hangs = off_fault(places, uid, here)["do"], hangs_fault(places, uid, here)["do"]
    if called is None:
        assert off.startswith("Start it with `coughd run`, or set it up as a service: ")
        assert hangs == "Look into its log, then end it and start it again."
    else:
        assert off.startswith(f"Start it with `{called} start coughd`, or `coughd run`.")
        assert hangs == f"Look into its log, then restart it: `{called} restart coughd`."


def test_who_names_the_services_configuration_is_told_whose_it_is(
    places: Places, tmp_path: Path
) -> None:
    here = services(tmp_path, PERSON, machine=True, own=True)
    meant = replace(places, data_dir=here.machine.data_dir)
    do = off_fault(meant, PERSON, here)["do"]
    assert do == "Start it with `sudo systemctl start coughd`, or `coughd run`."


@pytest.mark.parametrize(
    ("uid", "service", "hinted"),
    [(PERSON, True, True), (PERSON, False, False), (ROOT, True, False)],
)
def test_who_is_not_root_is_led_to_the_service_of_the_machine(
    uid: int, service: bool, hinted: bool, places: Places, tmp_path: Path
) -> None:
    here = services(tmp_path, uid, machine=service, own=False)
    assert hinted == ("`sudo coughd status`" in off_fault(places, uid, here)["do"])


def test_who_has_no_store_is_led_there_once(places: Places, tmp_path: Path) -> None:
    """Whoever looks for the store says it where the machine has one."""
    here = services(tmp_path, PERSON, machine=True, own=False)
    missing = replace(places, store=tmp_path / "nowhere.sqlite3")
    assert "sudo" in off_fault(missing, PERSON, here)["do"]
    here.machine.data_dir.mkdir()
    assert "sudo" not in off_fault(missing, PERSON, here)["do"]
    assert "sudo" in off_fault(places, PERSON, here)["do"]
