"""What HeAR costs in our process and in TensorFlow alone, with HeAR's shape and random weights.

Both run in one session, in turns, and medians are compared: a busy machine slows both. Needs
TensorFlow; 3 GB of memory for each of the two processes, and 1.3 GB of disk.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import vision_lookalike

from coughd.daemon.subscriber import Message
from coughd.detectors.hear.child import hear_command
from coughd.detectors.hear.client import HearProcess
from coughd.detectors.hear.outcomes import Embedded, HearLimits
from coughd.detectors.ports import WINDOW_SAMPLES
from coughd.detectors.processor import has_bfloat16

from .figures import Figure, Room
from .hear_bare import SIDE
from .latency import first_sample_s
from .running import memory_mb, running_daemon
from .sounds import file_source, scenes, write_wav

BATCHES = (1, 8)
PATIENCE_S = 1_800.0
BLOCK_S = 0.04
"""Of sound, as sources give it."""


@dataclass(frozen=True, slots=True)
class Bare:
    """TensorFlow alone."""

    process: subprocess.Popen[str]

    def ask(self, question: str) -> float:
        """Seconds that it took."""
        assert self.process.stdin is not None  # noqa: S101 - a pipe
        self.process.stdin.write(f"{question}\n")
        self.process.stdin.flush()
        return float(self.read())

    def read(self) -> str:
        assert self.process.stdout is not None  # noqa: S101 - a pipe
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit("TensorFlow alone ended; is there enough memory?")
        return line


def hear_overhead(room: Room) -> list[Figure]:
    if find_spec("tensorflow") is None:
        return [
            Figure("HeAR, our share", None, "%", "needs TensorFlow: pip install 'coughd[hear]'")
        ]
    model = room.folder / "model"
    script = [sys.executable, vision_lookalike.__file__, "large", "--tensorflow", str(model)]
    subprocess.run(script, check=True, stderr=subprocess.DEVNULL)
    rounds = int(room.seconds(15, 5))
    figures = []
    with _bare(model) as bare:
        peak = _peak_gflops(bare, "float32", rounds)
        for batch in BATCHES:
            with _ours(model, batch, "float32") as hear:
                figures += _compare(bare, hear, batch, rounds, peak)
        if has_bfloat16():
            figures += _rounded(bare, model, rounds)
    return [*figures, *_beside_a_source(room, model)]


def _compare(
    bare: Bare, hear: HearProcess, batch: int, rounds: int, peak_gflops: float
) -> list[Figure]:
    alone_s, ours_s = [], []
    for _ in range(rounds):
        alone_s.append(bare.ask(f"call {batch}"))
        ours_s.append(_embed(hear, batch))
    alone, ours = statistics.median(alone_s), statistics.median(ours_s)
    how = f"medians of {rounds} in turns; TensorFlow alone {1000 * alone / batch:.0f} ms per clip"
    gflops = batch * clip_gflop() / ours
    return [
        Figure(f"HeAR, batch of {batch}, per clip", 1000 * ours / batch, "ms", how),
        Figure(
            f"HeAR, batch of {batch}, our share",
            100 * (ours / alone - 1),
            "%",
            "process, batching and transport, over TensorFlow alone",
            at_most=3.0,
        ),
        Figure(
            f"HeAR, batch of {batch}, share of peak",
            100 * gflops / peak_gflops,
            "%",
            f"{gflops:.0f} of {peak_gflops:.0f} GFLOP/s of float32 products of {SIDE} x {SIDE}",
        ),
    ]


def _rounded(bare: Bare, model: Path, rounds: int) -> list[Figure]:
    """The same in bfloat16, by the switch that `embedder.precision` turns."""
    peak_gflops = _peak_gflops(bare, "bfloat16", rounds)
    batch = max(BATCHES)
    with _ours(model, batch, "bfloat16") as hear:
        identity = hear.status.identity
        seconds = statistics.median(_embed(hear, batch) for _ in range(rounds))
    precision = "none" if identity is None else identity.precision
    gflops = batch * clip_gflop() / seconds
    return [
        Figure(
            f"HeAR, bfloat16, batch of {batch}, per clip",
            1000 * seconds / batch,
            "ms",
            f"median of {rounds}; runs in {precision}",
        ),
        Figure(
            f"HeAR, bfloat16, batch of {batch}, share of peak",
            100 * gflops / peak_gflops,
            "%",
            f"{gflops:.0f} of {peak_gflops:.0f} GFLOP/s of bfloat16 products",
        ),
    ]


def _peak_gflops(bare: Bare, name: str, rounds: int) -> float:
    """The quickest product counts: it shows what the machine can."""
    return 2 * SIDE**3 / 1e9 / min(bare.ask(f"matmul {name}") for _ in range(2 * rounds))


def clip_gflop() -> float:
    """Of one window, multiplications and additions of all the matrices."""
    width, layers, _, middle = vision_lookalike.SIZES["large"]
    patches = vision_lookalike.PATCHES[0] * vision_lookalike.PATCHES[1]
    tokens = patches + 1
    layer = tokens * (4 * width * width + 2 * width * middle) + 2 * tokens * tokens * width
    ends = patches * vision_lookalike.PATCH**2 * width + width * 512
    return 2 * (layers * layer + ends) / 1e9


@contextmanager
def _bare(model: Path) -> Iterator[Bare]:
    command = [sys.executable, "-m", "benchmarks.hear_bare", str(model)]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        bare = Bare(process)
        bare.read()
        for batch in BATCHES:
            bare.ask(f"call {batch}")
        yield bare
        process.kill()


@contextmanager
def _ours(model: Path, batch: int, precision: str) -> Iterator[HearProcess]:
    sizes = tuple(sorted({1, batch}))
    # So many windows, and no waiting for more: the batch is full.
    limits = HearLimits(batch_sizes=sizes, start_timeout_s=PATIENCE_S)
    command = hear_command(model, sizes, precision=precision)
    with closing(HearProcess(command, limits)) as hear:
        if not hear.wait_until_ready(PATIENCE_S):
            raise SystemExit(f"HeAR's process is not ready: {hear.status.reason}")
        _embed(hear, batch)
        yield hear


def _embed(hear: HearProcess, batch: int) -> float:
    """Seconds from handing a batch over until its embeddings are there."""
    windows = np.random.default_rng(2).uniform(-1, 1, (batch, WINDOW_SAMPLES)).astype(np.float32)
    began_s = time.perf_counter()
    for number, window in enumerate(windows):
        hear.submit(str(number), window)
    if not hear.wait_until_idle(PATIENCE_S):
        raise SystemExit("HeAR's process does not answer")
    took_s = time.perf_counter() - began_s
    outcomes = hear.outcomes()
    if [type(outcome) for outcome in outcomes] != [Embedded] * batch:
        raise SystemExit(f"HeAR's process gave no embeddings: {hear.status.reason}")
    return took_s


def _beside_a_source(room: Room, model: Path) -> list[Figure]:
    """What the daemon itself needs, and how late it hears while the model is loaded beside it."""
    wav = write_wav(room.folder / "scene.wav", scenes(1))
    without_s, _ = _starts(room.folder / "open", wav, {})
    embedder = {"kind": "hear", "model_path": str(model), "batch_sizes": [1]}
    with_s, resident_mb = _starts(room.folder / "hear", wav, {"embedder": embedder})
    late_s = [with_s[onset] - without_s[onset] for onset in without_s if onset in with_s]
    how = f"{len(late_s)} triggers of a file in real time, told with HeAR loading and without"
    return [
        Figure(
            "later by HeAR's loading",
            1000 * max(late_s, default=0.0),
            "ms",
            how,
            at_most=1000 * BLOCK_S,
        ),
        Figure("main beside HeAR, resident", resident_mb, "MB", "at its most", at_most=150),
    ]


def _starts(folder: Path, wav: Path, more: dict[str, object]) -> tuple[dict[int, float], float]:
    """When each trigger was told, by onset, counted from the file's first sample; main's memory."""
    folder.mkdir()
    told_s: dict[int, float] = {}
    resident_mb = 0.0
    source = file_source(0, wav, loop=False)
    with (
        running_daemon(folder, [source], more=more) as daemon,
        daemon.subscriber() as subscriber,
    ):
        for item in subscriber.messages(PATIENCE_S):
            now_s = time.monotonic()
            if not isinstance(item, Message):
                continue
            if item.topic.startswith("cough.event.start"):
                resident_mb = max(resident_mb, memory_mb(daemon.process.pid)[1])
                told_s[int(str(item.body["onset_sample"]))] = now_s
            if item.topic.startswith("source.down."):
                break
        began_s = first_sample_s(daemon)
    return {onset: at_s - began_s for onset, at_s in told_s.items()}, resident_mb
