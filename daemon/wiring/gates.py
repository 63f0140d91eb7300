"""From the settings to the gate."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ...config.errors import ModelError
from ...config.paths import find_paths
from ...config.places import find_places
from ...config.settings import Settings
from ...detectors.gate import CoughdGate
from ...detectors.hear.child import hear_command
from ...detectors.hear.client import HearProcess
from ...detectors.hear.detector_ear import DetectorEar
from ...detectors.hear.detector_gate import (
    DETECTOR_THRESHOLD,
    MAX_UNANSWERED,
    WEAK_ONSET,
    HearDetectorGate,
)
from ...detectors.hear.outcomes import HearLimits, HearStatus
from ...detectors.ports import Gate
from ..models.shelf import Shelf

_LOOK_S = 0.2


@dataclass(frozen=True, slots=True)
class OpenGate:
    """The configured gate, and how its process does."""

    gate: Gate
    status: Callable[[], HearStatus | None] = lambda: None
    """None where it has no process. Any thread."""


@contextmanager
def open_gate(settings: Settings, stopped: Callable[[], bool]) -> Iterator[OpenGate]:
    """The configured gate, which may have a process of its own; it ends with the context.

    Loading takes a minute or more there; once `stopped` it is waited for no longer. Raises
    ModelError where the gate cannot be had: without one nothing is heard.
    """
    if settings.gate.kind == "coughd":
        yield OpenGate(load_gate(settings))
        return
    process = _detector_process(settings)
    try:
        yield OpenGate(_detector_gate(settings, process, stopped), lambda: process.status)
    finally:
        process.close()


def load_gate(settings: Settings) -> Gate:
    """Load the configured gate for a command that ends soon, and its process with it.

    Raises ModelError.
    """
    if settings.gate.kind != "coughd":
        return _detector_gate(settings, _detector_process(settings))
    if settings.gate.threshold is None:
        return CoughdGate.load(settings.models.path)
    return CoughdGate.load(settings.models.path, settings.gate.threshold)


def _detector_process(settings: Settings) -> HearProcess:
    gate = settings.gate
    folder = gate.model_path or _pulled(settings, gate.kind)
    limits = HearLimits(
        max_waiting_windows=(MAX_UNANSWERED + 1) * max(len(settings.sources), 1),
        batch_wait_s=0.0,
        start_timeout_s=settings.embedder.start_timeout_s,
        reply_timeout_s=settings.embedder.reply_timeout_s,
    )
    command = hear_command(folder, limits.batch_sizes, model=gate.kind)
    away = "HeAR's event detector is away, the shipped gate decides"
    return HearProcess(command, limits, when_away=away, is_waited_for=True)


def _pulled(settings: Settings, name: str) -> Path:
    places = find_places(settings, find_paths(os.environ, os.getuid()))
    return Shelf(places.data_dir).folder(name)


def _detector_gate(
    settings: Settings, process: HearProcess, stopped: Callable[[], bool] = lambda: False
) -> HearDetectorGate:
    """Wait until the detector is loaded: sound that it has not heard could not be told apart."""
    while not (process.wait_until_ready(_LOOK_S) or stopped()):
        status = process.status
        if status.state == "failed":
            process.close()
            raise ModelError(f"gate.kind {settings.gate.kind}: {status.reason}")
    identity = process.status.identity
    name = settings.gate.kind if identity is None else identity.name
    threshold = settings.gate.threshold
    return HearDetectorGate(
        CoughdGate.load(settings.models.path, WEAK_ONSET),
        DetectorEar(process),
        name,
        DETECTOR_THRESHOLD if threshold is None else threshold,
    )
