"""What a check found, with its evidence and what to do about it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ...config.errors import CoughdError


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check."""

    check: str
    """A word or two; the same at every run."""
    state: Literal["ok", "warning", "fault"]
    evidence: str
    """What was looked at and seen."""
    remedy: str = ""
    """What to do; empty where all is well, and where the evidence says it."""
    fix: Literal["", "salvage", "sums", "modes"] = ""
    """What `coughd doctor --fix` would do."""
    exit_code: int = os.EX_IOERR
    """Of a fault, by sysexits.h."""


def fault_of(check: str, exc: CoughdError) -> Finding:
    """What an error says; behind its last semicolon stands what to do."""
    what, found, remedy = str(exc).rpartition("; ")
    if not found:
        what, remedy = remedy, ""
    return Finding(check, "fault", what, remedy, exit_code=exc.exit_code)


def exit_code_of(findings: Sequence[Finding]) -> int:
    """Give 0 without a fault, else the code of the first one."""
    return next((one.exit_code for one in findings if one.state == "fault"), os.EX_OK)
