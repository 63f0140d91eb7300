"""What `coughd doctor` says of microphones, with a fake PortAudio."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import fake_sounddevice
import pytest

from coughd.config.places import Places
from coughd.config.settings import Settings, SourceSettings
from coughd.daemon.sources.devices import COUGHD, HeldCard
from coughd.daemon.supervision import doctor
from coughd.storage.upkeep.findings import Finding


@pytest.fixture(autouse=True)
def two_microphones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    fake_sounddevice.put_in_place(fake_sounddevice.TWO_MICROPHONES, tmp_path, monkeypatch)
    yield
    sys.modules.pop("sounddevice", None)


def found(folder: Path, device: str) -> Finding:
    places = Places(folder, folder / "store", f"ipc://{folder}/e", f"ipc://{folder}/r", folder)
    settings = Settings(sources=(SourceSettings(id="bed", kind="microphone", device=device),))
    findings = doctor.examine(settings, places, datetime.now(UTC), daemon=None)
    (finding,) = (one for one in findings if one.check == "microphone bed")
    return finding


def test_a_microphone_that_is_there_is_well(tmp_path: Path) -> None:
    finding = found(tmp_path, "snowball")
    assert (finding.state, "44100 Hz" in finding.evidence) == ("ok", True)


def test_one_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    finding = found(tmp_path, "Yeti")
    assert (finding.state, "no microphone 'Yeti'" in finding.evidence) == ("fault", True)


@pytest.mark.parametrize(("holder", "state"), [(COUGHD, "ok"), ("arecord", "fault")])
def test_one_that_is_held_is_well_where_a_daemon_holds_it(
    holder: str, state: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = HeldCard("hw:CARD=Yeti,DEV=0", "usb:1-1.4", None, holder)
    monkeypatch.setattr(doctor, "held_cards", lambda: [held])
    finding = found(tmp_path, "usb:1-1.4")
    assert finding.state == state
    assert "hw:CARD=Yeti,DEV=0" in finding.evidence
