"""`python load_hear.py FOLDER[@PRECISION]...` loads each as HeAR; prints what came of it as JSON.

A refusal's sentence, or how it is run: device, precision, batch policy, and what was warned of.

One process for all, since importing TensorFlow takes longer than any of the loads.
"""

from __future__ import annotations

import json
import logging
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any, get_args

from coughd.config.errors import ModelError
from coughd.detectors.hear.loading import load_model
from coughd.detectors.hear.model import AskedPrecision


class Warnings(logging.Handler):
    """Keeps what is warned of."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())


def outcome(asked: str) -> dict[str, Any]:
    folder, _, how = asked.partition("@")
    precision: AskedPrecision = next(p for p in get_args(AskedPrecision) if p in how or not how)
    warnings = Warnings()
    logging.getLogger("coughd").addHandler(warnings)
    try:
        identity = load_model("hear", Path(folder), (1, 4, 8), precision).identity
    except ModelError as exc:
        return {"refusal": str(exc), "warnings": warnings.said}
    finally:
        logging.getLogger("coughd").removeHandler(warnings)
    return {"refusal": None, "identity": asdict(identity), "warnings": warnings.said}


if __name__ == "__main__":
    json.dump([outcome(asked) for asked in sys.argv[1:]], sys.stdout)
