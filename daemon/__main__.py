"""`coughd`, and `python -m coughd.daemon`: what must be said before anything is imported."""

from __future__ import annotations

import os
import signal

# A Ctrl-C while libraries are imported ends it without a traceback; `main` sees to any later one.
if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, signal.SIG_DFL)

# Our matrices are small: a second OpenBLAS thread spins for longer than it helps, and costs more
# than gate and ledger together. One thread also adds up in the same order on every machine.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# Processes that we start look for no module in the folder that the user stands in: whoever sent
# recordings could have put a program of their own beside them.
os.environ.setdefault("PYTHONSAFEPATH", "1")

from .main import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
