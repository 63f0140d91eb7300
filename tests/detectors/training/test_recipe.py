"""The whole recipe, from clips to models that hear: of little, and in half a minute."""

from __future__ import annotations

from pathlib import Path

import pytest
from synthetic_pack import write_pack

pytest.importorskip("torch", reason="comes with the extra coughd[train]")

from coughd.detectors.synthesis import bundled_scene
from coughd.detectors.training import recipe
from coughd.detectors.training.recipe import Recipe, make_models
from coughd.detectors.training.validate import Detector

pytestmark = pytest.mark.torch

KINDS = ("cough", "throat_clear", "sneeze", "laugh", "speech", "door", "noise", "music")
MODELS = ("gate.onnx", "embedder.onnx", "probe-open.json")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # torch speaks of its newer exporter
def test_clips_become_models_that_hear_and_nothing_is_done_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recipe, "_VALIDATION_SHARDS", 2)
    monkeypatch.setattr(recipe, "_THRESHOLD_SCENES", 12)
    made = Recipe(
        pack=write_pack(tmp_path / "pack", KINDS, each=24, split="train"),
        cache=tmp_path / "cache",
        out=tmp_path / "models",
        seed=0,
        shards=1,
        gate_steps=60,
        embedder_steps=30,
        members=2,
        workers=2,
    )
    make_models(made)

    scene, detector = bundled_scene(), Detector.load(made.out)
    true_s = [each.onset_s for each in scene.annotations if each.label == "cough"]
    claims = [
        claim
        for claim in detector.claims(scene.samples)
        if claim.probability >= detector.probe.threshold
    ]
    found = [any(abs(claim.onset_s - onset_s) < 0.05 for claim in claims) for onset_s in true_s]
    assert 10 == len(true_s)
    assert sum(found) >= 9
    assert len(claims) <= 11

    kept = {path: path.stat().st_mtime_ns for path in made.cache.rglob("*.*")}
    models = [(made.out / name).read_bytes() for name in MODELS]
    make_models(made)
    assert kept == {path: path.stat().st_mtime_ns for path in made.cache.rglob("*.*")}
    assert models == [(made.out / name).read_bytes() for name in MODELS]
