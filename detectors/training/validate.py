"""Scores exported models on sound they were not trained on, through the product's own code."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...config.errors import InputError
from ..context import RecentTriggers
from ..gate import CoughdGate
from ..measure import measure_cough
from ..open_embedder import OpenEmbedder
from ..ports import ONSET_IN_WINDOW, SAMPLE_RATE_HZ, WINDOW_SAMPLES, Context, Samples
from ..probe import LinearProbe
from .clips.bank import Bank
from .clips.pack import load_samples
from .counting import Claim, Reference, Tally, count, paired
from .scenes.composing import SceneRecipe, build_scene
from .scenes.length import SCENE_S

TEST_SNR_DB = (20.0, 10.0, 0.0)
TEST_SCENES = 350
"""At each of these."""
HOUR_SCENES = 360
_VALIDATION_SEED = 77
_NO_COUGH = 1_000
"""Part of the seed of scenes without coughs, away from every SNR."""


@dataclass(frozen=True, slots=True)
class Detector:
    """The shipped chain: gate, embedder, probe."""

    gate: CoughdGate
    embedder: OpenEmbedder
    probe: LinearProbe

    @classmethod
    def load(cls, models_dir: Path) -> Detector:
        """Load the three files of a folder; ModelError, ConfigError."""
        embedder = OpenEmbedder.load(models_dir)
        probe = LinearProbe.beside(models_dir, embedder.identity)
        return cls(CoughdGate.load(models_dir), embedder, probe)

    def claims(self, samples: Samples) -> list[Claim]:
        """Every trigger with a whole window, judged; thresholds are applied later."""
        stream = self.gate.open_stream()
        triggers = [*stream.feed(samples), *stream.finish()]
        recent = RecentTriggers()
        claims = []
        for index, trigger in enumerate(triggers):
            start = trigger.onset_sample - ONSET_IN_WINDOW
            if start < 0 or start + WINDOW_SAMPLES > samples.size:
                continue
            window = samples[start : start + WINDOW_SAMPLES]
            embedding = self.embedder.embed(window[None])[0]
            context = Context(trigger.gate_score, recent.before(trigger.onset_sample))
            probability = self.probe.judge(embedding, context).probability
            recent.add(trigger.onset_sample, probability)
            later = triggers[index + 1].onset_sample - start if index + 1 < len(triggers) else None
            measured = measure_cough(window, next_onset=later)
            claims.append(
                Claim(
                    trigger.onset_sample / SAMPLE_RATE_HZ,
                    (start + measured.offset_sample) / SAMPLE_RATE_HZ,
                    probability,
                    self.probe.judge(embedding).probability,
                    trigger.gate_score,
                )
            )
        return claims


@dataclass(frozen=True, slots=True)
class Judged:
    """One recording: what is in it and what the detector claims."""

    name: str
    references: tuple[Reference, ...]
    claims: tuple[Claim, ...]
    duration_s: float

    def decided(self) -> list[tuple[int, bool]]:
        """Number of each claim and whether it was a cough; unsure coughs are left out."""
        pairs = {k: ref for ref, k in paired(self.references, self.claims)}
        numbers = range(len(self.claims))
        return [(k, k in pairs) for k in numbers if k not in pairs or pairs[k].sure]

    def judgements(self) -> list[tuple[float, bool]]:
        """Probability of each claim and whether it was a cough; unsure coughs are left out."""
        return [(self.claims[k].probability, is_cough) for k, is_cough in self.decided()]

    def tally(self, threshold: float) -> Tally:
        """Count the claims that reach a threshold."""
        kept = [claim for claim in self.claims if claim.probability >= threshold]
        return count(self.references, kept, self.duration_s)[0]


def judge_generated(detector: Detector, bank: Bank, snr_db: float, scenes: int) -> Iterator[Judged]:
    """Scenes of a bank's sounds with all coughs at one SNR; the same at every call."""
    recipe = SceneRecipe(cough_snr_db=(snr_db, snr_db), quiet_share=0.0)
    for number in range(scenes):
        rng = np.random.default_rng([_VALIDATION_SEED, round(snr_db), number])
        scene = build_scene(bank, rng, recipe)
        references = tuple(
            Reference(
                mark.onset_s,
                mark.offset_s,
                sure=mark.sure and _heard_whole(mark.onset_s),
                snr_db=snr_db,
            )
            for mark in scene.marks
            if mark.label == "cough"
        )
        claims = tuple(detector.claims(scene.samples))
        yield Judged(f"{snr_db:g}dB-{number}", references, claims, SCENE_S)


def judge_without_coughs(detector: Detector, bank: Bank, scenes: int) -> Iterator[Judged]:
    """Scenes of a bank's sounds without a cough: about 600 hard negatives an hour."""
    for number in range(scenes):
        rng = np.random.default_rng([_VALIDATION_SEED, _NO_COUGH, number])
        scene = build_scene(bank, rng, SceneRecipe(coughs=False))
        yield Judged(f"no-cough-{number}", (), tuple(detector.claims(scene.samples)), SCENE_S)


def _heard_whole(onset_s: float) -> bool:
    """A window needs half a second before and one and a half after."""
    return 0.7 < onset_s < SCENE_S - 1.7


def judge_pack_scenes(
    detector: Detector, pack: Path, treated: Callable[[Samples], Samples] | None = None
) -> Iterator[Judged]:
    """The pack's long scenes, as they are or treated, against their single coughs; InputError."""
    folder = pack / "scenes"
    references = _scene_references(folder / "coughs.csv")
    for path in sorted(folder.glob("*.flac")):
        samples = load_samples(path)
        yield Judged(
            path.stem,
            tuple(references.get(path.name, [])),
            tuple(detector.claims(treated(samples) if treated else samples)),
            samples.size / SAMPLE_RATE_HZ,
        )


def _scene_references(table: Path) -> dict[str, list[Reference]]:
    by_scene: dict[str, list[Reference]] = {}
    try:
        with table.open(newline="", encoding="utf-8") as lines:
            for row in csv.DictReader(lines):
                reference = Reference(
                    float(row["onset_s"]),
                    float(row["offset_s"]),
                    row["sure"] == "yes",
                    float(row["snr_db"]),
                )
                by_scene.setdefault(row["scene"], []).append(reference)
    except (OSError, KeyError, ValueError) as exc:
        raise InputError(f"{table} cannot be read: {exc!r}. Check --pack.") from exc
    return by_scene
