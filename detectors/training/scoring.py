"""Scores a folder of models on sound that none of them has learnt from, several parts at once."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from ...config.parent import die_with
from .cards import Scores
from .refit import refit_table
from .robustness import TREATMENTS, table_of, treated_row
from .seeds import seeds_table
from .strangers import Heard, hear_strangers
from .validate import (
    Detector,
    Judged,
    judge_generated,
    judge_pack_scenes,
    judge_without_coughs,
)

TEST_SNR_DB = (20.0, 10.0, 0.0)
_TEST_SCENES = 350
_HOUR_SCENES = 360
_SURVEY_SCENES = 400


def score_all(models: Path, pack: Path, *, members: int, workers: int) -> Scores:
    """Everything that the cards tell; InputError, ModelError."""
    # Spawned: a fork would inherit torch's locks without the threads that hold them.
    with ProcessPoolExecutor(workers, get_context("spawn"), die_with, (os.getpid(),)) as pool:
        seeds = pool.submit(seeds_table, pack, models, members, _SURVEY_SCENES)
        refitted = pool.submit(refit_table, pack, models, _SURVEY_SCENES // 2)
        generated = {
            snr_db: pool.submit(_generated, models, pack, snr_db) for snr_db in TEST_SNR_DB
        }
        hour = pool.submit(_hour, models, pack)
        scenes = pool.submit(_pack_scenes, models, pack)
        strangers = pool.submit(_strangers, models, pack)
        treated = [pool.submit(treated_row, models, pack, name) for name in TREATMENTS]
        return Scores(
            threshold=Detector.load(models).probe.threshold,
            generated={
                f"generated, {snr_db:g} dB": judged.result() for snr_db, judged in generated.items()
            },
            hour=hour.result(),
            pack_scenes=scenes.result(),
            strangers=strangers.result(),
            seeds=seeds.result(),
            refitted=refitted.result(),
            treated=table_of(row.result() for row in treated),
        )


def _generated(models: Path, pack: Path, snr_db: float) -> list[Judged]:
    return list(judge_generated(Detector.load(models), pack, {"dev"}, snr_db, _TEST_SCENES))


def _hour(models: Path, pack: Path) -> list[Judged]:
    return list(judge_without_coughs(Detector.load(models), pack, {"dev"}, _HOUR_SCENES))


def _pack_scenes(models: Path, pack: Path) -> list[Judged]:
    return list(judge_pack_scenes(Detector.load(models), pack))


def _strangers(models: Path, pack: Path) -> list[Heard]:
    return list(hear_strangers(Detector.load(models), pack))
