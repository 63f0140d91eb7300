"""Handing changes to whoever holds the data directory."""

from __future__ import annotations

from pathlib import Path

import pytest

from coughd.config.errors import AlreadyRunningError
from coughd.daemon.handing_in.tray import waiting
from coughd.daemon.wiring import delivering
from coughd.storage.records import EventReviewed

REVIEW = EventReviewed("event-1", "reject", None, "anna", "", 1_800_000_000_000_000)


def test_whoever_has_gone_is_not_waited_for_though_another_has_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two commands at once: the next holder of the lock is no daemon that takes nothing."""
    holders = iter(["11", "11", None])
    monkeypatch.setattr(delivering, "holder_of", lambda _: next(holders, "12"))
    assert not delivering._hand_in(tmp_path, [REVIEW])
    assert waiting(tmp_path) == []


def test_what_a_daemon_does_not_take_in_time_is_kept_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "holder_of", lambda _: "11")
    monkeypatch.setattr(delivering, "PATIENCE_S", 0.0)
    with pytest.raises(AlreadyRunningError, match=r"the daemon \(pid 11\) has not taken it"):
        delivering._hand_in(tmp_path, [REVIEW])
    assert len(waiting(tmp_path)) == 1
