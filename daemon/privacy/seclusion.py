"""What the daemon's process denies itself and its children."""

from __future__ import annotations

import os
import resource


def keep_to_itself() -> None:
    """Make new files private to the user, and leave no memory on the disk after a crash.

    Children inherit both. A service's unit says the same (`UMask=`, `LimitCORE=`); this is for
    those who start the daemon by hand.
    """
    os.umask(0o077)
    # With the last seconds of sound in it, a core dump would be sound at rest.
    _, hard_limit = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, hard_limit))
