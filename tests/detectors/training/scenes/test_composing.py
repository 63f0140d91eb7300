from __future__ import annotations

import numpy as np
import pytest
from synthetic_pack import write_pack

pytest.importorskip("scipy", reason="comes with the extra coughd[train]")

from coughd.detectors.training.clips.bank import Bank, load_bank
from coughd.detectors.training.scenes.composing import SceneRecipe, build_scene
from coughd.detectors.training.scenes.length import SCENE_S, SCENE_SAMPLES

KINDS = ("cough", "throat_clear", "speech", "door", "household", "noise", "music")


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Bank:
    """A pack of synthetic sounds."""
    pack = write_pack(tmp_path_factory.mktemp("pack"), KINDS, 2, split="dev")
    return load_bank(pack, {"dev"})


def test_the_same_seed_gives_the_same_scene(bank: Bank) -> None:
    first, second = (build_scene(bank, np.random.default_rng(1), SceneRecipe()) for _ in range(2))
    assert first.marks == second.marks
    assert np.array_equal(first.samples, second.samples)


def test_scenes_are_whole_and_marked(bank: Bank) -> None:
    for seed in range(25):
        scene = build_scene(bank, np.random.default_rng(seed), SceneRecipe())
        assert scene.samples.shape == (SCENE_SAMPLES,)
        assert np.isfinite(scene.samples).all()
        assert np.abs(scene.samples).max() <= 1.0
        onsets = [mark.onset_s for mark in scene.marks]
        assert onsets == sorted(onsets)
        assert all(0.0 <= mark.onset_s < mark.offset_s <= SCENE_S + 0.5 for mark in scene.marks)


def test_a_recipe_without_coughs_has_none(bank: Bank) -> None:
    recipe = SceneRecipe(coughs=False)
    for seed in range(10):
        scene = build_scene(bank, np.random.default_rng(seed), recipe)
        assert all(mark.label != "cough" for mark in scene.marks)
