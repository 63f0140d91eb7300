"""`.ci/audit`: a known vulnerability fails, a service that is away is only said."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

_AUDIT = Path(__file__).parents[1] / ".ci" / "audit"
pytestmark = pytest.mark.skipif(not _AUDIT.exists(), reason="only in a checkout")
_GOOD = {"name": "numpy", "version": "2.0", "vulns": []}
_BAD = {
    "name": "zlib",
    "version": "1.0",
    "vulns": [{"id": "CVE-2026-1", "fix_versions": ["1.1"]}],
}
_UNKNOWN = {"name": "coughd", "skip_reason": "not found"}


def audit(folder: Path, says: str, *, code: int = 0) -> subprocess.CompletedProcess[str]:
    """Run it with a pip-audit that says this."""
    fake = folder / "pip_audit.py"
    fake.write_text(
        f"import sys\nprint({says!r})\nprint('no route', file=sys.stderr)\nsys.exit({code})"
    )
    return subprocess.run(
        [sys.executable, str(_AUDIT), "requirements.lock"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PIP_AUDIT": f"{sys.executable} {fake}"},
    )


def told(*packages: Mapping[str, object]) -> str:
    return json.dumps({"dependencies": packages})


def test_nothing_known_is_well(tmp_path: Path) -> None:
    done = audit(tmp_path, told(_GOOD, _UNKNOWN))
    assert done.returncode == 0
    assert "no known vulnerability in 1 packages, 1 unknown to the service" in done.stdout


def test_a_known_vulnerability_fails_and_says_what_to_do(tmp_path: Path) -> None:
    done = audit(tmp_path, told(_GOOD, _BAD), code=1)
    assert done.returncode == 1
    assert "zlib 1.0: CVE-2026-1, mended in 1.1" in done.stdout
    assert "make lock" in done.stderr


@pytest.mark.parametrize("says", ["", "Traceback", "[]", told(_UNKNOWN)])
def test_a_service_that_is_away_fails_nothing_and_is_said(tmp_path: Path, says: str) -> None:
    done = audit(tmp_path, says, code=1)
    assert done.returncode == 0
    assert "requirements.lock: NOT audited: " in done.stderr
