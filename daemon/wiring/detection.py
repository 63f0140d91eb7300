"""From the settings to gate, embedders and probes."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from ...config.errors import ModelError
from ...config.places import Places
from ...config.settings import ProbeSettings, Settings
from ...detectors.open_embedder import OpenEmbedder
from ...detectors.ports import EmbedderIdentity, Gate
from ...detectors.probe import LinearProbe
from ...detectors.probe_versions import ProbeVersions
from ..hear_opinion import HearOpinion
from ..heard_before import HeardBefore
from ..judge import Judge, LaterJudge
from ..second_opinion import NoSecondOpinion, SecondOpinion
from ..stretches import StretchMaker
from .embedding import embedder_process

_log = logging.getLogger("coughd.probe")


class OpenModels:
    """The open embedder and the probe that came with it, each read once.

    A daemon judges by one set as long as it runs, whatever becomes of the files: what an upgrade
    puts in their place is taken at the next start, all three together.
    """

    def __init__(self, models_dir: Path | None) -> None:
        self._models_dir = models_dir
        self._probe: LinearProbe | None = None
        self.embedder = OpenEmbedder.load(models_dir)

    def probe(self) -> LinearProbe:
        """Read at the first call; ModelError."""
        self._probe = self._probe or LinearProbe.beside(self._models_dir, self.embedder.identity)
        return self._probe


def load_judge(
    settings: Settings, trained: ProbeVersions | None = None, models: OpenModels | None = None
) -> Judge:
    """Load the open embedder, unless it is given, with its probe; ModelError, ConfigError.

    The probe is the configured one, else the one of `trained` that is in force, else the one
    that the networks came with.
    """
    models = models or OpenModels(settings.models.path)
    identity = models.embedder.identity
    configured = settings.probe.path if settings.embedder.kind == "open" else None
    refused = None
    if configured is not None:
        probe = LinearProbe.load(configured, identity)
    else:
        own = None
        try:
            own = own_probe(trained, identity)
        except ModelError as exc:
            # A damaged one must not keep the daemon from listening.
            refused = str(exc)
            _log.error("no probe that was trained here is used: %s", refused)
        probe = own or models.probe()
    threshold = settings.probe.threshold
    return Judge(
        embedder=models.embedder,
        probe=probe,
        threshold=probe.threshold if threshold is None else threshold,
        keep_embeddings=settings.probe.keep_embeddings,
        minimum_level_dbfs=settings.probe.minimum_level_dbfs,
        refused=refused,
    )


def telling_often(settings: Settings) -> Settings:
    """Let what lasts be told each two seconds: for a command that shows how far it is."""
    return replace(settings, coverage=replace(settings.coverage, progress_s=2.0))


def stretch_maker(
    settings: Settings, gate: Gate, heard_before: dict[str, HeardBefore]
) -> StretchMaker:
    """Make the stretches of every source alike."""
    return StretchMaker(
        gate=gate,
        silence_s=settings.coverage.silence_s,
        progress_s=settings.coverage.progress_s,
        epoch_gap_s=settings.epoch.gap_s,
        heard_before=heard_before,
    )


@contextmanager
def second_opinion(settings: Settings, places: Places) -> Iterator[SecondOpinion]:
    """HeAR where it is configured, in a process of its own; it may never come up."""
    if settings.embedder.kind == "open":
        yield NoSecondOpinion()
        return
    with closing(embedder_process(settings, places)) as hear:
        yield HearOpinion(
            hear,
            partial(later_judge, settings.probe, ProbeVersions(places.data_dir)),
            keep_embeddings=settings.probe.keep_embeddings,
        )


def later_judge(
    settings: ProbeSettings, trained: ProbeVersions, embedder: EmbedderIdentity
) -> LaterJudge:
    """Of HeAR's embeddings, once it is known which HeAR it is; ModelError."""
    probe = (
        LinearProbe.load(settings.path, embedder) if settings.path else own_probe(trained, embedder)
    )
    if probe is not None:
        _log.info("%s judges the embeddings of %s", probe.identity.name, embedder.name)
    else:
        _log.warning(
            "%s has no probe yet, so no event is judged by it; its embeddings are %s until "
            "`coughd train` has fitted one",
            embedder.name,
            "stored" if settings.keep_embeddings else "dropped (probe.keep_embeddings)",
        )
    return LaterJudge(
        probe, settings.threshold, settings.keep_embeddings, settings.minimum_level_dbfs
    )


def own_probe(trained: ProbeVersions | None, embedder: EmbedderIdentity) -> LinearProbe | None:
    """Load the probe that was trained here and is in force, if any; ModelError."""
    path = None if trained is None else trained.in_force(embedder.sha256)
    return None if path is None else LinearProbe.load(path, embedder)
