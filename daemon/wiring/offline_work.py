"""From the settings to what makes embeddings offline, and to the probe that a new one must beat."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

from ...config.places import Places
from ...config.settings import Settings
from ...detectors.fitting.training import InForce
from ...detectors.hear.waited_for import SlowEmbedder
from ...detectors.open_embedder import OpenEmbedder
from ...detectors.ports import Embedder, EmbedderIdentity
from ...detectors.probe import LinearProbe, probe_beside
from ...detectors.probe_versions import ProbeVersions
from .embedding import embedder_process


@contextmanager
def offline_embedder(settings: Settings, places: Places) -> Iterator[Embedder]:
    """The configured embedder, loaded and waited for; ModelError where it cannot be had."""
    if settings.embedder.kind == "open":
        yield OpenEmbedder.load(settings.models.path)
        return
    with closing(embedder_process(settings, places, is_waited_for=True)) as process:
        yield SlowEmbedder(
            process,
            settings.embedder.start_timeout_s,
            settings.embedder.max_waiting_windows,
        )


def probe_to_beat(
    settings: Settings, trained: ProbeVersions, embedder: EmbedderIdentity
) -> InForce | None:
    """What judges this embedder's embeddings now; None where nothing does. ModelError."""
    path = settings.probe.path or trained.in_force(embedder.sha256)
    if path is None and embedder.kind == "open":
        path = probe_beside(settings.models.path)
    if path is None:
        return None
    return InForce.read(path, LinearProbe.load(path, embedder))
