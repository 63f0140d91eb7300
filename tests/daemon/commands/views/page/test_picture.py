from __future__ import annotations

import subprocess
import sys
from pathlib import Path

DOCS = Path(__file__).parents[5] / "docs"


def test_the_documents_picture_is_what_its_script_draws(tmp_path: Path) -> None:
    drawn = tmp_path / "history.svg"
    subprocess.run([sys.executable, DOCS / "history_picture.py", drawn], check=True)
    assert (DOCS / "history.svg").read_bytes() == drawn.read_bytes()
