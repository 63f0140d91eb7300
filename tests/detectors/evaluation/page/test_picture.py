"""The picture of docs/evaluation.md is drawn of any report, by the command that stands there."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from evaluated import recordings, report

SCRIPT = Path(__file__).parents[4] / "docs" / "evaluation_picture.py"


def test_the_documents_picture_is_drawn_of_a_report(tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text(json.dumps(report(recordings())), encoding="utf-8")
    picture = tmp_path / "picture.svg"
    arguments = [sys.executable, str(SCRIPT), str(tmp_path / "report.json"), str(picture)]
    drawn = subprocess.run(arguments, capture_output=True, text=True, check=False)

    assert drawn.returncode == 0, drawn.stderr
    assert picture.read_text(encoding="utf-8").count("<svg") == 4
