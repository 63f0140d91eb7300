"""Many recordings at once, on as many cores as there are: `scan_file` in worker processes."""

from __future__ import annotations

import multiprocessing
import os
import queue
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from multiprocessing.context import SpawnProcess
from multiprocessing.queues import Queue, SimpleQueue
from pathlib import Path
from typing import Protocol, TypeAlias

from ...config.errors import CoughdError, InputError
from ...detectors.evaluation.sounds import Claim
from ..judge import WindowJudge
from ..lifecycle import StopRequest, stop_on_signals
from .scanning import Ears, FoundSound, Scan, scan_file

POLL_S = 0.2


MakeEars: TypeAlias = Callable[[], Ears]
"""Makes a worker's own ears; travels to it by pickle."""


@dataclass(frozen=True, slots=True)
class ScannedFile:
    """What became of one recording."""

    path: Path
    duration_s: float
    silent_s: float
    """How much of it was digital silence."""
    claims: tuple[Claim, ...]
    """Every judged trigger, in order of onset."""
    trouble: str | None
    """Why it could not be heard at all (then its duration is 0), or not to its end."""


class _Shares(Protocol):
    """An array of doubles that processes share; each place has one writer."""

    def __getitem__(self, index: int) -> float:
        """One file's share."""

    def __setitem__(self, index: int, share: float) -> None:
        """Set one file's share."""


_Result: TypeAlias = tuple[int, ScannedFile | CoughdError]


def scan_all(
    paths: Sequence[Path],
    make_ears: MakeEars,
    workers: int,
    stop: StopRequest,
    progress: Callable[[float], None],
) -> list[ScannedFile]:
    """Hear recordings, the largest first, and return them in the order given.

    `progress` is told what share of the work is done, 0..1. Returns what there is as soon as
    `stop` is set. Raises ModelError, and CoughdError where a worker dies.
    """
    context = multiprocessing.get_context("spawn")
    sizes = [_size(path) for path in paths]
    shares = context.Array("d", max(1, len(paths)), lock=False)
    jobs: SimpleQueue[tuple[int, Path] | None] = context.SimpleQueue()
    results: Queue[_Result] = context.Queue()
    number = max(1, min(workers, len(paths)))
    pool = [
        context.Process(target=_work, args=(make_ears, jobs, results, shares), daemon=True)
        for _ in range(number)
    ]
    for worker in pool:
        worker.start()
    order = iter(sorted(range(len(paths)), key=lambda index: -sizes[index]))

    def give() -> None:
        """A job or the word that there is none; few wait at once, or the pipe would be full."""
        index = next(order, None)
        jobs.put(None if index is None else (index, paths[index]))

    try:
        for _ in range(2 * number):
            give()
        found: dict[int, ScannedFile] = {}
        while len(found) < len(paths) and not stop.is_set():
            before = len(found)
            _take(results, found, pool)
            if len(found) > before:
                give()
            done = sum(size * shares[index] for index, size in enumerate(sizes))
            progress(done / max(1, sum(sizes)))
    finally:
        # Not terminate: a worker that is asked to end first wants its results to be read.
        for worker in pool:
            worker.kill()
        for worker in pool:
            worker.join()
    return [found[index] for index in sorted(found)]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _take(
    results: Queue[_Result], found: dict[int, ScannedFile], pool: Sequence[SpawnProcess]
) -> None:
    # What a process gives lies there before it has ended, so it is asked first who has.
    ended = [worker.exitcode for worker in pool if worker.exitcode is not None]
    try:
        index, result = results.get(timeout=POLL_S)
    except queue.Empty:
        if any(ended) or len(ended) == len(pool):
            raise CoughdError(
                f"A process that scored recordings died (exit status {max(ended, key=abs)}); is "
                "there enough memory? Try --workers 1."
            ) from None
        return
    if isinstance(result, CoughdError):
        raise result
    found[index] = result


def _work(
    make_ears: MakeEars,
    jobs: SimpleQueue[tuple[int, Path] | None],
    results: Queue[_Result],
    shares: _Shares,
) -> None:
    """The worker process: hears one recording after the other; it must not print or store."""
    with closing(StopRequest()) as stop, stop_on_signals(stop):
        try:
            ears = make_ears()
        except CoughdError as exc:
            results.put((-1, exc))
            return
        while not stop.is_set() and (job := jobs.get()) is not None:
            index, path = job
            try:
                results.put((index, _scan(path, ears, stop, shares, index)))
            except CoughdError as exc:
                results.put((index, exc))
            shares[index] = 1.0


def _scan(path: Path, ears: Ears, stop: StopRequest, shares: _Shares, index: int) -> ScannedFile:
    def progress(heard_s: float, all_s: float) -> None:
        shares[index] = min(1.0, heard_s / all_s) if all_s > 0.0 else 0.0

    try:
        scan = scan_file(path, ears, stop, progress=progress)
    except InputError as exc:
        return ScannedFile(path, 0.0, 0.0, (), str(exc))
    silent_s = scan.duration_s - scan.monitored_s
    return ScannedFile(path, scan.duration_s, silent_s, claims_of(scan, ears.judge), scan.trouble)


def claims_of(scan: Scan, judge: WindowJudge) -> tuple[Claim, ...]:
    """A scan's triggers as this judge decided them, in the words of an evaluation, by onset."""
    claims = (_claim(found, judge) for found in scan.found)
    return tuple(sorted(claims, key=lambda claim: claim.onset_s))


def _claim(found: FoundSound, judge: WindowJudge) -> Claim:
    scored = found.event.scored
    return Claim(
        onset_s=found.onset_s,
        offset_s=found.offset_s,
        counted=found.counted,
        probability=scored.probability,
        gate_score=found.event.gate_score,
        scores=dict(scored.scores),
        too_quiet=not judge.is_loud_enough(found.event.level_dbfs),
    )


def usable_cores() -> int:
    """How many processes can run at once."""
    return len(os.sched_getaffinity(0))
