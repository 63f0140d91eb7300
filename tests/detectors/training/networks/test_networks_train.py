"""Gate and embedder learn, and go on from their checkpoint after an interruption."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="comes with the extra coughd[train]")

from coughd.detectors.features import BANDS
from coughd.detectors.ports import LABELS
from coughd.detectors.training.clips.pack import Mark
from coughd.detectors.training.networks import train_gate as gate_training
from coughd.detectors.training.networks.mining import Origin, Windows
from coughd.detectors.training.networks.train_embedder import (
    EmbedderPlan,
    embed_windows,
    train_embedder,
    trained,
)
from coughd.detectors.training.networks.train_gate import GatePlan, onset_tracks, train_gate
from coughd.detectors.training.scenes.pool import Shard

pytestmark = pytest.mark.torch

SCENES, FRAMES = 6, 600
ONSETS_S = (1.0, 2.5, 4.0)


def shard() -> Shard:
    """Hiss, in which every cough is a loud half second of all bands."""
    rng = np.random.default_rng(4)
    log_mel = rng.normal(-6.0, 0.1, (SCENES, FRAMES, BANDS))
    for onset_s in ONSETS_S:
        log_mel[:, round(onset_s * 100) : round(onset_s * 100) + 50] += 4.0
    marks = [Mark(onset_s, onset_s + 0.5, "cough", 20.0) for onset_s in ONSETS_S]
    return Shard(log_mel.astype(np.float16), [marks] * SCENES)


def windows() -> Windows:
    """Of each scene one window with a cough and one without."""
    rows = np.arange(2 * SCENES, dtype=np.int32)
    cough = rows % 2 == 0
    return Windows(
        shard=np.zeros_like(rows),
        scene=rows // 2,
        start=np.where(cough, 200, 310).astype(np.int32),
        label=np.array([0, LABELS.index("laugh"), 0, LABELS.index("other")] * 3, dtype=np.int32),
        origin=np.where(rows % 4 < 2, Origin.TRIGGER, Origin.MARK).astype(np.int32),
    )


def test_the_gate_goes_on_where_it_was_stopped_and_learns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    plan = GatePlan(steps=60, batch=4, report_every=20)
    checkpoint, given = tmp_path / "gate.ckpt", [shard()]
    whole = gate_training.score_gate
    scored: list[int] = []

    def stopped_at_the_second(*some: object) -> object:
        scored.append(1)
        if len(scored) == 2:
            raise KeyboardInterrupt
        return whole(*some)  # type: ignore[arg-type]

    monkeypatch.setattr(gate_training, "score_gate", stopped_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        train_gate(given, given, plan, checkpoint)
    network = train_gate(given, given, plan, checkpoint)

    told = [record.getMessage().split()[1] for record in caplog.records]
    assert ["20/60", "40/60", "60/60"] == told
    tracks = onset_tracks(network, given[0].log_mel)
    near = [tracks[:, round(50 * at_s)].mean() for at_s in ONSETS_S]
    assert min(near) > 2.0 * tracks.mean()

    again = train_gate(given, given, plan, checkpoint)
    assert np.array_equal(tracks, onset_tracks(again, given[0].log_mel))
    assert 3 == len(caplog.records)


def test_an_embedder_tells_coughs_apart(tmp_path: Path) -> None:
    plan = EmbedderPlan(steps=30, batch=16, size=16, report_every=30)
    checkpoint, given = tmp_path / "embedder.ckpt", [shard()]
    train_embedder(given, windows(), (given, windows()), plan, checkpoint)

    embeddings = embed_windows(trained(plan, checkpoint), given, windows())
    assert (2 * SCENES, 16) == embeddings.shape
    coughs, others = embeddings[::2], embeddings[1::2]
    apart = np.linalg.norm(coughs.mean(axis=0) - others.mean(axis=0))
    assert apart > 2.0 * np.linalg.norm(coughs - coughs.mean(axis=0), axis=1).mean()
