"""The fault of a daemon that gave no answer, and what to do about it where it is a service."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ....config.places import Places
from ....storage.place import sqlite_path, store_url
from ...service.layout import Layout, find_layout

_OF_ROOT = " Or do you mean the service of this machine? It is root's: `sudo coughd status`."


@dataclass(frozen=True, slots=True)
class Services:
    """Where the services of this machine and of this user would be, set up or not."""

    machine: Layout
    own: Layout | None
    """None: root has none."""

    def systemctl(self, places: Places, uid: int) -> str | None:
        """What calls the service of this configuration; None where none is set up."""
        if _may_see(self.machine.unit) and (uid == 0 or places.data_dir == self.machine.data_dir):
            return "systemctl" if uid == 0 else "sudo systemctl"
        if self.own is not None and _may_see(self.own.unit):
            return "systemctl --user"
        return None


def find_services(environ: Mapping[str, str], uid: int) -> Services:
    """Where the services of this machine and user belong."""
    own = None if uid == 0 else find_layout("user", environ, uid)
    return Services(find_layout("system", environ, 0), own)


def off_fault(places: Places, uid: int, services: Services) -> dict[str, str]:
    """Say that nobody answers; to somebody else than root, that there is a service not asked."""
    systemctl = services.systemctl(places, uid)
    if systemctl is None:
        do = "Start it with `coughd run`, or set it up as a service: `coughd service install`."
    else:
        do = f"Start it with `{systemctl} start coughd`, or `coughd run`."
    return {
        "about": "coughd",
        "code": "off",
        "says": "no daemon runs with this configuration: nothing is heard",
        "do": do + (_OF_ROOT if _is_roots_meant(places, uid, services.machine) else ""),
    }


def hangs_fault(places: Places, uid: int, services: Services) -> dict[str, str]:
    """Say that a daemon is there and silent."""
    systemctl = services.systemctl(places, uid)
    again = "end it and start it again"
    if systemctl is not None:
        again = f"restart it: `{systemctl} restart coughd`"
    return {
        "about": "coughd",
        "code": "hangs",
        "says": "the daemon does not answer",
        "do": f"Look into its log, then {again}.",
    }


def barred_fault(address: str) -> dict[str, str]:
    """Say that this user cannot know."""
    return {
        "about": "coughd",
        "code": "unknown",
        "says": f"this user may not open {address}, so whether it runs is not known",
        "do": "Try again with sudo, or join the socket's group.",
    }


def _is_roots_meant(places: Places, uid: int, machine: Layout) -> bool:
    """Whether the machine's service may be meant, and nobody else says so."""
    if uid == 0 or places.data_dir == machine.data_dir or not _may_see(machine.unit):
        return False
    store = sqlite_path(store_url(places.store))
    # Whoever looks for the store says it.
    return store is None or _may_see(store) or not _may_see(machine.data_dir)


def _may_see(path: Path) -> bool:
    return os.access(path, os.F_OK)
