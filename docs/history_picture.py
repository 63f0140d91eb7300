"""Draw the picture of docs/history.md: the map of four weeks that nobody coughed.

`python docs/history_picture.py docs/history.svg` makes up the hours of a cold that comes and goes,
as the code below says, and draws them as `coughd history --html` draws what was heard.
"""

from __future__ import annotations

import math
import random
import sys
from datetime import UTC, date, timedelta
from pathlib import Path

from plain_style import plain_style

from coughd.daemon.commands.views.page.fields import clock_hours
from coughd.daemon.commands.views.page.heat_map import heat_map
from coughd.daemon.commands.views.page.whole import STYLE as MAP_STYLE
from coughd.detectors.drawing.document import STYLE
from coughd.storage.reading.intervals import Interval, Tally, Terms
from coughd.storage.reading.local_time import HOUR_US

FIRST, NIGHTS = date(2026, 10, 26), 28
WORST_NIGHT, NIGHTS_ILL = 16, 3.5
USUAL_PER_H, WORST_PER_H = 1.0, 30.0
NOT_HEARD = {(4, hour) for hour in (13, 14, 15, 16, 17)}
"""Nights and hours in which the microphone was away."""
HALF_HEARD = {(4, 18), (21, 2)}
PARTS = "small|c[0-5]|partly|unheard"


def coughs_per_hour(night: int, hour: int) -> float:
    """How ill somebody is, and how much more one coughs on lying down and towards morning."""
    ill = math.exp(-(((night - WORST_NIGHT) / NIGHTS_ILL) ** 2))
    lying = {22: 0.6, 23: 0.8, 0: 0.5, 5: 0.7, 6: 1.0, 7: 0.8}.get(hour, 0.15)
    return (USUAL_PER_H + (WORST_PER_H - USUAL_PER_H) * ill) * lying


def made_up(night: int, hour: int, chance: random.Random) -> Interval:
    """An hour's coughs, each minute with its own chance of one."""
    minutes = 25 if (night, hour) in HALF_HEARD else 0 if (night, hour) in NOT_HEARD else 60
    coughs = sum(chance.random() < coughs_per_hour(night, hour) / 60 for _ in range(minutes))
    heard = Tally(coughs=coughs, ok_us=HOUR_US * minutes // 60)
    return Interval(0, HOUR_US, None, heard, HOUR_US, Terms(UTC))


def main() -> None:
    """Write the picture to the file named on the command line."""
    chance = random.Random(7)  # noqa: S311 - no secret
    rows = {
        FIRST + timedelta(days=night): {
            hour: made_up(night, hour, chance) for hour in clock_hours("night")
        }
        for night in range(NIGHTS)
    }
    rules = STYLE.read_text(encoding="utf-8") + MAP_STYLE.read_text(encoding="utf-8")
    named = '<svg xmlns="http://www.w3.org/2000/svg" '
    picture = heat_map(rows, "night").replace("<svg ", named, 1)
    styled = picture.replace(">", f"><style>{plain_style(rules, PARTS)}</style>", 1)
    Path(sys.argv[1]).write_text(styled + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
