"""Lets no worker outlive the process that asked for its work: two would write one checkpoint."""

from __future__ import annotations

import os
from multiprocessing import parent_process
from multiprocessing.process import BaseProcess
from threading import Thread


def end_with_parent() -> None:
    """From now on this process ends when its parent has, however that ended."""
    parent = parent_process()
    if parent is not None:
        Thread(target=_outlive_nobody, args=(parent,), daemon=True).start()


def _outlive_nobody(parent: BaseProcess) -> None:
    """Duty: wait for the parent's end, then end at once. Prohibition: anything else."""
    parent.join()
    os._exit(1)
