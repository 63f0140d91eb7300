"""Standard output: that of data, and one that nobody reads any more or that cannot be written."""

from __future__ import annotations

import errno
import io
import os
import sys
from pathlib import Path
from typing import TextIO

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO})
"""What a full or broken disk answers, where the output goes into a file."""


def prepare_output() -> None:
    """Let what is said go nowhere where the caller has closed standard output or error.

    What cannot be said in the terminal's letters, such as the name of a file that is no text,
    is shown with question marks.
    """
    if sys.stdout is None:
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - as long as we run
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - as above
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def data_output() -> TextIO:
    """Give standard output for data: UTF-8, whatever letters the terminal has."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors=sys.stdout.errors)
    return sys.stdout


def let_output_go() -> None:
    """Send the rest to nowhere: the interpreter would flush it into the broken pipe once more."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
