"""The running daemon and its children, and what they hold open, by `/proc`."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ...storage.lock import LOCK_NAME, holder_of
from .access import user_name
from .net_tables import Socket, read_sockets
from .sniffing import Form, form_of

PROC = Path("/proc")
_ROLES = {
    b"coughd.daemon.sources.capture_process": "capture",
    b"coughd.detectors.hear.process": "embedder",
    b"coughd.detectors.remote.process": "remote",
}
_DULL_DEVICES = ("/dev/null", "/dev/urandom", "/dev/random", "/dev/zero")


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A descriptor of a file, a named pipe or a device; not of a socket."""

    path: str
    """As the kernel names it; ` (deleted)` at the end of one that has no name any more."""
    device: int
    inode: int
    writable: bool
    is_output: bool
    """Standard output or error."""
    form: Form


@dataclass(frozen=True, slots=True)
class Process:
    """One process, as seen at one moment."""

    pid: int
    role: str
    """`main`, `capture`, `embedder`, `remote`, or the name of an unexpected one."""
    user: str
    core_bytes: str
    """How much of its memory a crash may write to the disk: a number or `unlimited`."""
    swapped_kb: int
    files: tuple[OpenFile, ...] = ()
    sockets: tuple[Socket, ...] = ()
    hidden: str = ""
    """Why its open files could not be seen."""


def daemon_processes(data_dir: Path, proc: Path = PROC) -> list[Process]:
    """Find who holds the data directory's lock, with all descendants; none where none runs.

    A holder that this user may not look into is found by the number in the lock file, and is
    `hidden`. OSError where the lock file is there and cannot be read.
    """
    try:
        lock = (data_dir / LOCK_NAME).stat()
    except FileNotFoundError:
        return []
    numbers = sorted(int(each.name) for each in proc.iterdir() if each.name.isdecimal())
    mains = {pid for pid in numbers if (lock.st_dev, lock.st_ino) in _open_inodes(proc / str(pid))}
    written = (data_dir / LOCK_NAME).read_bytes().strip()
    # The number outlives its process, and may be another's by now: only a held lock has a holder.
    is_held = holder_of(data_dir) is not None
    if not mains and is_held and written.isdigit() and int(written) in numbers:
        mains = {int(written)} if not _may_look(proc / written.decode()) else set()
    return [
        process
        for pid in _with_descendants(mains, _parents(numbers, proc))
        if (process := _process(proc / str(pid), is_main=pid in mains)) is not None
    ]


def _may_look(process: Path) -> bool:
    try:
        _descriptors(process)
    except PermissionError:
        return False
    except FileNotFoundError:
        return True
    return True


def _open_inodes(process: Path) -> set[tuple[int, int]]:
    found = set()
    with suppress(OSError):
        for descriptor in (process / "fd").iterdir():
            with suppress(OSError):
                status = descriptor.stat()
                found.add((status.st_dev, status.st_ino))
    return found


def _parents(numbers: list[int], proc: Path) -> dict[int, int]:
    parents = {}
    for pid in numbers:
        with suppress(OSError):
            # The name in brackets may hold anything; the parent is the second word after it.
            after_name = (proc / str(pid) / "stat").read_bytes().rpartition(b")")[2]
            parents[pid] = int(after_name.split()[1])
    return parents


def _with_descendants(mains: set[int], parents: dict[int, int]) -> list[int]:
    family = set(mains)
    while more := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= more
    return sorted(family)


def _process(folder: Path, *, is_main: bool) -> Process | None:
    """Look at one process; None where it has ended meanwhile."""
    hidden = ""
    files: tuple[OpenFile, ...] = ()
    sockets: tuple[Socket, ...] = ()
    try:
        status = _fields(folder / "status")
        limits = (folder / "limits").read_text(encoding="utf-8")
        command = (folder / "cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):
        return None
    if not command[0]:
        return None  # it has ended and waits to be reaped
    try:
        files = tuple(_open_files(folder))
        sockets = tuple(_open_sockets(folder))
    except PermissionError:
        hidden = "this user may not see what it holds open; try again as root"
    except (FileNotFoundError, ProcessLookupError):
        return None
    roles = [role for word, role in _ROLES.items() if word in command]
    return Process(
        pid=int(folder.name),
        role="main" if is_main else roles[0] if roles else status["Name"],
        user=user_name(int(status["Uid"].split()[1])),
        core_bytes=_core_bytes(limits),
        swapped_kb=int(status.get("VmSwap", "0").split()[0]),
        files=files,
        sockets=sockets,
        hidden=hidden,
    )


def _fields(path: Path) -> dict[str, str]:
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def _core_bytes(limits: str) -> str:
    line = next(each for each in limits.splitlines() if each.startswith("Max core file size"))
    return line.split()[4]


def _open_files(process: Path) -> Iterator[OpenFile]:
    for descriptor in _descriptors(process):
        with suppress(FileNotFoundError, ProcessLookupError):
            path = str(descriptor.readlink())
            status = descriptor.stat()
            # What has no place in the file system begins with its kind: pipe:, anon_inode:, socket:
            if path.startswith("/") and path not in _DULL_DEVICES:
                regular = stat.S_ISREG(status.st_mode)
                yield OpenFile(
                    path=path,
                    device=status.st_dev,
                    inode=status.st_ino,
                    writable=_is_writable(process, descriptor.name),
                    is_output=descriptor.name in {"1", "2"},
                    form=form_of(descriptor) if regular else "special",
                )


def _open_sockets(process: Path) -> Iterator[Socket]:
    inodes = []
    for descriptor in _descriptors(process):
        with suppress(FileNotFoundError, ProcessLookupError):
            name = str(descriptor.readlink())
            if name.startswith("socket:["):
                inodes.append(int(name[len("socket:[") : -1]))
    known = read_sockets(process / "net")
    for inode in sorted(set(inodes)):
        yield known.get(inode, Socket("other", "bound", inode, ""))


def _descriptors(process: Path) -> list[Path]:
    return sorted((process / "fd").iterdir(), key=lambda each: int(each.name))


def _is_writable(process: Path, descriptor: str) -> bool:
    flags = _fields(process / "fdinfo" / descriptor)["flags"]
    return int(flags, 8) & os.O_ACCMODE != os.O_RDONLY
