"""`python load_hear.py FOLDER...` loads each as HeAR; prints a JSON list of its refusals, or nulls.

One process for all, since importing TensorFlow takes longer than any of the loads.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from coughd.config.errors import ModelError
from coughd.detectors.hear.process import load_encoder


def refusal(folder: Path) -> str | None:
    try:
        load_encoder(folder, (1, 4, 8), "float32")
    except ModelError as exc:
        return str(exc)
    return None


if __name__ == "__main__":
    json.dump([refusal(Path(folder)) for folder in sys.argv[1:]], sys.stdout)
