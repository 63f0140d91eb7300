"""Writes a model card beside each shipped model: what it learnt from and how well it does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..runtime import sha256_of
from .counting import interval, pooled
from .validate import Judged

_DATA = """\
Clips that may be used commercially (licence without `NC`) of the data pack's `train` split,
15 % of their groups kept for calibration and the threshold, composed into ten-second scenes:
coughs of some 500 people (induced, a part in telephone band), throat clears, sneezes, laughs,
speech, doors, household sounds, animals, music and noise, in measured and simulated rooms, at
-6 to 70 dB over the background. One sound in twenty is synthesised by `detectors/synthesis.py`,
and one other sound in sixteen is a laugh or throat clear put together from pieces of speech.
No clip of the `dev` split, and nothing of the pack's scenes, was trained on. The scores on both
were looked at some five times while the recipe grew, so they flatter a little; the measured rooms
are too few to split and appear in the generated scenes as well."""
_WEAKNESSES = """\
- Few throat clears (12), laughs (4) and breaths (2) were free to learn from: such sounds of other
  people are the likeliest false alarms, with kitchen impacts and keyboards after them.
- The coughs were coughed on request, near a telephone or computer. Spontaneous coughs, small
  children and whooping cough were not there to learn from or to test on.
- Coughs at 0 dB and less are often missed.
- It counts the sounds of a room, not of a person, and is no diagnosis."""
_MAKING = """\
The command follows this recipe from a seed and resumes; bits differ from machine to machine. The
weights of this revision came about in stages, while the recipe grew: the gate (2,500 steps) and the
first half of the embedder's 6,000 steps heard scenes with less varied backgrounds and rooms and
without the laughs and throat clears made of speech, the second half heard both kinds of scene, and
its first windows were cut by an earlier, weaker gate.
The pack's other clips (`NC`) hold most of its laughs and breaths, so training on the full pack
would help with these, but such weights could not be shipped."""
_RECIPES = {
    "gate": """\
64 log-mel bands, 25 ms every 10 ms, less their slow mean; four strided convolutions over time
and bands, six dilated causal ones over time; every 20 ms the chance that a cough began 0.18 s
earlier. Trained with cross-entropy on onsets and, beside them, on the eight labels; averaged
weights.""",
    "embedder": """\
64 log-mel bands of the 2-s window, less the window's mean (gain changes nothing); residual
convolutions, learnt looks at six places in time, 512 numbers. Trained to tell the eight labels
apart on windows cut where the gate made its claims, right or wrong; averaged weights.""",
    "probe-open": """\
Multinomial logistic regression on the embeddings of the gate's triggers; P(cough) calibrated
(Platt) on groups that neither gate nor embedder saw; threshold chosen there as well.""",
}


@dataclass(frozen=True, slots=True)
class Scores:
    """Named sets of judged recordings, and the threshold that was used."""

    threshold: float
    sets: Mapping[str, Sequence[Judged]]


def score_table(scores: Scores) -> str:
    """Counting scores of each set with 95 % bootstrap intervals, as a Markdown table."""
    lines = [
        "| recordings | coughs | sensitivity | PPV | F1 | false alarms/h | onset error |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, judged in scores.sets.items():
        tallies = [one.tally(scores.threshold) for one in judged]
        whole = pooled(tallies)
        cells = [name, str(whole.hits + whole.misses)]
        for measure in ("sensitivity", "precision", "f1"):
            low, high = interval(tallies, measure)
            cells.append(f"{getattr(whole, measure):.3f} ({low:.3f}-{high:.3f})")
        cells.append(f"{whole.false_alarms_per_hour:.1f}")
        errors_ms = np.abs(whole.onset_errors_s) * 1e3
        cells.append(f"{np.median(errors_ms):.0f} ms" if errors_ms.size else "")
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def write_cards(models: Path, scores: Scores, command: str) -> None:
    """Write `gate.md`, `embedder.md` and `probe-open.md` into the models' folder."""
    table = score_table(scores)
    for stem, recipe in _RECIPES.items():
        name = f"{stem}.json" if stem == "probe-open" else f"{stem}.onnx"
        content = (models / name).read_bytes()
        (models / f"{stem}.md").write_text(
            f"# {name}\n\n"
            f"sha256 `{sha256_of(content)}`, {len(content) / 1e6:.1f} MB, made by\n"
            f"`{command}`.\n\n"
            f"## Recipe\n\n{recipe}\n\n## Data\n\n{_DATA}\n\n"
            f"## Making\n\n{_MAKING}\n\n## Scores of the whole chain\n\n"
            f"Counting one to one, overlap within 0.25 s, threshold {scores.threshold:.2f};\n"
            f"brackets: 95 % bootstrap intervals over recordings. The scenes are dense with hard\n"
            f"negatives; their false alarms an hour are not those of a home.\n\n{table}\n\n"
            f"## Weaknesses\n\n{_WEAKNESSES}\n",
            encoding="utf-8",
        )
