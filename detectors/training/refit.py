"""What other clips would change: the probe fitted again, gate and embedder as they are.

    python -m coughd.detectors.training.refit --pack PATH

prints a Markdown table: the probe fitted on the clips of the recipe, on the full pack (which may
not be shipped), and without each larger source of sounds that are no cough; scored on scenes of
held-out clips. A lower bound of what the clips are worth, since the embedder does not learn.
Needs the extra `coughd[train]`; takes some minutes and writes nothing.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from sklearn.metrics import average_precision_score

from ..gate import CoughdGate
from ..open_embedder import OpenEmbedder
from ..ports import LABELS, ONSET_IN_WINDOW, SAMPLE_RATE_HZ, WINDOW_SAMPLES
from .clips.bank import Bank, load_bank
from .clips.pack import Clip
from .fit_probe import Examples, fit_probe, probabilities
from .networks.targets import label_at
from .scenes.composing import SceneRecipe, build_scene
from .survey import print_survey, survey_parser

SOURCES = ("dcase", "esc10", "fsuser", "fs")
"""As a clip's group begins; coughs are nearly all of one source, so none is left out of them."""
SCENES = 200
"""For each fit; half as many for the test."""
_COUGH = LABELS.index("cough")
_SEED = 5
log = logging.getLogger(__name__)


def triggers_of(
    bank: Bank, hearing: tuple[CoughdGate, OpenEmbedder], scenes: int, part: int
) -> Examples:
    """Embeddings and labels of what the gate claims in some scenes."""
    gate, embedder = hearing
    embeddings, labels = [], []
    for number in range(scenes):
        scene = build_scene(bank, np.random.default_rng([_SEED, part, number]), SceneRecipe())
        stream = gate.open_stream()
        for trigger in [*stream.feed(scene.samples), *stream.finish()]:
            label = label_at(trigger.onset_sample / SAMPLE_RATE_HZ, scene.marks)
            start = trigger.onset_sample - ONSET_IN_WINDOW
            if label is None or not 0 <= start <= scene.samples.size - WINDOW_SAMPLES:
                continue
            window = scene.samples[start : start + WINDOW_SAMPLES]
            embeddings.append(embedder.embed(window[None])[0])
            labels.append(LABELS.index(label))
    return Examples(np.array(embeddings), np.array(labels, dtype=np.int32))


def heading(first: str) -> list[str]:
    """The first two lines of a table of `line`s."""
    return [
        f"| {first} | windows | AP | throat clears | sneezes | laughs | speech | other |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]


def line(name: str, fitting: Examples, calibrating: Examples, testing: Examples) -> str:
    """One row of the table: precision over all thresholds, and what is refused or let through."""
    weights = fit_probe(fitting, calibrating)
    chances = probabilities(weights, testing.embeddings)
    coughs = testing.labels == _COUGH
    strict = float(np.quantile(chances[coughs], 0.1))
    cells = [name, str(len(fitting.labels)), f"{average_precision_score(coughs, chances):.4f}"]
    for label in ("throat_clear", "sneeze", "laugh", "speech", "other"):
        of_label = chances[testing.labels == LABELS.index(label)]
        cells.append(f"{100.0 * np.mean(of_label >= strict):.1f} %" if of_label.size else "")
    return "| " + " | ".join(cells) + " |"


def main() -> int:
    """Print the table."""
    parser = survey_parser("refit")
    parser.add_argument("--scenes", type=int, default=SCENES, help="for each fit; half to test")
    return print_survey(parser, lambda given: [refit_table(given.pack, given.models, given.scenes)])


def refit_table(pack: Path, models: Path, scenes: int = SCENES) -> str:
    """As Markdown; so many scenes for each fit, half as many to test. InputError, ModelError."""
    hearing = CoughdGate.load(models), OpenEmbedder.load(models)
    testing = triggers_of(load_bank(pack, {"dev"}), hearing, scenes // 2, 0)
    calibrating = triggers_of(load_bank(pack, {"val"}), hearing, scenes // 2, 1)
    rows = heading("probe fitted on")

    def fitted(name: str, *, commercial_only: bool, keep: Callable[[Clip], bool]) -> None:
        log.info("fitting: %s", name)
        bank = load_bank(pack, {"train"}, commercial_only=commercial_only, keep=keep)
        rows.append(line(name, triggers_of(bank, hearing, scenes, 2), calibrating, testing))

    fitted("the recipe's clips", commercial_only=True, keep=lambda _: True)
    fitted("the full pack", commercial_only=False, keep=lambda _: True)
    for source in SOURCES:
        fitted(f"without {source}", commercial_only=True, keep=partial(_not_from, source))
    return "\n".join(rows)


def _not_from(source: str, clip: Clip) -> bool:
    return clip.label == "cough" or clip.group.split(":")[0] != source


if __name__ == "__main__":
    sys.exit(main())
