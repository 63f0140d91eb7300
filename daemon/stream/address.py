"""Where the sockets may be: a file that only we and a group can open, the loopback, or with keys.

libzmq removes whatever stands at an ipc path before it binds, another daemon's socket and an
ordinary file alike; so everything is checked here first.
"""

from __future__ import annotations

import errno
import grp
import os
import stat
from dataclasses import dataclass
from pathlib import Path

import zmq

from ...config.addresses import refuse_address
from ...config.errors import AlreadyRunningError, ConfigError, CoughdError
from .key_ring import KeyRing
from .listening import somebody_listens

_FOLDER_MODE = 0o700


@dataclass(frozen=True, slots=True)
class Admission:
    """Who may connect to a bound socket."""

    keys: KeyRing | None = None
    """At a tcp address, the holders of these keys only; None: every program of this machine."""
    group_may_listen: bool = False
    """At an ipc address, the owner and a group (mode 0660), else the owner alone (0600)."""
    group: str | None = None
    """Which group, if not the daemon's own."""


OWNER_ALONE = Admission()


def bind_local(
    endpoint: zmq.Socket[bytes], address: str, admission: Admission = OWNER_ALONE
) -> None:
    """Bind to `ipc://ABSOLUTE-PATH` or `tcp://HOST:PORT`, off the loopback only with keys.

    The folder of an ipc path is made (0700) where it is missing, a dead daemon's socket file is
    replaced. Raises ConfigError for an address that cannot or must not be used,
    AlreadyRunningError where somebody listens there already.
    """
    refusal = refuse_address(address, curve=admission.keys is not None)
    if refusal:
        raise ConfigError(f"cannot listen at {address!r}: it {refusal}")
    path = Path(address.removeprefix("ipc://")) if address.startswith("ipc://") else None
    if path is not None:
        _clear_the_way(path, address)
    endpoint.setsockopt(zmq.IPV6, int("[" in address))
    try:
        endpoint.bind(address)
    except zmq.ZMQError as exc:
        raise _told(exc, address) from exc
    if path is not None:
        _open_to(path, admission)


def _open_to(path: Path, admission: Admission) -> None:
    if admission.group is not None:
        _give_to(path, admission.group)
    # Not before: another group than the one that is meant could come in, and would stay.
    path.chmod(0o660 if admission.group_may_listen else 0o600)


def _give_to(path: Path, group: str) -> None:
    try:
        os.chown(path, -1, grp.getgrnam(group).gr_gid)
    except (KeyError, OSError) as exc:
        path.unlink(missing_ok=True)
        raise ConfigError(
            f"{path} cannot be given to the group {group}: name in stream.group one that "
            "exists and that the daemon's user is in"
        ) from exc


def remove_socket(address: str) -> None:
    """Remove the socket file of an address that is no longer bound; libzmq leaves it behind."""
    if address.startswith("ipc://"):
        Path(address.removeprefix("ipc://")).unlink(missing_ok=True)


def _clear_the_way(path: Path, address: str) -> None:
    """Leave the path free, or hold nothing but the socket file of a dead process."""
    folder = path.parent
    try:
        folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
        # A link that another user has put there leads elsewhere tomorrow.
        owners = {folder.lstat().st_uid, folder.stat().st_uid}
        mode = folder.stat().st_mode
        found = path.lstat().st_mode if os.path.lexists(path) else None
    except OSError as exc:
        raise ConfigError(
            f"the folder of {address} cannot be used ({exc.strerror}): "
            "choose another address or give us the right to it"
        ) from exc
    if not owners <= {0, os.geteuid()}:
        raise ConfigError(
            f"{folder} belongs to another user, who could listen or speak in our place: "
            "choose a folder of your own"
        )
    # Where it is sticky, as /tmp is, nobody but its owner can take a socket away.
    if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
        raise ConfigError(
            f"every user of this machine may write into {folder}, and could put a socket in the "
            f"place of ours: choose a folder of your own, such as {folder / 'coughd'}"
        )
    if found is None:
        return
    if not stat.S_ISSOCK(found):
        raise ConfigError(
            f"{path} is there already and is not a socket: move it away or choose another address"
        )
    if somebody_listens(address):
        raise AlreadyRunningError(
            f"another process listens at {address}: stop it or choose another address"
        )


def _told(exc: zmq.ZMQError, address: str) -> CoughdError:
    if exc.errno == errno.EADDRINUSE:
        return AlreadyRunningError(
            f"another process listens at {address}: stop it or choose another address"
        )
    reason = os.strerror(exc.errno) if exc.errno else str(exc)
    return ConfigError(f"cannot listen at {address} ({reason}): choose another address")
