"""Worker processes: the same claims as one pipeline alone, whatever becomes of a file."""

from __future__ import annotations

import multiprocessing
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from fake_ears import dying_ears, fake_ears, leaving_ears, no_ears
from sound_files import write_bursts

from coughd.config.errors import CoughdError, ModelError
from coughd.daemon.lifecycle import StopRequest
from coughd.daemon.offline.scan_pool import MakeEars, ScannedFile, claims_of, scan_all
from coughd.daemon.offline.scanning import scan_file


def _untold(_heard_s: float, _all_s: float) -> None:
    """Nobody watches."""


def scan(
    paths: list[Path], make_ears: MakeEars = fake_ears, *, stopped: bool = False
) -> tuple[list[ScannedFile], list[float]]:
    told: list[float] = []
    with closing(StopRequest()) as stop:
        if stopped:
            stop.set()
        return scan_all(paths, make_ears, 2, stop, told.append), told


def test_many_files_are_heard_as_one_would_be(tmp_path: Path) -> None:
    paths = [
        write_bursts(tmp_path / f"{n}.wav", [1.0 + n, 6.0 - n / 2], 10.0 + n) for n in range(3)
    ]
    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"RIFF?")
    found, told = scan([paths[0], broken, *paths[1:]])

    assert [one.path for one in found] == [paths[0], broken, *paths[1:]]
    assert [one.duration_s for one in found] == [10.0, 0.0, 11.0, 12.0]
    assert found[1].trouble is not None
    assert "broken.wav" in found[1].trouble
    ears = fake_ears()
    with closing(StopRequest()) as stop:
        alone = scan_file(paths[2], ears, stop, progress=_untold)
    assert found[3].claims == claims_of(alone, ears.judge)
    assert [round(claim.onset_s, 2) for claim in found[3].claims] == [3.0, 5.0]
    assert told == sorted(told)


def test_a_claim_knows_that_it_is_too_quiet_to_count(tmp_path: Path) -> None:
    path = write_bursts(tmp_path / "a.wav", [1.0], 5.0)
    ears = fake_ears()
    strict = replace(ears.judge, minimum_level_dbfs=0.0)
    with closing(StopRequest()) as stop:
        claims = [
            claims_of(scan_file(path, replace(ears, judge=judge), stop, progress=_untold), judge)
            for judge in (ears.judge, strict)
        ]

    assert [(one.counted, one.too_quiet) for (one,) in claims] == [(True, False), (False, True)]
    assert [one.counts_at(0.5) for (one,) in claims] == [True, False]


def test_no_weights_are_an_error_and_not_a_hang(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="weights are gone"):
        scan([write_bursts(tmp_path / "a.wav", [1.0], 3.0)], no_ears)


def test_more_files_than_a_pipe_holds_are_no_hang_either(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="weights are gone"):
        scan([tmp_path / f"{number:0100}.wav" for number in range(2_000)], no_ears)


def test_a_worker_that_dies_is_told(tmp_path: Path) -> None:
    with pytest.raises(CoughdError, match="exit status 9"):
        scan([write_bursts(tmp_path / "a.wav", [1.0], 3.0)], dying_ears)


def test_workers_that_end_before_their_work_is_done_are_told(tmp_path: Path) -> None:
    """As somebody's SIGTERM to them makes them."""
    with pytest.raises(CoughdError, match="exit status 0"):
        scan([write_bursts(tmp_path / "a.wav", [1.0], 3.0)], leaving_ears)


def test_a_stop_amid_the_work_leaves_no_worker_behind(tmp_path: Path) -> None:
    onsets_s = [0.3 * n for n in range(1, 300)]
    paths = [write_bursts(tmp_path / f"{n}.wav", onsets_s, 95.0) for n in range(6)]
    with closing(StopRequest()) as stop:

        def stop_after_the_first(share: float) -> None:
            if share > 0.1:
                stop.set()

        found = scan_all(paths, fake_ears, 2, stop, stop_after_the_first)

    assert len(found) < len(paths)
    assert multiprocessing.active_children() == []


def test_a_stop_ends_it(tmp_path: Path) -> None:
    found, _ = scan([write_bursts(tmp_path / "a.wav", [1.0], 3.0)], stopped=True)

    assert found == []
