"""What was drawn again for the intervals, as numbers and as a sentence. Pure."""

from __future__ import annotations

from ..scoring import resampling
from ..scoring.scores import Draws
from ..scoring.units import Units
from .numbers import Json
from .tables import number_of

FEW_UNITS = 10
"""Below so many the percentiles of a bootstrap are known to lie too near to each other."""


def intervals(draws: Draws) -> Json:
    """How the intervals of a report were made."""
    return {
        "level": resampling.LEVEL,
        "method": "percentile bootstrap",
        "draws": resampling.DRAWS,
        "seed": resampling.SEED,
        "over": draws.sounds.over,
        "units": len(draws.sounds.names),
        "recordings_over": draws.recordings.over,
        "recordings_units": len(draws.recordings.names),
        "sentence": _sentence(draws),
    }


def few_units(draws: Draws) -> list[str]:
    """A warning for each kind of unit of which there are few."""
    kinds = dict.fromkeys(
        kind_of(units)
        for units in (draws.sounds, draws.recordings)
        if resampling.FEWEST_UNITS <= len(units.names) < FEW_UNITS
    )
    return [
        f"Few units are drawn again ({kind}): intervals over them are narrower than they should be."
        for kind in kinds
    ]


def _sentence(draws: Draws) -> str:
    of_recordings = kind_of(draws.recordings)
    only = f"one {draws.recordings.over.removesuffix('s')}"
    enough = len(draws.recordings.names) >= resampling.FEWEST_UNITS
    how = f"{100 * resampling.LEVEL:g} %, percentile bootstrap, {resampling.DRAWS} draws"
    if draws.sounds.whole:
        return f"Intervals: {how} over {of_recordings}." if enough else f"No intervals: {only}."
    others = f"over {of_recordings}" if enough else f"have none, there is {only}"
    return (
        f"Intervals: {how}; counting, onset error and groups over {kind_of(draws.sounds)}; "
        f"all other scores {others}."
    )


def kind_of(units: Units) -> str:
    """How many units of which kind."""
    if units.over == "recordings":
        return number_of(len(units.names), "recording")
    people = number_of(units.people, "subject")
    rest = len(units.names) - units.people
    if not rest:
        return people
    why = "whose subject is not known" if units.whole else "for what belongs to nobody"
    return f"{people} and {number_of(rest, 'recording')} {why}"
