"""Scores a folder of models on sound that none of them has learnt from, several parts at once."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

from ...config.parent import die_with
from .clips.bank import load_bank
from .refit import refit_table
from .robustness import TREATMENTS, table_of, treated_row
from .score_tables import Scores
from .seeds import seeds_table
from .strange_scenes import of_strange_scenes
from .strangers import Heard, hear_strangers, of_strangers
from .validate import (
    HOUR_SCENES,
    TEST_SCENES,
    TEST_SNR_DB,
    Detector,
    Judged,
    judge_generated,
    judge_pack_scenes,
    judge_without_coughs,
)

_Result = TypeVar("_Result")
log = logging.getLogger(__name__)


def score_all(models: Path, pack: Path, *, members: int, workers: int) -> Scores:
    """Everything that the cards tell; InputError, ModelError."""
    # Spawned: a fork would inherit torch's locks without the threads that hold them.
    with ProcessPoolExecutor(workers, get_context("spawn"), die_with, (os.getpid(),)) as pool:

        def begin(name: str, work: Callable[..., _Result], *more: object) -> Future[_Result]:
            part = pool.submit(work, pack, models, *more)
            part.add_done_callback(lambda _: log.info("scored: %s", name))
            return part

        seeds = begin("each member alone", seeds_table, members)
        refitted = begin("other clips", refit_table)
        generated = {
            name: begin(name, _generated, snr_db)
            for snr_db in TEST_SNR_DB
            for name in [f"generated, {snr_db:g} dB"]
        }
        hour = begin("an hour without coughs", _hour)
        scenes = begin("pack scenes", _pack_scenes)
        strangers = begin("strangers", _strangers)
        treated = [begin(f"pack scenes, {name}", treated_row, name) for name in TREATMENTS]
        return Scores(
            threshold=Detector.load(models).probe.threshold,
            generated={name: judged.result() for name, judged in generated.items()},
            hour=hour.result(),
            pack_scenes=scenes.result(),
            strangers=strangers.result(),
            seeds=seeds.result(),
            refitted=refitted.result(),
            treated=table_of(row.result() for row in treated),
        )


def score_on_strangers(folders: Sequence[Path], pack: Path, *, workers: int) -> list[str]:
    """Of each folder's models what clips tell that nobody trains on; InputError, ModelError."""
    with ProcessPoolExecutor(workers, get_context("spawn"), die_with, (os.getpid(),)) as pool:
        parts = [
            [pool.submit(work, pack, models) for work in (of_strange_scenes, of_strangers)]
            for models in folders
        ]
        return ["\n\n".join(part.result() for part in some) for some in parts]


def _generated(pack: Path, models: Path, snr_db: float) -> list[Judged]:
    bank = load_bank(pack, {"dev"})
    return list(judge_generated(Detector.load(models), bank, snr_db, TEST_SCENES))


def _hour(pack: Path, models: Path) -> list[Judged]:
    bank = load_bank(pack, {"dev"})
    return list(judge_without_coughs(Detector.load(models), bank, HOUR_SCENES))


def _pack_scenes(pack: Path, models: Path) -> list[Judged]:
    return list(judge_pack_scenes(Detector.load(models), pack))


def _strangers(pack: Path, models: Path) -> list[Heard]:
    return list(hear_strangers(Detector.load(models), pack))
