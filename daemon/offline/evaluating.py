"""What `coughd evaluate` does between its arguments and its report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from ...config.as_text import as_text
from ...config.errors import InputError
from ...config.render import config_sha256
from ...config.settings import Settings
from ...detectors.evaluation.annotations.checking import all_outside, check
from ...detectors.evaluation.annotations.rows import Notice
from ...detectors.evaluation.report.document import System
from ...detectors.evaluation.sounds import Heard
from ...detectors.known_sound import KnownSound
from ..lifecycle import StopRequest
from ..wiring.detection import load_judge, stretch_maker, telling_often
from ..wiring.gates import load_gate
from .gathering import Gathered
from .scan_pool import ScannedFile, scan_all
from .scanning import Ears


def load_ears(settings: Settings) -> Ears:
    """Gate, embedder and probe of a configuration, for recordings; ModelError."""
    quick = telling_often(settings)
    return Ears(stretch_maker(quick, load_gate(quick), {}), load_judge(quick))


@dataclass(frozen=True, slots=True)
class Listener:
    """A configuration whose models are there and can be loaded."""

    settings: Settings
    description: Mapping[str, str | None]
    threshold: float
    known: KnownSound


def prepare(config: Path | None, settings: Settings) -> Listener:
    """Load what a configuration hears with, so that a fault shows before hearing; ModelError."""
    ears = load_ears(settings)
    description = {
        "marks": None,
        "config": None if config is None else as_text(str(config)),
        "config_sha256": config_sha256(settings),
        "gate": ears.stretches.gate.name,
        "embedder": ears.judge.embedder.identity.name,
        "probe": ears.judge.probe.identity.name,
        "probe_sha256": ears.judge.probe.identity.sha256,
    }
    known = KnownSound(settings.models.path)
    return Listener(settings, description, ears.judge.threshold, known)


def hear_all(
    gathered: Gathered,
    listener: Listener,
    workers: int,
    stop: StopRequest,
    progress: Callable[[float], None],
) -> tuple[System, list[Notice]]:
    """Let one configuration hear every recording; ModelError."""
    make_ears = partial(load_ears, listener.settings)
    files = scan_all(gathered.recordings, make_ears, workers, stop, progress)
    heard, notices = _against_annotations(files, gathered)
    known, unknown = learnt_from(listener.known, gathered, heard)
    system = System(listener.description, listener.threshold, tuple(heard), tuple(known))
    return system, [*notices, *unknown]


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
            notices.append(Notice.at(file.path, None, f"{file.trouble} So {left_out}."))
        if file.duration_s <= 0.0:
            continue
        annotated = gathered.annotated[file.path]
        unknown = all_outside(names[file.path], file.duration_s, annotated)
        if unknown is not None:
            notices.append(unknown)
            continue
        truth, found = check(names[file.path], file.duration_s, annotated)
        notices += found
        heard.append(Heard(truth, file.claims, file.silent_s))
    return heard, notices


def learnt_from(
    known: KnownSound, gathered: Gathered, heard: Sequence[Heard]
) -> tuple[list[str], list[Notice]]:
    """Which recordings the models have learnt from, as far as they are still there."""
    scored = {one.truth.name for one in heard}
    names: list[str] = []
    notices: list[Notice] = []
    for path, name in gathered.names.items():
        try:
            if name in scored and known.has(path):
                names.append(name)
        except InputError:
            notices.append(
                Notice(
                    str(path),
                    None,
                    "cannot be read any more, so nobody knows whether the models have learnt "
                    "from it.",
                )
            )
    return names, notices


def heard_by_all(
    systems: Sequence[System], why_not: str = "was not heard to the same end by both"
) -> tuple[list[System], list[Notice]]:
    """Keep what every system heard alike, so that all are scored on the same sound."""
    truths = [{heard.truth.name: heard.truth for heard in system.heard} for system in systems]
    alike = {
        name
        for name, truth in truths[0].items()
        if all(others.get(name) == truth for others in truths[1:])
    }
    every = dict.fromkeys(name for some in truths for name in some)
    notices = [
        Notice(name, None, f"{why_not}; it is left out.") for name in every if name not in alike
    ]
    kept = [
        replace(
            system,
            heard=tuple(heard for heard in system.heard if heard.truth.name in alike),
            learnt_from=tuple(name for name in system.learnt_from if name in alike),
        )
        for system in systems
    ]
    return kept, notices
