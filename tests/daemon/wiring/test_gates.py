"""HeAR's event detector as the gate, with a process that does what the test wants."""

from __future__ import annotations

import sys

import fake_hear
import pytest

from coughd.config.errors import ModelError
from coughd.config.settings import Settings
from coughd.config.settings_detection import GateSettings
from coughd.daemon.wiring import gates

DETECTOR = Settings(gate=GateSettings(kind="hear-detector-small"))


def behaving(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    command = (sys.executable, fake_hear.__file__, "--how", how)
    monkeypatch.setattr(gates, "hear_command", lambda *_, **__: command)


def test_a_stop_waits_for_no_detector(monkeypatch: pytest.MonkeyPatch) -> None:
    behaving("never_ready", monkeypatch)
    asked = iter([False])
    with gates.open_gate(DETECTOR, lambda: next(asked, True)) as opened:
        status = opened.status()
    assert status is not None
    assert "starting" == status.state


def test_how_the_detector_does_is_known_while_it_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    behaving("answer", monkeypatch)
    with gates.open_gate(DETECTOR, lambda: False) as opened:
        status = opened.status()
    assert status is not None
    assert ("ready", 0) == (status.state, status.gave_way)
    assert opened.gate.name.startswith("hear@fake+")


def test_the_shipped_gate_has_no_process() -> None:
    with gates.open_gate(Settings(), lambda: False) as opened:
        assert opened.status() is None


def test_a_detector_that_cannot_be_had_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    behaving("load_failed", monkeypatch)
    with (
        pytest.raises(ModelError, match="hear-detector-small: The fake has no model"),
        gates.open_gate(DETECTOR, lambda: False),
    ):
        pass
