"""From the settings to gate, embedders and probes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial

from ...config.settings import ProbeSettings, Settings
from ...detectors.gate import CoughdGate
from ...detectors.hear.child import hear_command
from ...detectors.hear.client import HearProcess
from ...detectors.hear.outcomes import HearLimits
from ...detectors.open_embedder import OpenEmbedder
from ...detectors.ports import EmbedderIdentity
from ...detectors.probe import LinearProbe
from ..hear_opinion import HearOpinion
from ..judge import Judge, LaterJudge
from ..second_opinion import NoSecondOpinion, SecondOpinion
from ..stretches import HeardBefore, StretchMaker


def load_gate(settings: Settings) -> CoughdGate:
    """Load the configured gate; ModelError."""
    if settings.gate.threshold is None:
        return CoughdGate.load()
    return CoughdGate.load(threshold=settings.gate.threshold)


def load_judge(settings: Settings) -> Judge:
    """Load the open embedder with its probe; ModelError."""
    embedder = OpenEmbedder.load()
    own = settings.probe.path if settings.embedder.kind == "open" else None
    probe = (
        LinearProbe.load(own, embedder.identity) if own else LinearProbe.shipped(embedder.identity)
    )
    threshold = settings.probe.threshold
    return Judge(
        embedder=embedder,
        probe=probe,
        threshold=probe.threshold if threshold is None else threshold,
        keep_embeddings=settings.probe.keep_embeddings,
    )


def stretch_maker(
    settings: Settings, gate: CoughdGate, heard_before: dict[str, HeardBefore]
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
def second_opinion(settings: Settings) -> Iterator[SecondOpinion]:
    """HeAR where it is configured, in a process of its own; it may never come up."""
    embedder = settings.embedder
    if embedder.kind != "hear" or embedder.model_path is None:
        yield NoSecondOpinion()
        return
    limits = HearLimits(
        max_waiting_windows=embedder.max_waiting_windows,
        batch_sizes=embedder.batch_sizes,
        start_timeout_s=embedder.start_timeout_s,
        reply_timeout_s=embedder.reply_timeout_s,
    )
    hear = HearProcess(hear_command(embedder.model_path, embedder.batch_sizes), limits)
    with closing(hear):
        yield HearOpinion(
            hear,
            partial(later_judge, settings.probe),
            keep_embeddings=settings.probe.keep_embeddings,
        )


def later_judge(settings: ProbeSettings, embedder: EmbedderIdentity) -> LaterJudge:
    """Of HeAR's embeddings, once it is known which HeAR it is; ModelError."""
    probe = LinearProbe.load(settings.path, embedder) if settings.path else None
    return LaterJudge(probe, settings.threshold, settings.keep_embeddings)
