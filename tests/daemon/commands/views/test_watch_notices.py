"""What `coughd watch` says on standard error."""

from __future__ import annotations

from pathlib import Path

import pytest

from coughd.daemon.commands.views.watch_notices import (
    change,
    nobody_heard,
    unknown_sources,
)
from coughd.daemon.stream.items import StoreChanged, Truncated

USER = 1000


def test_a_store_that_is_behind_is_not_called_another_one() -> None:
    assert "has another store now (b)" in change(StoreChanged("a", "b"))
    same = change(StoreChanged("a", "a"))
    assert "another" not in same
    assert same.endswith("they follow from the oldest")
    assert change(Truncated(7, 2)).startswith("messages 3 to 6 are no longer kept")


@pytest.mark.parametrize(
    ("socket", "uid", "hint"),
    [
        ("run/me/events.sock", USER, "It is root's: try with sudo"),
        ("run/me/events.sock", 0, ""),
        ("run/coughd/events.sock", USER, ""),
    ],
)
def test_whoever_is_not_root_is_led_to_the_machines_service(
    socket: str, uid: int, hint: str, tmp_path: Path
) -> None:
    machine = tmp_path / "run/coughd"
    address = f"ipc://{tmp_path}/{socket}"
    bare = f"no daemon is heard at {address}; waiting for it"
    assert nobody_heard(address, uid, machine) == bare  # no service runs
    machine.mkdir(parents=True)
    said = nobody_heard(address, uid, machine)
    assert said.startswith(bare)
    assert said.endswith(hint or bare)


def test_a_socket_that_this_user_may_not_open_is_not_called_absent(tmp_path: Path) -> None:
    address = f"ipc://{tmp_path}/events.sock"
    said = nobody_heard(address, USER, tmp_path, lambda _: False)
    assert "This user may not open it" in said
    assert "open" not in nobody_heard("tcp://127.0.0.1:1", USER, tmp_path, lambda _: False)


def test_a_source_that_is_not_configured_is_named() -> None:
    assert unknown_sources([], ["bed"]) is None
    assert unknown_sources(["bed"], ["bed", "hall"]) is None
    said = str(unknown_sources(["Bedroom", "bed"], ["bed", "hall"]))
    assert said.startswith("no source 'Bedroom' is configured")
    assert said.endswith("there are: bed, hall")
