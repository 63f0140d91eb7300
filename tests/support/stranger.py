"""Folders that this process may not enter, or not write in, though it may be root."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

STRANGER = 54_321


@contextmanager
def open_folder() -> Iterator[Path]:
    """Not pytest's, which other users never may enter."""
    with tempfile.TemporaryDirectory(prefix="coughd-test-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@contextmanager
def restricted(folder: Path, mode: int) -> Iterator[None]:
    """Give a folder of an `open_folder` this mode; root is somebody else meanwhile.

    What is imported only then is out of reach, where Python lies in root's home.
    """
    former = folder.stat().st_mode
    folder.chmod(mode)
    is_root = os.geteuid() == 0
    try:
        if is_root:
            os.seteuid(STRANGER)
        yield
    finally:
        if is_root:
            os.seteuid(0)
        folder.chmod(former)
