"""One recording by the pipeline: how much of it was heard, and whether that is all of it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import soundfile
from fake_ears import fake_ears
from sound_files import write_bursts

from coughd.daemon.lifecycle import StopRequest
from coughd.daemon.offline.scanning import Scan, scan_file
from coughd.detectors.ports import SAMPLE_RATE_HZ


def scan(path: Path, *, stop_after_s: float = float("inf")) -> Scan:
    with closing(StopRequest()) as stop:

        def progress(heard_s: float, _all_s: float) -> None:
            if heard_s >= stop_after_s:
                stop.set()

        return scan_file(path, fake_ears(), stop, progress=progress)


def test_digital_silence_is_not_monitored(tmp_path: Path) -> None:
    path = write_bursts(tmp_path / "a.wav", [1.0], 3.0)
    sound, _ = soundfile.read(path, dtype="float32")
    muted = np.zeros(60 * SAMPLE_RATE_HZ, np.float32)
    soundfile.write(path, np.concatenate([sound, muted, sound]), SAMPLE_RATE_HZ)
    found = scan(path)
    assert (found.coughs, found.duration_s, found.trouble) == (2, 66.0, None)
    assert found.monitored_s == pytest.approx(6.0, abs=0.2)


def test_a_stop_in_its_midst_is_told_as_trouble(tmp_path: Path) -> None:
    path = write_bursts(tmp_path / "a.wav", [1.0, 100.0], 120.0)
    found = scan(path, stop_after_s=30.0)
    assert found.coughs == 1
    assert 30.0 <= found.duration_s < 100.0
    assert found.trouble is not None
    assert "stopped" in found.trouble
