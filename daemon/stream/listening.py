"""Whether somebody listens at a socket."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

_PATIENCE_S = 1.0


def somebody_listens(address: str) -> bool:
    """Knock at `ipc://PATH` or `tcp://HOST:PORT`; the kernel answers for a hanging process, too."""
    path = address.removeprefix("ipc://")
    try:
        if path != address:
            with socket.socket(socket.AF_UNIX) as knock:
                knock.settimeout(_PATIENCE_S)
                knock.connect(path)
        else:
            place = urlsplit(address)
            with socket.create_connection((place.hostname, place.port), _PATIENCE_S):
                pass
    except (BlockingIOError, TimeoutError):
        # At a path this is a listener whose queue is full; elsewhere nobody may be there.
        return path != address
    except OSError:
        return False
    return True
