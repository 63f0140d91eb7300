"""What was measured of a detector, as Markdown: the scores that the model cards print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..evaluation.scoring.calibration import calibration_error, were_they_true
from .counting import interval, pooled
from .strangers import Heard, strangers_section
from .validate import Judged

ALLOWED_ALARMS = 6
"""In the hour without coughs, for the second threshold of the card."""
_SURVEYS = {
    "gate": """\
The pack's scenes as codecs (each at its hardest: Opus sends 9 kbit/s), a hall, an automatic gain or
a noise suppressor would leave them, at the threshold above:""",
    "embedder": """\
How much the seed matters: a probe fitted to the numbers of each network alone, and to those of all;
its average precision, and what passes for a cough where nine coughs of ten are found:""",
    "probe-open": """\
The probe fitted again, gate and embedder as they are: to the full pack, which may not be shipped,
and without the negatives of each larger source; its average precision, and what passes for a cough
where nine coughs of ten are found:""",
}


@dataclass(frozen=True, slots=True)
class Scores:
    """Judged recordings, and the threshold that its probe asks for."""

    threshold: float
    generated: Mapping[str, Sequence[Judged]]
    """By name; the first is the easiest."""
    hour: Sequence[Judged]
    """Without coughs, full of other sounds."""
    pack_scenes: Sequence[Judged]
    strangers: Sequence[Heard]
    """Clips of a source that nothing was learnt from."""
    seeds: str = ""
    """Tables, as Markdown: what each member of the embedder would be worth alone,"""
    refitted: str = ""
    """the probe fitted to other clips,"""
    treated: str = ""
    """and what codecs, rooms and phones do to the scores."""

    def survey(self, stem: str) -> str:
        """What the card of one model tells beside the scores."""
        tables = {"gate": self.treated, "embedder": self.seeds, "probe-open": self.refitted}
        return f"{_SURVEYS[stem]}\n\n{tables[stem]}"


def score_section(scores: Scores) -> str:
    """Everything that was measured, as Markdown."""
    everything = {**scores.generated, "pack scenes": scores.pack_scenes}
    by_scene = ", ".join(
        f"{one.name} {one.tally(scores.threshold).false_alarms}" for one in scores.pack_scenes
    )
    errors = ", ".join(f"{name} {_calibration(judged)}" for name, judged in everything.items())
    return f"""\
{counting_section(everything, scores.hour, scores.threshold)}

{_alone_section(everything, scores.hour)}

False alarms in the pack's scenes at the probe's threshold: {by_scene}.
Calibration error (ECE, ten bins, all that the gate claimed; in brackets what chance would leave if
every probability meant what it says): {errors}.

Of the pack's clips that may not be used commercially, nearly all of them of ESC-50, each clip by
itself in quiet. Nobody's cough or laugh of that collection was learnt from; of its animals, snores
and household sounds other clips were:

{strangers_section(scores.strangers, scores.threshold)}"""


def counting_section(
    sets: Mapping[str, Sequence[Judged]],
    hour: Sequence[Judged],
    threshold: float,
    few_clips: int | None = None,
) -> str:
    """Counting scores at the probe's threshold, and at one that the hour chooses; Markdown.

    Where nearly all coughs are of so few clips, no interval is given: between scenes that repeat
    the same clips it would say far too little of other people's coughs.
    """
    quiet = quiet_threshold(hour)
    alarms = _alarms(hour, threshold)
    brackets = (
        "brackets: 95 % bootstrap intervals over recordings."
        if few_clips is None
        else f"no intervals: nearly all coughs are of {few_clips} clips."
    )
    intervals = few_clips is None
    return f"""\
Counting one to one, overlap within 0.25 s, at the probe's threshold {threshold:.2f};
{brackets} The scenes are dense with hard
negatives; their false alarms an hour are not those of a home.

{score_table(sets, threshold, intervals=intervals)}

An hour of generated scenes without coughs, with some 600 hard negatives, has {alarms}
false alarms at that threshold, and {ALLOWED_ALARMS} at most from {quiet:.3f} on.
There the same scenes give:

{score_table(sets, quiet, intervals=intervals)}"""


def _alone_section(sets: Mapping[str, Sequence[Judged]], hour: Sequence[Judged]) -> str:
    """What the context is worth: the sensitivity without it, for as many false alarms."""
    quiet = quiet_threshold([_alone(one) for one in hour])
    found = ", ".join(
        f"{pooled([_alone(one).tally(quiet) for one in judged]).sensitivity:.3f}"
        for judged in sets.values()
    )
    return (
        f"By the embedding alone that hour has {ALLOWED_ALARMS} false alarms at most from\n"
        f"{quiet:.3f} on, and the sensitivity there is, in the order of the table, {found}."
    )


def _alone(judged: Judged) -> Judged:
    claims = (replace(claim, probability=claim.alone) for claim in judged.claims)
    return replace(judged, claims=tuple(claims))


def quiet_threshold(hour: Sequence[Judged]) -> float:
    """The lowest threshold, in steps of 0.005, with at most six false alarms in the hour."""
    steps = [step / 200.0 for step in range(20, 200)]
    fitting = (step for step in steps if _alarms(hour, step) <= ALLOWED_ALARMS)
    return next(fitting, 1.0)


def _alarms(hour: Sequence[Judged], threshold: float) -> int:
    return pooled([one.tally(threshold) for one in hour]).false_alarms


def _calibration(judged: Sequence[Judged]) -> str:
    judgements = [row for one in judged for row in one.judgements()]
    rows = np.array(judgements, dtype=np.float64).reshape(-1, 2)
    return f"{calibration_error(rows):.3f} ({were_they_true(rows)['ece']:.3f})"


def score_table(
    sets: Mapping[str, Sequence[Judged]], threshold: float, *, intervals: bool = True
) -> str:
    """Counting scores of each set, with 95 % bootstrap intervals or not, as a Markdown table."""
    lines = [
        "| recordings | coughs | sensitivity | PPV | F1 | false alarms/h | onset error |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, judged in sets.items():
        tallies = [one.tally(threshold) for one in judged]
        whole = pooled(tallies)
        cells = [name, str(whole.hits + whole.misses)]
        for measure in ("sensitivity", "precision", "f1"):
            cells.append(f"{getattr(whole, measure):.3f}")
            if intervals:
                low, high = interval(tallies, measure)
                cells[-1] += f" ({low:.3f}-{high:.3f})"
        cells.append(f"{whole.false_alarms_per_hour:.1f}")
        errors_ms = np.abs(whole.onset_errors_s) * 1e3
        cells.append(f"{np.median(errors_ms):.0f} ms" if errors_ms.size else "")
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def untested_section(card: Path | str, own: str, twins: str) -> str:
    """Of models that have heard every clip that could test them; Markdown.

    `card` is that of the twin, as seen from here; `own` and `twins` are what strangers' clips tell
    of both.
    """
    return f"""\
Every clip of the pack that could test these models has trained them. What the same recipe makes of
clips that it has not heard stands in the card of their twin, made without `--every-clip`:
[{card}]({card}).

Neither of them has heard the pack's clips that may not be used commercially, nearly all of them of
ESC-50: nobody's cough or laugh of that collection was learnt from, but other clips of its animals,
snores and household sounds were. Below is what they make of these, composed into scenes (the voices
and the music of groups that only the probe knows sound there) and then each clip by itself in
quiet. There are no sneezes among them, and no throat clears but mockups.

### These models

{own}

### Their twin

{twins}"""
