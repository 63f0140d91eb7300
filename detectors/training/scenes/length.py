"""How long a scene is: a little over ten seconds, which hold exactly so many feature frames."""

from __future__ import annotations

from ...features import FRAME_SAMPLES, HOP_SAMPLES
from ...ports import SAMPLE_RATE_HZ

SCENE_FRAMES = 1_000
SCENE_SAMPLES = (SCENE_FRAMES - 1) * HOP_SAMPLES + FRAME_SAMPLES
SCENE_S = SCENE_SAMPLES / SAMPLE_RATE_HZ
