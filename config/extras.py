"""Optional parts of coughd that other packages bring."""

from __future__ import annotations

import shlex
import sys
from importlib.util import find_spec


def command_to_add(requirement: str) -> str:
    """Tell what to type so that whoever runs this has a package such as `coughd[fit]`."""
    python = shlex.quote(sys.executable)
    if find_spec("pip") is not None:
        return f"{python} -m pip install {shlex.quote(requirement)}"
    # As `make run` builds it: without a pip of its own, so that of the system is asked.
    return f"python3 -m pip --python {python} install {shlex.quote(requirement)}"
