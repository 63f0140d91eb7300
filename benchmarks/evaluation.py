"""How long `coughd evaluate` takes for twenty minutes of annotated sound."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import replace

import numpy as np

from coughd.detectors.ports import SAMPLE_RATE_HZ
from coughd.detectors.synthesis import Annotation, Scene, render, write_scene

from .figures import Figure, Room
from .sounds import FIRST_SEED

RECORDINGS = 4
SCENES_EACH = 8
AIM_S = 60.0


def evaluation(room: Room) -> list[Figure]:
    recording = _joined([render(FIRST_SEED + k) for k in range(SCENES_EACH)])
    recordings = int(room.seconds(RECORDINGS, 1))
    for number in range(recordings):
        write_scene(recording, room.folder / f"{number}.flac")
    began_s = time.monotonic()
    subprocess.run(
        [sys.executable, "-m", "coughd.daemon", "evaluate", room.folder],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    took_s = time.monotonic() - began_s
    heard_s = recordings * recording.samples.size / SAMPLE_RATE_HZ
    return [
        Figure(
            "evaluate, twenty minutes",
            took_s * 1200.0 / heard_s,
            "s",
            f"command with its report, {heard_s / 60.0:.0f} minutes of dense scenes",
            at_most=AIM_S,
        )
    ]


def _joined(scenes: list[Scene]) -> Scene:
    annotations: list[Annotation] = []
    began_s = 0.0
    for scene in scenes:
        annotations += [
            replace(note, onset_s=began_s + note.onset_s, offset_s=began_s + note.offset_s)
            for note in scene.annotations
        ]
        began_s += scene.samples.size / SAMPLE_RATE_HZ
    return Scene(np.concatenate([scene.samples for scene in scenes]), tuple(annotations))
