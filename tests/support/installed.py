"""The service of a booted machine, as a test watches it: its document, its life, its one source."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from booted import Booted

from coughd.daemon.subscriber import Subscriber

UNIT = "coughd.service"


@contextmanager
def never_restarted(machine: Booted, more: str) -> Iterator[Subscriber]:
    """What a service tells that was just started with this configuration.

    Until the end it must stay the same process.
    """
    machine.configure(more)
    machine.run("systemctl", "restart", UNIT)
    before = (machine.show(UNIT, "MainPID"), machine.show(UNIT, "NRestarts"))
    with machine.stream(ephemeral=True) as stream:
        machine.until(lambda: hears(machine), "a service that hears")
        yield stream
    assert (machine.show(UNIT, "MainPID"), machine.show(UNIT, "NRestarts")) == before


def status(machine: Booted) -> dict[str, Any]:
    """The document of `coughd status`, whose exit code must agree with it."""
    said = machine.run("coughd", "status", "--json", check=False)
    document = json.loads(said.stdout)
    assert said.returncode == (1 if document["faults"] else 0)
    return dict(document)


def hears(machine: Booted) -> bool:
    """The null sink is digitally silent while nobody plays."""
    return [one["state"] for one in status(machine)["sources"]] in (["up"], ["silent"])
