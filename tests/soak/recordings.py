"""What is played, and what an undisturbed daemon hears of it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import soundfile
from command_line import coughd
from living_daemon import STORE_FILE, read, write_config

from coughd.detectors.ports import SAMPLE_RATE_HZ
from coughd.detectors.synthesis import render

SCENES = 4


@dataclass(frozen=True, slots=True)
class Recording:
    """A sound file of synthetic scenes and the truth about it."""

    path: Path
    samples: int
    events: dict[int, bool]
    """By onset sample: whether it is a cough that counts."""

    @property
    def coughs(self) -> int:
        return sum(self.events.values())


def make_recordings(folder: Path, count: int, scenes: int = SCENES) -> list[Recording]:
    """Recordings that all differ, each heard once by a daemon that nobody disturbs."""
    made = []
    for number in range(count):
        path = folder / f"recording-{number}.flac"
        samples = 0
        with soundfile.SoundFile(path, "w", SAMPLE_RATE_HZ, 1, "PCM_16", format="FLAC") as file:
            for scene in range(scenes):
                sound = render(1 + number * scenes + scene).samples
                file.write(sound)
                samples += sound.size
        made.append(Recording(path, samples, _undisturbed(folder / f"undisturbed-{number}", path)))
    return made


def _undisturbed(folder: Path, path: Path) -> dict[int, bool]:
    folder.mkdir()
    said = coughd("run", "--config", write_config(folder, path, folder / "data"))
    assert said.exit_code == os.EX_OK, said.complaints
    rows = read(folder / "data" / STORE_FILE, "SELECT onset_sample, counted FROM events")
    return {onset: bool(counted) for onset, counted in rows}
