"""The service of a booted machine, as a test watches it: its document, its life, its one source."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from booted import Booted

from coughd.daemon.subscriber import Message, Subscriber

UNIT = "coughd.service"
DROP_INS = f"/etc/systemd/system/{UNIT}.d"
PATIENCE_S = 300.0


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


@contextmanager
def changed(machine: Booted, name: str, service: str) -> Iterator[None]:
    """Add lines to the unit for a while; the service is restarted with and without them."""
    machine.write(f"{DROP_INS}/{name}.conf", f"[Service]\n{service}\n")
    restart(machine)
    try:
        yield
    finally:
        machine.run("rm", f"{DROP_INS}/{name}.conf")
        restart(machine)


def restart(machine: Booted) -> None:
    """With what the unit says now."""
    machine.run("systemctl", "daemon-reload")
    machine.run("systemctl", "restart", UNIT)


def restarts(machine: Booted) -> int:
    """How often it was started again by itself."""
    return int(machine.show(UNIT, "NRestarts"))


def main_pid(machine: Booted) -> str:
    """0 while there is none."""
    return machine.show(UNIT, "MainPID")


def last_sign_us(machine: Booted) -> int:
    """When the watchdog was fed last."""
    return int(machine.show(UNIT, "WatchdogTimestampMonotonic"))


def until(stream: Subscriber, topic: str) -> Message:
    """Wait for a message of this topic."""
    for item in stream.messages(PATIENCE_S):
        if isinstance(item, Message) and item.topic.startswith(topic):
            return item
    pytest.fail(f"no {topic} was told")


def coughs(machine: Booted) -> list[dict[str, object]]:
    """The history of the last hour."""
    answer = machine.run("coughd", "history", "--since", "1h", "--json")
    events = json.loads(answer.stdout)["rows"]
    assert isinstance(events, list)
    return events
