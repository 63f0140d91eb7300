"""What `coughd evaluate` does between its arguments and its report."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ...config.errors import InputError
from ...config.render import config_sha256
from ...config.settings import Settings
from ...detectors.evaluation.annotation_files import read_annotation_file
from ...detectors.evaluation.annotation_rows import Notice
from ...detectors.evaluation.cases import Case, worst_cases
from ...detectors.evaluation.discovery import find_material
from ...detectors.evaluation.outcome import examine
from ...detectors.evaluation.pairing import Annotated, check, pair, without_annotations
from ...detectors.evaluation.report import System
from ...detectors.evaluation.sounds import Heard
from ...detectors.evaluation.spectrogram import spectrogram_png
from ...detectors.known_sound import KnownSound
from ..lifecycle import StopRequest
from ..wiring.detection import load_judge, stretch_maker, telling_often
from ..wiring.gates import load_gate
from .excerpts import read_excerpts
from .scan_pool import Ears, ScannedFile, scan_all


@dataclass(frozen=True, slots=True)
class Gathered:
    """Annotated recordings, and what had to be left out so far."""

    recordings: tuple[Path, ...]
    annotated: Mapping[Path, Annotated]
    notices: tuple[Notice, ...]

    @property
    def names(self) -> dict[Path, str]:
        """What the report calls each recording: its path below the folder common to all."""
        absolute = {path: path.resolve() for path in self.recordings}
        common = os.path.commonpath([path.parent for path in absolute.values()])
        return {path: str(whole.relative_to(common)) for path, whole in absolute.items()}


def gather(paths: Sequence[Path], annotations: Sequence[Path]) -> Gathered:
    """Find recordings and annotations and bring them together; InputError if none match."""
    material = find_material(paths, annotations)
    files = [read_annotation_file(path) for path in material.annotations]
    annotated, notices = pair(material.recordings, files)
    notices += without_annotations(material.recordings, annotated)
    recordings = tuple(path for path in material.recordings if path in annotated)
    if not recordings:
        raise InputError(
            "No recording has annotations, so there is nothing to score; name them with "
            "--annotations, or put them beside the recordings." + "".join(f"\n{n}" for n in notices)
        )
    return Gathered(recordings, annotated, tuple(notices))


def load_ears(settings: Settings) -> Ears:
    """Gate, embedder and probe of a configuration, for recordings; ModelError."""
    quick = telling_often(settings)
    return Ears(stretch_maker(quick, load_gate(quick), {}), load_judge(quick))


def hear_all(
    gathered: Gathered,
    config: Path | None,
    settings: Settings,
    workers: int,
    stop: StopRequest,
    progress: Callable[[float], None],
) -> tuple[System, list[Notice]]:
    """Let one configuration hear every recording; ModelError."""
    ears = load_ears(settings)
    files = scan_all(gathered.recordings, partial(load_ears, settings), workers, stop, progress)
    heard, notices = _against_annotations(files, gathered)
    description = {
        "config": None if config is None else str(config),
        "config_sha256": config_sha256(settings),
        "gate": ears.stretches.gate.name,
        "embedder": ears.judge.embedder.identity.name,
        "probe": ears.judge.probe.identity.name,
        "probe_sha256": ears.judge.probe.identity.sha256,
    }
    known = KnownSound(settings.models.path)
    scored = {one.truth.name for one in heard}
    learnt_from = tuple(
        name for path, name in gathered.names.items() if name in scored and known.has(path)
    )
    return System(description, ears.judge.threshold, tuple(heard), learnt_from), notices


def _against_annotations(
    files: Sequence[ScannedFile], gathered: Gathered
) -> tuple[list[Heard], list[Notice]]:
    """Check annotations now that it is known how long each recording is."""
    names = gathered.names
    heard: list[Heard] = []
    notices: list[Notice] = []
    for file in files:
        if file.trouble is not None:
            left_out = "it is left out" if file.duration_s <= 0.0 else "the rest is left out"
            notices.append(Notice(str(file.path), None, f"{file.trouble} So {left_out}."))
        if file.duration_s <= 0.0:
            continue
        truth, found = check(names[file.path], file.duration_s, gathered.annotated[file.path])
        notices += found
        heard.append(Heard(truth, file.claims))
    return heard, notices


def picture_cases(gathered: Gathered, system: System) -> list[tuple[Case, bytes]]:
    """The worst mistakes of a system, each with the PNG of its sound; InputError."""
    cases = worst_cases(system.heard, [examine(heard) for heard in system.heard])
    pictures: dict[int, bytes] = {}
    for path, name in gathered.names.items():
        here = [index for index, case in enumerate(cases) if case.file == name]
        if here:
            spans_s = [(cases[index].start_s, cases[index].end_s) for index in here]
            excerpts, rate_hz = read_excerpts(path, spans_s)
            for index, samples in zip(here, excerpts, strict=True):
                pictures[index] = spectrogram_png(samples, rate_hz)
    return [(case, pictures[index]) for index, case in enumerate(cases)]
