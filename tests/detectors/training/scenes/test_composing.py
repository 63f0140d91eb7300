from __future__ import annotations

import numpy as np
import pytest
import soundfile

from coughd.detectors.synthesis import room_noise, synth_cough, synth_sound

pytest.importorskip("scipy", reason="comes with the extra coughd[train]")

from coughd.detectors.training.clips.bank import Bank, load_bank
from coughd.detectors.training.scenes.composing import SceneRecipe, build_scene
from coughd.detectors.training.scenes.length import SCENE_S, SCENE_SAMPLES

KINDS = ("cough", "throat_clear", "speech", "door", "household", "noise", "music")


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Bank:
    """A pack of synthetic sounds."""
    pack = tmp_path_factory.mktemp("pack")
    rng = np.random.default_rng(8)
    rows = ["path,label,licence,split,group,native_sr,events,coughs"]
    for kind in KINDS:
        for number in range(2):
            if kind == "cough":
                sound = synth_cough(rng)
            elif kind in {"noise", "household"}:
                sound = room_noise(64_000, -30.0, rng)
            else:
                sound = synth_sound(kind, rng)
            name = f"{kind}{number}.flac"
            soundfile.write(pack / name, np.clip(sound, -1.0, 1.0), 16_000)
            span = f"0.0-{min(sound.size / 16_000, 0.4):.2f}"
            rows.append(
                f"{name},{kind},CC0,dev,{name},16000,{span},{span if kind == 'cough' else ''}"
            )
    (pack / "clips.csv").write_text("\n".join(rows), encoding="utf-8")
    (pack / "rirs").mkdir()
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
