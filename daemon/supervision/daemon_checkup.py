"""Whether a daemon runs, and whether it answers at its sockets, as far as this user may see."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from ...config.places import Places
from ...storage.lock import is_holder_hidden
from ...storage.upkeep.findings import Finding
from ..stream.listening import may_ask, somebody_listens


def check_daemon(data_dir: Path, pid: str | None) -> Finding:
    """Say what `pid`, from `holder_of` the data directory, tells."""
    check = "daemon"
    if pid is not None:
        return Finding(check, "ok", f"it runs as process {pid}")
    if is_holder_hidden(data_dir):
        return Finding(
            check,
            "warning",
            f"this user may not see whether one uses {data_dir}",
            "try again as root, or as its owner",
        )
    return Finding(check, "ok", "it does not run")


def check_sockets(places: Places, pid: str | None) -> Iterator[Finding]:
    """Knock where files are the sockets, and compare that with who holds the data directory."""
    is_known = pid is not None or not is_holder_hidden(places.data_dir)
    for name, address in (("publish", places.publish), ("replay", places.replay)):
        check = f"socket {name}"
        if not address.startswith("ipc://"):
            yield Finding(check, "ok", f"{address}, not knocked at")
            continue
        if not may_ask(address):
            yield Finding(
                check,
                "warning",
                f"{address}: this user may not open it",
                "try again as root, or join the socket's group",
            )
            continue
        answers = somebody_listens(address)
        if not is_known or answers == (pid is not None):
            yield Finding(check, "ok", f"{address}: {'answers' if answers else 'nobody there'}")
        elif pid is not None:
            yield Finding(
                check,
                "fault",
                f"{address}: the daemon runs, and nobody answers here",
                "does this configuration belong to it? else restart it",
                exit_code=os.EX_UNAVAILABLE,
            )
        else:
            yield Finding(
                check,
                "fault",
                f"{address}: somebody answers, and no daemon holds {places.data_dir}",
                "another coughd uses this socket: stop it or choose another address",
                exit_code=os.EX_TEMPFAIL,
            )
