"""Whether HeAR could be run or asked, and judged by; its process is not started."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.util import find_spec

from ...config.errors import CoughdError, ModelError
from ...config.extras import command_to_add
from ...config.places import Places
from ...config.settings import ProbeSettings, Settings
from ...detectors.hear.kinds import check_kind
from ...detectors.hear.manifest import model_folder
from ...detectors.hear.model import Weights
from ...detectors.probe import LinearProbe
from ...detectors.probe_versions import ProbeVersions
from ...storage.upkeep.findings import Finding, fault_of
from ..wiring.embedding import hear_here

_EXTRAS = {"tensorflow": "hear", "torch": "torch"}
_LIBRARIES = {"hear": "tensorflow", "torch": "transformers", "remote": "tritonclient"}
"""By the extra that brings it."""
_PROBE = "HeAR's probe"


def check_hear(settings: Settings, places: Places) -> Iterator[Finding]:
    """Look at library, files and probe; nothing is found where HeAR is not configured."""
    embedder = settings.embedder
    if embedder.kind == "open":
        return
    extra = "remote" if embedder.kind == "remote" else _EXTRAS[embedder.runtime]
    if find_spec(_LIBRARIES[extra]) is None:
        yield Finding(
            "HeAR",
            "fault",
            f"{_LIBRARIES[extra]} is not installed here, so events keep the open score",
            command_to_add(f"coughd[{extra}]"),
            exit_code=os.EX_SOFTWARE,
        )
        return
    if embedder.kind == "remote":
        yield Finding("HeAR", "ok", "on a server, not asked here; `coughd status` says how it is")
        return
    model, folder = hear_here(embedder, places)
    try:
        folder = model_folder(folder, model)
        check_kind(model, folder)
        weights = Weights.of(folder)
    except ModelError as exc:
        yield fault_of("HeAR", exc)
        return
    yield Finding("HeAR", "ok", f"every file in {folder} is what it should be")
    yield _check_probe(settings.probe, ProbeVersions(places.data_dir), weights)


def _check_probe(settings: ProbeSettings, trained: ProbeVersions, weights: Weights) -> Finding:
    try:
        path = settings.path or trained.in_force(weights.sha256)
        if path is None:
            kept = "stored" if settings.keep_embeddings else "dropped (probe.keep_embeddings)"
            return Finding(
                _PROBE,
                "warning",
                f"{weights.name} has none yet; its embeddings are {kept} meanwhile",
                "label some events, then coughd train",
            )
        probe = LinearProbe.load_for_weights(path, weights.name, weights.sha256)
    except CoughdError as exc:
        return fault_of(_PROBE, exc)
    return Finding(_PROBE, "ok", f"{probe.identity.name} judges")
