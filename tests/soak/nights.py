"""A soak: nights of recordings one after another, faults all the time, and the balance."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from command_line import coughd
from living_daemon import STORE_FILE, messages, read
from victim import SUPPORT

from coughd.detectors.ports import SAMPLE_RATE_HZ

from .balance import Line, balance
from .bench import NIGHT, Bench, Burden
from .faults import HARMLESS, KILLS, OTHERS, Faults
from .recordings import Recording

_FIRST_NIGHT = datetime(2026, 1, 1, 22, tzinfo=UTC)
_KINDS = (*KILLS, *OTHERS)
_MORE_MEMORY = 1.04  # the allocator keeps some of what was freed, now more and now less
_MORE_DESCRIPTORS = 5  # connections that happen to be open
_HEARS = "SELECT count(*) FROM embeddings JOIN models USING (model_id) WHERE models.kind = 'hear'"


@dataclass(frozen=True, slots=True)
class Report:
    """What a soak came to."""

    seed: int
    nights: int
    played_s: float
    took_s: float
    faults: Counter[str]
    back_s: Mapping[str, Sequence[float]]
    """By what was started again: how long until the microphone was heard."""
    stops_s: Sequence[float]
    lines: Sequence[Line]
    embedded: int
    """Embeddings in the store that HeAR's process gave."""
    burdens: Sequence[Burden]
    """Of the daemon that lived on and on, in order."""
    doctor: Sequence[str]
    """The faults that `coughd doctor` finds, the microphone that is not there excepted."""
    left_over: Sequence[str]

    @property
    def is_balanced(self) -> bool:
        """Whether nothing is lost, doubled or left over, and the long life did not grow.

        HeAR's process must have worked: killed while it never came up, it would prove nothing.
        """
        return (
            self.embedded > 0
            and not any(line.difference for line in self.lines)
            and not (self.doctor or self.left_over or self.grown)
        )

    @property
    def quarters(self) -> tuple[Burden, Burden] | None:
        """The most that the long life took in its second and in its last quarter.

        The first one is for what fills once: caches, and what the allocator and Python's garbage
        collector leave lying before they come to it.
        """
        part = len(self.burdens) // 4
        if not part:
            return None
        return _most(self.burdens[part : 2 * part]), _most(self.burdens[-part:])

    @property
    def grown(self) -> list[str]:
        """What the long life takes clearly more of in the end than once it had settled."""
        if self.quarters is None:
            return []
        settled, last = self.quarters
        growth = {
            "memory": last.resident_bytes > _MORE_MEMORY * settled.resident_bytes,
            "descriptors": last.descriptors > settled.descriptors + _MORE_DESCRIPTORS,
            "threads": last.threads > settled.threads,
        }
        return [name for name, is_more in growth.items() if is_more]


def _most(burdens: Sequence[Burden]) -> Burden:
    return Burden(
        max(one.resident_bytes for one in burdens),
        max(one.descriptors for one in burdens),
        max(one.threads for one in burdens),
    )


def faults_found(config: Path, python_path: Path) -> list[str]:
    """Ask `coughd doctor`, who is to see the fakes that the daemon sees."""
    told = coughd("doctor", "--json", "--config", config, python_path=python_path)
    return [
        one["evidence"]
        for one in json.loads("".join(told.lines))["findings"]
        if one["state"] == "fault" and not one["check"].startswith("microphone")
    ]


def build_faulty_disk(folder: Path) -> Path:
    """Compile the disk that fails on demand; skips without a compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("a disk that fails on demand needs a C compiler")
    folder.mkdir(exist_ok=True)
    library = folder / "faulty_disk.so"
    source = SUPPORT / "faulty_disk.c"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, source], check=True)
    return library


def soak(
    folder: Path,
    recordings: Sequence[Recording],
    *,
    seed: int,
    nights: int = 0,
    kills: int = 0,
    for_s: float = 0.0,
    steady_s: float = 0.0,
    sources: int = 2,
    faults_a_night: int = 10,
    longest_peace_s: float = 2.0,
    kinds: Sequence[str] = _KINDS,
) -> Report:
    """Run at least so many nights, kills and seconds; then one daemon on and on for `steady_s`.

    `longest_peace_s` lies between two faults at most. `kinds` are the faults to choose from. The
    same seed chooses the same faults in the same order; the moments are the machine's.
    """
    chance = random.Random(seed)
    began_s = time.monotonic()
    played: dict[str, Recording] = {}
    with Bench(folder, build_faulty_disk(folder), recordings[0]) as bench:
        faults = Faults(bench, chance, longest_peace_s)
        night = 0
        while night < nights or faults.kills < kills or time.monotonic() - began_s < for_s:
            heard = {
                f"{NIGHT}{night}-{number}": recordings[(night + number) % len(recordings)]
                for number in range(sources)
            }
            one_night(bench, faults, night, heard, faults_a_night, tuple(kinds))
            played.update(heard)
            night += 1
        burdens = steady(bench, faults, recordings, steady_s) if steady_s else []
        # One that hears nothing more, and answers whoever was away.
        bench.set_sources([], microphone="not there")
        bench.start_daemon()
        store = folder / "data" / STORE_FILE
        bench.daemon.until(
            "microphone down", lambda: bench.daemon.status()["sources"][0]["state"] == "down"
        )
        outbox = [body for _, body in messages(store)]
        bench.daemon.until("last message delivered", lambda: len(bench.delivered) >= len(outbox))
        lines = balance(store, played, recordings[0], outbox, bench.delivered)
        bench.kill_listener()
        assert bench.daemon.stop() == os.EX_OK, bench.daemon.log
        left = [path.name for path in folder.glob("*.sock")]
        return Report(
            seed=seed,
            nights=night,
            played_s=sum(one.samples for one in played.values()) / SAMPLE_RATE_HZ,
            took_s=time.monotonic() - began_s,
            faults=faults.done,
            back_s=faults.back_s,
            stops_s=faults.stops_s,
            lines=lines,
            embedded=read(store, _HEARS)[0][0],
            burdens=burdens,
            doctor=faults_found(folder / "config.yaml", bench.fakes),
            left_over=left,
        )


def one_night(
    bench: Bench,
    faults: Faults,
    night: int,
    heard: Mapping[str, Recording],
    due: int,
    kinds: tuple[str, ...],
) -> None:
    """Play recordings to their ends, with so many faults."""
    starts_at = (_FIRST_NIGHT + timedelta(days=night)).isoformat()
    bench.set_sources(
        [
            {
                "id": source_id,
                "kind": "file",
                "path": str(recording.path),
                "pace": "fast",
                "starts_at": starts_at,
            }
            for source_id, recording in heard.items()
        ]
    )
    bench.start_daemon()
    bench.until_listening()
    while due or not bench.files_are_heard():
        faults.peace()
        # A daemon that starts again hears its files from the beginning: in the end it must be
        # left in peace.
        if due:
            faults.one(kinds)
            due -= 1
    assert bench.daemon.stop() == os.EX_OK, bench.daemon.log


def steady(
    bench: Bench,
    faults: Faults,
    recordings: Sequence[Recording],
    for_s: float,
) -> list[Burden]:
    """Let one daemon live through what does not end it; what it took, now and then."""
    bench.set_sources(
        [
            {
                "id": f"steady-{number}",
                "kind": "file",
                "pace": "fast",
                "loop": True,
                "path": str(one.path),
            }
            for number, one in enumerate(recordings)
        ]
    )
    bench.start_daemon()
    bench.until_listening()
    burdens = []
    until_s = time.monotonic() + for_s
    while time.monotonic() < until_s:
        faults.peace()
        faults.one(HARMLESS)
        burdens.append(bench.burden())
    assert bench.daemon.stop() == os.EX_OK, bench.daemon.log
    return burdens
