"""Writes a model card beside each model: what it learnt from and how well it does."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ...config.errors import InputError
from ..runtime import sha256_of

_CLIPS = """\
Clips that may be used commercially (licence without `NC`) of the data pack, composed into
ten-second scenes: coughs of {coughers} people (induced, a part in telephone band), throat clears,
sneezes, laughs, speech, doors, household sounds, animals, music and noise, in measured and
simulated rooms, at -6 to 70 dB over the background. One sound in twenty is synthesised by
`detectors/synthesis.py`, and one other sound in four is a laugh, throat clear or breath put
together from pieces of speech and of coughs without their burst."""
_HELD_OUT = """\
Learnt from: the `train` split, and of the `dev` split 70 % of the groups that the pack's scenes do
not use. Of these groups 15 of 100 train the probe only; calibration and threshold come from them,
crosswise. Tested on: what the pack's scenes are made of and the other 30 %. No group is in two
parts. The measured rooms are too few to split and appear in the generated scenes as well."""
_EVERY_CLIP = """\
Learnt from: both splits, the clips of the pack's scenes among them. 15 of 100 groups train the
probe only; calibration and threshold come from them, crosswise. **So the pack's scenes say nothing
about these models:** score them with the twin, or these on recordings of your own."""
_MARKS = """\
The marks of single coughs were set by rule. About one in ten is probably something else (the burst
that ends a voiced tail, a cough that the recording cuts off, speech); `certainty.py` finds them
by their length, rise and place, and they count neither way, in training and in the generated
scenes. About one cough in thirty had no mark: `seen_bursts.csv` has those that were found, with
what is doubtful, as somebody saw them on spectrograms; where to look was asked of an earlier
detector, so generated scenes flatter a little. The pack's own scenes have marks checked by eye."""
_FULL_PACK = """\
**Not to be shipped:** beside what follows it learnt from all clips of the `train` split that may
not be used commercially."""
_TESTED = """\
- How much the seed matters was measured on the six networks of the embedder only (`embedder.md`).
  Gate, scenes and probe have one seed.
- What a probe fitted to the full pack would add, whose weights could not be shipped, and what the
  negatives of one source are worth, stands in `probe-open.md`. An embedder that learnt from the
  full pack (`--full-pack`; one network was tried, before the marks of `seen_bursts.csv`) is no
  better on the whole, but lets fewer laughs pass: there are 40 more of them to learn from.
- The probability is too high for the laughs of the pack's scenes (calibration error above). In
  generated scenes it is too high at 20 dB and too low at 0 dB.
- Which clips to train on, how marks are checked, how onsets are read off the gate, what the context
  holds and how much a false alarm counts where the threshold is chosen were decided
  after looking at errors on the tested clips, some twenty times in all, so the scores flatter a
  little.
"""
_WEAKNESSES = """\
- Of the strangers' coughs that are missed (table above) many are voiced from the beginning. Their
  clips, too, were looked at where something was claimed and the rule had marked nothing: eight such
  bursts are coughs (`seen_bursts.csv`). Six of their laughs were looked at when the mockups were
  made.
- A cough soon after another is found more easily than a lonely one: the context says so (table "by
  place" of `coughd evaluate`).
- The coughs were coughed on request, near a telephone or computer. Spontaneous coughs, small
  children and whooping cough were not there to learn from or to test on.
- Coughs at 0 dB and less are often missed.
- It counts the sounds of a room, not of a person, and is no diagnosis."""
_RECIPES = {
    "gate": """\
64 log-mel bands, 25 ms every 10 ms, less their slow mean; four strided convolutions over time
and bands, six dilated causal ones over time; every 20 ms the chance that a cough began 0.18 s
earlier. Trained with cross-entropy on onsets and, beside them, on the eight labels; averaged
weights.""",
    "embedder": """\
64 log-mel bands of the 2-s window, less the window's mean (gain changes nothing); residual
convolutions, learnt looks at six places in time. Trained to tell the eight labels apart on windows
cut where the gate made its claims, right or wrong; averaged weights. Six such networks, each of
its own seed, share out the 512 numbers; every other one looks at 1.1 s only, twice as finely.""",
    "probe-open": """\
Multinomial logistic regression on the embeddings of the gate's triggers. Those of groups that
neither gate nor embedder saw count three times: there the embedder's numbers do not flatter. Two
more probes, each without one half of these groups, judge that half; P(cough) is calibrated (Platt)
by what they say. A second logistic regression moves its log-odds by the gate's score and by the
highest P(cough) of the three seconds before, fitted on generated scenes of these groups, two in
five of them without a cough; the threshold is chosen there.""",
}


@dataclass(frozen=True, slots=True)
class Made:
    """How the models of a folder were made."""

    command: str
    heard: Mapping[str, int]
    """The pack's label -> clips that were learnt from."""
    coughers: int
    """Groups of clips with coughs that were learnt from: as good as people."""
    full_pack: bool = False
    hold_out: bool = True


def check_made_by(models: Path, command: str) -> None:
    """See that a folder's models were made by this command line; InputError."""
    path = models / "probe-open.json"
    try:
        made_by = json.loads(path.read_bytes())["provenance"]["command"]
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise InputError(f"{path} does not say how it was made: {exc!r:.200}. Train.") from exc
    if made_by != command:
        raise InputError(f"{path} was made by `{made_by}`: score it with the same arguments.")


def write_cards(models: Path, made: Made, scores_of: Callable[[str], str]) -> None:
    """Write `gate.md`, `embedder.md` and `probe-open.md` into the models' folder.

    `scores_of` gives the scores that the card of one of these says.
    """
    for stem, recipe in _RECIPES.items():
        name = f"{stem}.json" if stem == "probe-open" else f"{stem}.onnx"
        content = (models / name).read_bytes()
        (models / f"{stem}.md").write_text(
            f"# {name}\n\n"
            f"sha256 `{sha256_of(content)}`, {len(content) / 1e6:.1f} MB, made by\n"
            f"`{made.command}`\n"
            f"from a seed; bits differ from machine to machine.\n\n"
            f"## Recipe\n\n{recipe}\n\n## Data\n\n{_data(made)}\n\n"
            f"## Scores of the whole chain\n\n{scores_of(stem)}\n\n"
            f"## Weaknesses\n\n{_weaknesses(made)}\n",
            encoding="utf-8",
        )


def _data(made: Made) -> str:
    clips = _CLIPS.format(coughers=made.coughers)
    said = [clips, _HELD_OUT if made.hold_out else _EVERY_CLIP, _MARKS]
    return "\n\n".join([_FULL_PACK, *said] if made.full_pack else said)


def _weaknesses(made: Made) -> str:
    few = "throat clears ({throat_clear}), laughs ({laugh}) and breaths ({breathe})".format_map(
        Counter(made.heard)
    )
    return (
        f"- Few {few} were there to learn from: such sounds of\n"
        "  other people are the likeliest false alarms, laughs first.\n"
        f"{_TESTED if made.hold_out else ''}{_WEAKNESSES}"
    )
