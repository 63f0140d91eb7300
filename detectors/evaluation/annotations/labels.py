"""The words that annotators write, as the labels we know. Pure."""

from __future__ import annotations

from ...ports import LABELS
from ..sounds import COUGH

KNOWN_LABELS = (
    *LABELS,
    "animal",
    "baby_cry",
    "beep",
    "dishes",
    "dog",
    "door",
    "household",
    "keyboard",
    "knock",
    "music",
    "noise",
    "nose_blow",
    "other_vocal",
    "sniff",
    "silence",
    "wheeze",
)
"""Everything but `cough` only says what a false alarm was."""
_ALSO_WRITTEN = {
    "breath": "breathe",
    "breathing": "breathe",
    "coughing": COUGH,
    "coughs": COUGH,
    "laughing": "laugh",
    "laughter": "laugh",
    "noseblow": "nose_blow",
    "nose_blowing": "nose_blow",
    "sneezing": "sneeze",
    "snoring": "snore",
    "speaking": "speech",
    "talking": "speech",
    "throat_clearing": "throat_clear",
    "throatclear": "throat_clear",
}
_DOUBT = "?"


def known_label(written: str) -> tuple[str | None, bool]:
    """Read `Throat clear` as `throat_clear`, and `cough?` as a cough nobody is sure of.

    Returns the label, None where it is not known, and whether its annotator was sure.
    """
    bare = written.strip().rstrip(_DOUBT).strip().casefold()
    name = "_".join(bare.replace("-", " ").replace("_", " ").split())
    name = _ALSO_WRITTEN.get(name, name)
    return (name if name in KNOWN_LABELS else None), not written.strip().endswith(_DOUBT)
