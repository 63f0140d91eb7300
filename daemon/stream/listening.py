"""Whether somebody listens at a socket, and whether this user may ask."""

from __future__ import annotations

import os
import socket
from pathlib import Path
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


def may_open(socket_file: Path) -> bool:
    """Whether this user may connect to a socket's file; one that is not there may come."""
    try:
        socket_file.stat()
    except PermissionError:
        return False
    except OSError:
        return True
    return os.access(socket_file, os.W_OK)


def may_ask(address: str) -> bool:
    """Whether this user may connect to an address; tcp lets anybody of this machine."""
    path = address.removeprefix("ipc://")
    return path == address or may_open(Path(path))
