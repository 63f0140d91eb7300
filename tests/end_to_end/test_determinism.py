"""The same sound gives the same events, however it arrives."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from hearing import facts, hear, write

from coughd.detectors.synthesis import bundled_scene

RING_S = 5.0
"""Short, so that sixteen seconds wrap it three times."""


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("scene") / "scene.wav", bundled_scene().samples[:256_000])


@pytest.mark.parametrize("pace", ["fast", "realtime"])
@pytest.mark.parametrize("block_samples", [1, 160, 1_601, 48_000])
def test_blocks_pace_and_ring_change_nothing(
    scene: Path, block_samples: int, pace: Literal["fast", "realtime"]
) -> None:
    expected = facts(hear(scene))
    found = facts(hear(scene, pace=pace, block_samples=block_samples, ring_s=RING_S))

    assert len(expected) >= 3
    assert found == expected


def test_a_second_run_finds_the_same(scene: Path) -> None:
    assert facts(hear(scene)) == facts(hear(scene))
