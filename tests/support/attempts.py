"""Run inside the service's cage: tries what must not be possible; prints what was, as JSON.

Of the standard library alone: `python attempts.py`.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

_LIBC = ctypes.CDLL(None, use_errno=True)
_CLONE_NEWUSER, _CLONE_NEWNS = 0x10000000, 0x00020000
_SCHED_FIFO = 1
_PTRACE_SEIZE = 0x4206
_INIT_MODULE = {"x86_64": 175, "aarch64": 105}[os.uname().machine]
_HERE = Path(os.environ.get("STATE_DIRECTORY", "/var/lib/coughd"))


def _call(name: str, *arguments: object) -> None:
    if getattr(_LIBC, name)(*arguments) == -1:
        raise OSError(ctypes.get_errno(), name)


def _write(path: str) -> None:
    target = Path(path)
    target.write_text("x", encoding="ascii")
    target.unlink()


def _see(path: str) -> None:
    Path(path).stat()


def _list(path: str) -> None:
    if not list(Path(path).iterdir()):
        raise FileNotFoundError(path)


def _make_suid() -> None:
    mine = _HERE / "suid"
    mine.touch()
    try:
        mine.chmod(0o4755)
    finally:
        mine.unlink()


def _keep_a_core() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (1 << 20, 1 << 20))


def _open_socket(family: int, kind: int) -> None:
    socket.socket(family, kind).close()


def _have_capabilities() -> None:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    held = {line.split()[1] for line in status.splitlines() if line.startswith("Cap")}
    if held == {"0" * 16}:
        raise PermissionError("none")


def _gain_privileges() -> None:
    if "NoNewPrivs:\t1" in Path("/proc/self/status").read_text(encoding="ascii"):
        raise PermissionError("no_new_privs is set")


ATTEMPTS: dict[str, Callable[[], object]] = {
    "change the program": lambda: _write("/opt/coughd/bin/more"),
    "change the configuration": lambda: _write("/etc/coughd/more.yaml"),
    "add a unit": lambda: _write("/etc/systemd/system/more.service"),
    "write beside its own state": lambda: _write("/var/lib/more"),
    "see a person's files": lambda: _see("/home/alice/diary"),
    "see root's files": lambda: _list("/root"),
    "see others' temporary files": lambda: _see("/tmp/of-another"),
    "see other processes": lambda: _see("/proc/1/cmdline"),
    "tune the kernel": lambda: Path("/proc/sys/kernel/printk").write_text("4 4 1 7", "ascii"),
    "enter a control group": lambda: _write("/sys/fs/cgroup/systemd/more"),
    "speak netlink": lambda: _open_socket(socket.AF_NETLINK, socket.SOCK_RAW),
    "speak raw packets": lambda: _open_socket(socket.AF_PACKET, socket.SOCK_RAW),
    "speak bluetooth": lambda: _open_socket(socket.AF_BLUETOOTH, socket.SOCK_RAW),
    "become root": lambda: os.setuid(0),
    "hold a capability": _have_capabilities,
    "gain privileges by a program": _gain_privileges,
    "make a set-uid file": _make_suid,
    "make a user namespace": lambda: _call("unshare", _CLONE_NEWUSER),
    "make a mount namespace": lambda: _call("unshare", _CLONE_NEWNS),
    "mount": lambda: _call("mount", b"none", str(_HERE).encode(), b"tmpfs", 0, None),
    "take real-time priority": lambda: os.sched_setscheduler(
        0, _SCHED_FIFO, os.sched_param(1)
    ),
    "set the clock": lambda: time.clock_settime(time.CLOCK_REALTIME, time.time()),
    "name the machine": lambda: socket.sethostname(socket.gethostname()),
    "trace its parent": lambda: _call("ptrace", _PTRACE_SEIZE, os.getppid(), None, None),
    "load a kernel module": lambda: _call("syscall", _INIT_MODULE, b"", 0, b""),
    "open the kernel's log": lambda: _call("klogctl", 3, bytes(16), 16),
    "change the machine's personality": lambda: _call("personality", 0x0040000),
    "keep a core dump of what it heard": _keep_a_core,
}  # fmt: skip


def main() -> None:
    """Try everything; a refusal is any error, of what is hidden that it is not there."""
    possible = [name for name, attempt in ATTEMPTS.items() if _succeeds(attempt)]
    _write(str(_HERE / "allowed"))  # its own state must be writable, or all this means nothing
    sys.stdout.write(json.dumps(possible))


def _succeeds(attempt: Callable[[], object]) -> bool:
    """In a process of its own, which may have changed what it stands on."""
    child = os.fork()
    if child == 0:
        try:
            attempt()
        except (OSError, ValueError):
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


if __name__ == "__main__":
    main()
