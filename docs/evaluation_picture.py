"""Draw the picture of docs/evaluation.md from a report.

`coughd evaluate RECORDINGS --json report.json` first, then
`python docs/evaluation_picture.py report.json docs/evaluation.svg`: three plots of its page.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from plain_style import plain_style
from side_by_side import side_by_side

from coughd.detectors.drawing.document import STYLE
from coughd.detectors.evaluation.page.charts import (
    reliability,
    scores_by_threshold,
    sensitivity_by_snr,
)

WIDTH, HEIGHT = 420.0, 280.0
PARTS = "small|axis|grid|line|dashed|dotted|dot|bar"


def main() -> None:
    """Write the picture to the second file named on the command line."""
    systems = json.loads(Path(sys.argv[1]).read_bytes())["systems"]
    charts = [plot(systems) for plot in (sensitivity_by_snr, scores_by_threshold, reliability)]
    style = plain_style(STYLE.read_text(encoding="utf-8"), PARTS)
    picture = side_by_side(charts, WIDTH, HEIGHT, style)
    Path(sys.argv[2]).write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    main()
