"""A `coughd run` from the moment at which it says that it is ready, heard and stopped by a test."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from command_line import PATIENCE_S, command, environment

from coughd.daemon.subscriber import Message, Subscriber

Daemon = subprocess.Popen[str]


@contextmanager
def daemon(folder: Path, config: Path, python_path: Path | None = None) -> Iterator[Daemon]:
    """A running daemon, from the moment at which it says that it is ready."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(os.fspath(folder / "notify"))
        environ = environment(
            python_path=python_path, others={"NOTIFY_SOCKET": os.fspath(folder / "notify")}
        )
        running = Daemon(
            command("run", "--config", config), stderr=subprocess.PIPE, text=True, env=environ
        )
        try:
            wait_until_ready(running, manager)
            yield running
        finally:
            running.kill()
            running.communicate()


def wait_until_ready(running: Daemon, manager: socket.socket) -> None:
    """Take the daemon's word to the service manager; fails where it ends before."""
    manager.settimeout(1.0)
    while running.poll() is None:
        with suppress(TimeoutError):
            if b"READY=1" in manager.recv(1000):
                return
    pytest.fail(running.communicate()[1])


def stop(running: Daemon) -> tuple[int, list[str]]:
    """Stop it as systemd does; gives exit code and log."""
    running.terminate()
    _, log = running.communicate(timeout=PATIENCE_S)
    return running.returncode, log.splitlines()


def next_cough(folder: Path) -> str:
    """Wait for the next message that tells a cough."""
    addresses = f"ipc://{folder}/events.sock", f"ipc://{folder}/replay.sock"
    with Subscriber(*addresses, topics=["cough.event.end"]) as stream:
        return next(item.topic for item in stream.messages(PATIENCE_S) if isinstance(item, Message))
