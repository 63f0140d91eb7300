"""A short soak: killed a dozen times under load, and harmed otherwise; the balance is zero."""

from __future__ import annotations

from pathlib import Path

from ..soak.faults import KILLS, KILLS_OF_OURS, OTHERS
from ..soak.nights import soak
from ..soak.recordings import make_recordings


def test_a_dozen_kills_under_load_lose_double_and_leave_nothing(tmp_path: Path) -> None:
    recordings = make_recordings(tmp_path, 2, scenes=3)
    report = soak(tmp_path / "bench", recordings, seed=6, nights=2, faults_a_night=8, kinds=KILLS)
    assert set(report.faults) == set(KILLS)
    assert sum(report.faults[name] for name in KILLS_OF_OURS) >= 12
    assert [line for line in report.lines if line.difference] == []
    assert report.doctor == report.left_over == []
    # HeAR's process was not only killed: it had work, and did it.
    assert report.embedded > 0


def test_every_other_fault_once_leaves_the_balance_at_zero(tmp_path: Path) -> None:
    recordings = make_recordings(tmp_path, 1, scenes=3)
    report = soak(
        tmp_path / "bench",
        recordings,
        seed=7,
        nights=1,
        sources=1,
        faults_a_night=len(OTHERS),
        longest_peace_s=0.2,
        kinds=OTHERS,
    )
    assert set(report.faults) == set(OTHERS)
    assert [line for line in report.lines if line.difference] == []
    assert report.doctor == report.left_over == []
