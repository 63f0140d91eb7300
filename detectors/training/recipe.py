"""The whole recipe in order: scenes, gate, mined windows, embedder, probe, threshold, cards."""

from __future__ import annotations

import logging
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import torch

from ..evaluation.scoring.calibration import calibration_error
from ..fitting.threshold import Counts, operating_point
from ..gate import GATE_THRESHOLD, CoughdGate
from ..known_sound import write_known
from ..open_embedder import OpenEmbedder
from ..ports import ProbeIdentity
from ..probe import LinearProbe
from ..runtime import TWIN_MODELS, sha256_of
from .cache import claim_cache
from .cards import Made, check_made_by, write_cards
from .clips.bank import load_bank
from .clips.heard import clips_heard, files_heard
from .clips.pack import VALIDATION_HALVES
from .counting import pooled
from .fit_context import fit_context, in_context
from .fit_probe import Examples, fit_crosswise, write_probe
from .networks.devices import CPU, check_device
from .networks.embedder_network import EmbedderEnsemble
from .networks.export import export_embedder, export_gate
from .networks.gate_network import GateNetwork
from .networks.members import MEMBERS
from .networks.mining import Origin, Windows, mine_once
from .networks.train_embedder import embed_windows
from .networks.train_gate import GatePlan, train_gate
from .networks.train_members import MembersOrder, Mined, train_members
from .scenes.pool import PoolOrder, Shard, make_shards, read_shard, shard_paths
from .score_tables import score_section, untested_section
from .scoring import score_all, score_on_strangers
from .validate import TEST_SNR_DB, Detector, Judged, judge_generated, judge_without_coughs

PROBE_NAME = "cough-open-2026-11"
DEFAULT_SHARDS = 100
DEFAULT_GATE_STEPS = 2_500
DEFAULT_EMBEDDER_STEPS = 6_000
_VALIDATION_SHARDS = 6
_GATE_SHARDS = 46
"""The gate learns from the first of them, so that most of its mistakes are on unheard scenes."""
_PROBE_WINDOWS = 12_000
_THRESHOLD_SCENES = 150
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Recipe:
    """What the command line chose."""

    pack: Path
    cache: Path
    out: Path
    seed: int
    shards: int
    gate_steps: int
    embedder_steps: int
    members: int
    workers: int
    device: str = CPU
    """Of torch; the scenes are made on the processor in any case."""
    full_pack: bool = False
    """Learn from clips, too, whose models may not be sold; to know what they would add."""
    hold_out: bool = True
    """Learn from no clip that tests; without it, from every one, and nothing here can test."""
    twin: Path = TWIN_MODELS
    """Models that were made with `hold_out`, for the cards of those without."""


def command_of(recipe: Recipe) -> str:
    """The command line that makes these models again."""
    chosen = {
        "--seed": (recipe.seed, 0),
        "--shards": (recipe.shards, DEFAULT_SHARDS),
        "--gate-steps": (recipe.gate_steps, DEFAULT_GATE_STEPS),
        "--embedder-steps": (recipe.embedder_steps, DEFAULT_EMBEDDER_STEPS),
        "--members": (recipe.members, MEMBERS),
    }
    words = ["python -m coughd.detectors.training --pack PATH"]
    words += ["--full-pack"] if recipe.full_pack else []
    words += [] if recipe.hold_out else ["--every-clip"]
    words += [f"{name} {value}" for name, (value, usual) in chosen.items() if value != usual]
    return " ".join(words)


def make_models(recipe: Recipe) -> None:
    """Train and write the three models; goes on where an earlier run stopped. InputError."""
    check_device(recipe.device)
    if not recipe.hold_out:
        Detector.load(recipe.twin)  # it is set beside these in hours: is it there?
    claim_cache(recipe.cache, command_of(recipe))
    torch.set_num_threads(recipe.workers)
    held_out = _shards(recipe, "val", _VALIDATION_SHARDS)
    gate = train_gate(
        _shards(recipe, "train", min(_GATE_SHARDS, recipe.shards)),
        held_out[:3],
        GatePlan(steps=recipe.gate_steps, seed=recipe.seed, device=recipe.device),
        recipe.cache / "gate.ckpt",
    )
    train = _shards(recipe, "train", recipe.shards)
    log.info("cutting windows at the gate's triggers")
    store, held_out_store = (recipe.cache / f"windows{of}.npz" for of in ("", "-held-out"))
    windows = mine_once(gate, train, GATE_THRESHOLD, recipe.seed, store)
    mine_once(gate, held_out, GATE_THRESHOLD, recipe.seed, held_out_store)
    members = MembersOrder(
        Mined(_order(recipe, "train", recipe.shards), store),
        Mined(_order(recipe, "val", _VALIDATION_SHARDS), held_out_store),
        recipe.cache,
        recipe.members,
        recipe.embedder_steps,
        recipe.seed,
        recipe.device,
    )
    log.info("training %d embedders, %d at once", recipe.members, recipe.workers)
    embedder = EmbedderEnsemble(train_members(members, recipe.workers))
    recipe.out.mkdir(parents=True, exist_ok=True)
    export_gate(gate, recipe.out / "gate.onnx")
    export_embedder(embedder, recipe.out / "embedder.onnx")
    fitting = _examples(embedder, train, _some_triggers(windows, recipe.seed))
    one, other = (_half(recipe, gate, embedder, half) for half in VALIDATION_HALVES)
    _make_probe(recipe, fitting, (one, other))
    heard = files_heard(recipe.pack, full_pack=recipe.full_pack, hold_out=recipe.hold_out)
    write_known(recipe.out, heard)


def _half(recipe: Recipe, gate: GateNetwork, embedder: EmbedderEnsemble, half: str) -> Examples:
    shards = _shards(recipe, half, _VALIDATION_SHARDS // 2)
    store = recipe.cache / f"windows-{half}.npz"
    windows = mine_once(gate, shards, GATE_THRESHOLD, recipe.seed, store)
    return _examples(embedder, shards, _some_triggers(windows, recipe.seed))


def _make_probe(recipe: Recipe, fitting: Examples, halves: tuple[Examples, Examples]) -> None:
    weights, crossed = fit_crosswise(fitting, halves)
    gate, embedder = CoughdGate.load(recipe.out), OpenEmbedder.load(recipe.out)
    judged: list[Judged] = []
    for half, probe in zip(VALIDATION_HALVES, crossed, strict=True):
        unnamed = ProbeIdentity(f"not of {half}", "", embedder.identity.name)
        detector = Detector(gate, embedder, LinearProbe(unnamed, 0.5, probe))
        judged += _judged_unheard(detector, recipe, half)
    context = fit_context(judged)
    judged = [in_context(one, context) for one in judged]
    threshold = operating_point(partial(counts_at, judged))
    error = calibration_error(np.array([row for one in judged for row in one.judgements()]))
    log.info("%s, calibration error %.4f, threshold %.2f", context, error, threshold)
    clips = "all clips" if recipe.full_pack else "clips free for commercial use"
    clips += " that are not kept for testing" if recipe.hold_out else ""
    provenance = {
        "name": PROBE_NAME,
        "command": command_of(recipe),
        "seed": recipe.seed,
        "data": f"data pack, {clips}",
        "fitted_windows": len(fitting.labels) + sum(len(half.labels) for half in halves),
        "calibrated_windows": sum(len(half.labels) for half in halves),
        "calibration_error": round(error, 4),
    }
    path = recipe.out / "probe-open.json"
    whole = replace(weights, context=context)
    gate_sha256 = sha256_of((recipe.out / "gate.onnx").read_bytes())
    write_probe(path, whole, embedder.identity, gate_sha256, threshold, provenance)


def _judged_unheard(detector: Detector, recipe: Recipe, half: str) -> Iterator[Judged]:
    bank = load_bank(recipe.pack, {half}, hold_out=recipe.hold_out)
    for snr_db in TEST_SNR_DB:
        yield from judge_generated(detector, bank, snr_db, _THRESHOLD_SCENES // 2)
    yield from judge_without_coughs(detector, bank, _THRESHOLD_SCENES)


def counts_at(judged: Sequence[Judged], threshold: float) -> Counts:
    """What is counted at a threshold in all of them."""
    tally = pooled([one.tally(threshold) for one in judged])
    return tally.hits, tally.misses, tally.false_alarms


def score_models(recipe: Recipe) -> None:
    """Score what lies in the output folder on clips that it has not heard; write the cards.

    InputError where another command has made it: then it may have heard them.
    """
    check_made_by(recipe.out, command_of(recipe))
    log.info("scoring")
    pack, full_pack, hold_out = recipe.pack, recipe.full_pack, recipe.hold_out
    clips = clips_heard(pack, full_pack=full_pack, hold_out=hold_out)
    heard = Counter(clip.label for clip in clips)
    coughers = len({clip.group for clip in clips if clip.label == "cough"})
    made = Made(command_of(recipe), heard, coughers, full_pack, hold_out)
    if hold_out:
        scores = score_all(recipe.out, pack, members=recipe.members, workers=recipe.workers)
        section = score_section(scores)
        log.info("%s", section)
        write_cards(recipe.out, made, lambda stem: f"{section}\n\n{scores.survey(stem)}")
        return
    own, twins = score_on_strangers([recipe.out, recipe.twin], pack, workers=recipe.workers)
    log.info("%s", own)
    twin = Path(os.path.relpath(recipe.twin.resolve(), recipe.out.resolve()))
    write_cards(recipe.out, made, lambda stem: untested_section(twin / f"{stem}.md", own, twins))


def _shards(recipe: Recipe, fold: str, count: int) -> list[Shard]:
    order = _order(recipe, fold, count)
    for done in make_shards(order, recipe.workers):
        log.info("scenes for %s: %d of %d shards", fold, done, count)
    return [read_shard(path) for path in shard_paths(order)]


def _order(recipe: Recipe, fold: str, count: int) -> PoolOrder:
    # Judged and calibrated on the same clips either way.
    commercial_only = not recipe.full_pack or fold != "train"
    pool = recipe.cache / "pool"
    return PoolOrder(recipe.pack, pool, fold, count, commercial_only, recipe.hold_out)


def _some_triggers(windows: Windows, seed: int) -> Windows:
    rows = np.flatnonzero(windows.origin == Origin.TRIGGER)
    chosen = np.random.default_rng(seed).permutation(rows)[:_PROBE_WINDOWS]
    return windows.chosen(chosen)


def _examples(embedder: object, shards: Sequence[Shard], windows: Windows) -> Examples:
    return Examples(embed_windows(embedder, shards, windows), windows.label)
