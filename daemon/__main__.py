"""`coughd`, and `python -m coughd.daemon`: what must be said before numpy is imported."""

from __future__ import annotations

import os

# Our matrices are small: a second OpenBLAS thread spins for longer than it helps, and costs more
# than gate and ledger together. One thread also adds up in the same order on every machine.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from .main import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
