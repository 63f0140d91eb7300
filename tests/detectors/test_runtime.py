"""What loading a model does beside loading a model: nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

_LOAD = """
from coughd.detectors.gate import CoughdGate
CoughdGate.load().open_stream().feed(__import__("numpy").zeros(32_000, "float32"))
"""


def test_the_runtime_keeps_no_identifier_and_reports_to_nobody(tmp_path: Path) -> None:
    """Its telemetry, where it is on, makes a file below the home folder before it sends."""
    environ = {key: value for key, value in os.environ.items() if not key.startswith("XDG_")}
    environ.pop("ORT_DISABLE_TELEMETRY", None)
    environ["HOME"] = str(tmp_path)
    subprocess.run([sys.executable, "-c", _LOAD], env=environ, check=True)
    assert list(tmp_path.rglob("*")) == []
