"""What the service manager is told, by the protocol of sd_notify(3).

A library for ten lines is one more thing to keep: a datagram to the socket in NOTIFY_SOCKET is
the whole protocol.
"""

from __future__ import annotations

import logging
import os
import socket
import time
from collections.abc import Mapping

STOP_GOES_ON_S = 10.0
"""As the units' TimeoutStopSec: so long a stop may last, from its last sign on."""

_log = logging.getLogger("coughd.service")


class ServiceManager:
    """systemd, or nobody: without NOTIFY_SOCKET every call does nothing.

    Never blocks and never raises: a manager that cannot be told is logged once. All but `stored`
    are for the listening thread.
    """

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        address = environ.get("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self._failed = False
        self._is_stopping = False

    def ready(self) -> None:
        """The daemon is up, or has taken its new configuration."""
        self._tell("READY=1")

    def reloading(self) -> None:
        """The configuration is being read again; `ready` ends this."""
        self._tell(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self) -> None:
        """The daemon is going down; told once."""
        if not self._is_stopping:
            self._is_stopping = True
            self._tell("STOPPING=1")

    def stored(self) -> None:
        """The disk took something: a stop that has more to write does not hang. Any thread."""
        if self._is_stopping:
            self._tell(f"EXTEND_TIMEOUT_USEC={round(STOP_GOES_ON_S * 1_000_000)}")

    def alive(self) -> None:
        """Sign of life for the watchdog."""
        self._tell("WATCHDOG=1")

    def status(self, sentence: str) -> None:
        """One line for `systemctl status`."""
        self._tell(f"STATUS={sentence}")

    def _tell(self, state: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
                channel.setblocking(False)  # noqa: FBT003
                channel.sendto(state.encode(), self._address)
        except OSError as exc:
            if not self._failed:
                _log.warning("the service manager cannot be told anything: %s", exc.strerror)
            self._failed = True
