"""Reports of made-up recordings, as JSON has them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from annotated import claim, cough, heard, sound, truth

from coughd.detectors.evaluation.annotations.rows import Notice
from coughd.detectors.evaluation.report.document import Made, System, make_report
from coughd.detectors.evaluation.scoring.units import units_of_sounds
from coughd.detectors.evaluation.sounds import Heard

NOTICES = [Notice("t.csv", 3, "is <left> out."), Notice("gone.wav", None, "is not there.")]


MADE = Made("1.2.3", datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC), ("evaluate", "my <nights>"))


def recordings(*, shift_s: float = 0.02, false_alarms: int = 2) -> tuple[Heard, ...]:
    """Six minutes, each with four coughs of which the faintest is refused."""
    made = []
    for number in range(6):
        coughs = tuple(cough(5.0 + 10 * k, snr_db=20.0 - 10 * k, source="x") for k in range(4))
        recording = truth(
            *coughs, name=f"{number}.flac", sounds=(sound(50.0, "laugh"),), duration_s=60.0
        )
        claims = [claim(one.onset_s + shift_s) for one in coughs[:3]]
        claims.append(claim(35.0, 0.3))
        claims += [claim(50.0 + 0.3 * k, 0.8, laugh=0.15) for k in range(false_alarms)]
        made.append(heard(recording, *claims))
    return tuple(made)


def report(
    *systems: tuple[Heard, ...],
    learnt_from: tuple[str, ...] = (),
    have_all_learnt: bool = False,
    notices: Sequence[Notice] = NOTICES,
) -> dict[str, Any]:
    """Of systems of which the last, or all, have learnt from some recordings."""
    described = {"config": None, "gate": "g", "embedder": "e", "probe": "p"}
    made = [
        System({"marks": "b.csv"}, None, some)
        if any(one.by_marks for one in some)
        else System(described, 0.5, some)
        for some in systems
    ]
    have_learnt = slice(0 if have_all_learnt else -1, None)
    made[have_learnt] = [replace(one, learnt_from=learnt_from) for one in made[have_learnt]]
    units = units_of_sounds([one.truth for one in systems[0]])
    document = make_report(made, notices, units, MADE)
    loaded: dict[str, Any] = json.loads(json.dumps(document, allow_nan=False))
    assert loaded == document
    return loaded
