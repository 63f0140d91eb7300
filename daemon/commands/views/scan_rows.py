"""The rows of `coughd scan`: one for each sound and, where it is asked for, one for each file."""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias

from ....config.as_text import as_text
from ...offline.scanning import FoundSound, Scan

Row: TypeAlias = dict[str, object]


def sound_row(path: Path, found: FoundSound) -> Row:
    """Give a sound's keys; where a file's edge cuts its window the gate's score is probability."""
    scored = found.event.scored
    probability = scored.probability
    return {
        "file": as_text(str(path)),
        "onset_s": round(found.onset_s, 4),
        "offset_s": round(found.offset_s, 4),
        "probability": round(found.event.gate_score if probability is None else probability, 6),
        "label": scored.label,
        "counted": found.counted,
        "scored_by": scored.scored_by,
        "gate_score": round(found.event.gate_score, 6),
        "level_dbfs": round(found.event.level_dbfs, 2),
        "snr_db": round(found.event.snr_db, 2),
        "reason": scored.reason,
        "threshold": scored.threshold,
        "window": found.event.window,
        "scores": {label: round(score, 6) for label, score in scored.scores.items()},
    }


def total_row(scan: Scan) -> Row:
    """Give what a file adds up to; no key of it but `file` is one of a sound's."""
    return {
        "file": as_text(str(scan.path)),
        "coughs": scan.coughs,
        "rejected": len(scan.found) - scan.coughs,
        "heard_s": round(scan.duration_s, 4),
        "monitored_s": round(scan.monitored_s, 4),
        "trouble": None if scan.trouble is None else as_text(scan.trouble),
    }
