"""The three promises, each judged by what was found."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ...config.settings import Settings
from ...storage.personal import TableContents
from .access import WRITE, Access, access_to
from .inventory import FoundFile
from .net_tables import Socket
from .processes import OpenFile, Process

_OURS_ALONE = frozenset({"store", "copy", "recording", "clip", "key", "handed_in"})
"""Nobody but the owner may read these."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a promise does not hold, or cannot be proved."""

    broken: bool
    """False: it could not be looked at."""
    sentence: str


@dataclass(frozen=True, slots=True)
class Promise:
    """Something that coughd promises by default."""

    name: str
    sentence: str
    reasons: tuple[Reason, ...]

    @property
    def holds(self) -> bool | None:
        """None: nothing speaks against it, but not everything could be looked at."""
        if not self.reasons:
            return True
        return False if any(reason.broken for reason in self.reasons) else None


@dataclass(frozen=True, slots=True)
class Report:
    """What is stored, open and reachable at one moment."""

    processes: tuple[Process, ...]
    files: tuple[FoundFile, ...]
    tables: tuple[TableContents, ...]
    hidden: tuple[str, ...]
    """What could not be looked at, and why."""
    password_in_configuration: bool
    asking_for_keys: frozenset[str]
    """Ports, as the kernel shows them, that let in only who has a key."""
    settings: Settings

    @property
    def promises(self) -> tuple[Promise, ...]:
        """All three, in a fixed order."""
        unseen = [_unproved(each) for each in self.hidden]
        unseen += [
            _unproved(f"process {each.pid}: {each.hidden}")
            for each in self.processes
            if each.hidden
        ]
        return (
            Promise("no_sound_stored", "No sound is stored.", (*_sound(self), *unseen)),
            Promise(
                "this_machine_only",
                "Nothing beyond this machine can reach it.",
                (*_beyond(self), *unseen),
            ),
            Promise(
                "private",
                "Nobody else on this machine can read it; its group may listen.",
                (*_readable(self), *unseen),
            ),
        )


def _broken(sentence: str) -> Reason:
    return Reason(broken=True, sentence=sentence)


def _unproved(sentence: str) -> Reason:
    return Reason(broken=False, sentence=sentence)


def reach_of(socket: Socket) -> str:
    """Say who can reach a socket: `network`, `machine`, `group`, `owner` or `itself`."""
    if socket.beyond_machine:
        return "network"
    if socket.kind in {"netlink", "other"} or socket.state == "connected":
        return "itself"
    if socket.kind != "unix" or socket.local.startswith("@"):
        return "machine"
    access = _access_to_socket(socket)
    if access is None:
        return "itself"  # it has no name, or lost it
    return "machine" if access.who == "everyone" else access.who


def _access_to_socket(socket: Socket) -> Access | None:
    if not socket.local.startswith("/"):
        return None
    try:
        return access_to(Path(socket.local), WRITE)
    except OSError:
        return None


def _sound(report: Report) -> Iterator[Reason]:
    yield from _clips(report)
    for file in report.files:
        if file.kind == "recording" or (file.form == "sound" and file.kind != "source"):
            yield _broken(f"{file.path}: a recording of {file.size_bytes} bytes")
        elif file.kind == "unknown" and file.form not in {"text", "empty"}:
            yield _unproved(f"{file.path}: no file of this configuration's, and no text")
    known = {(file.device, file.inode) for file in report.files}
    for process in report.processes:
        for open_file in process.files:
            if open_file.writable and (open_file.device, open_file.inode) not in known:
                yield from _written_elsewhere(process, open_file)
        if process.core_bytes != "0":
            yield _broken(
                f"process {process.pid}: a crash would write its memory, with the last seconds "
                "of sound, to the disk; run it with `ulimit -c 0`",
            )
    for table in report.tables:
        if table.unexpected:
            yield _unproved(f"table {table.name}: {table.unexpected}")


def _clips(report: Report) -> Iterator[Reason]:
    clips = [file for file in report.files if file.kind == "clip"]
    if clips:
        yield _broken(
            f"{clips[0].path.parent}: {len(clips)} clips of counted coughs, encrypted "
            "(clips.keep; `coughd clips list`)"
        )


def _written_elsewhere(process: Process, file: OpenFile) -> Iterator[Reason]:
    if file.form == "sound":
        yield _broken(f"process {process.pid} writes sound to {file.path}")
        return
    # A microphone is opened for writing too; text, or what goes to its output, is its log.
    is_device = file.form == "special" and file.path.startswith("/dev/")
    if not is_device and file.form not in {"text", "empty"} and not file.is_output:
        yield _unproved(f"process {process.pid} writes to {file.path}")


def _beyond(report: Report) -> Iterator[Reason]:
    for process in report.processes:
        for socket in process.sockets:
            if not socket.beyond_machine:
                continue
            where = f"is connected to {socket.remote}" if socket.remote else f"at {socket.local}"
            what = "" if socket.remote else f"{socket.state} "
            who = "; only holders of a key get in (`coughd keys list`)"
            who = who if socket.local in report.asking_for_keys else ""
            yield _broken(f"process {process.pid} ({socket.kind}): {what}{where}{who}")


def _readable(report: Report) -> Iterator[Reason]:
    for file in report.files:
        secret = file.kind == "configuration" and report.password_in_configuration
        if file.kind in _OURS_ALONE or secret:
            if file.access.who != "owner":
                yield _broken(
                    f"{file.path}: {_circle(file.access)} can read it; "
                    + shlex.join(["chmod", f"{file.access.mode & 0o700:o}", str(file.path)]),
                )
            elif file.access.by_list:
                yield _unproved(f"{file.path}: an access list is on the way to it (getfacl)")
    for process in report.processes:
        for socket in process.sockets:
            if socket.local in report.asking_for_keys:
                continue
            if socket.state != "connected" and reach_of(socket) in {"machine", "network"}:
                yield _broken(
                    f"process {process.pid} ({socket.kind}): everyone on this machine can open "
                    f"{socket.local}",
                )


def _circle(access: Access) -> str:
    return "everyone" if access.who == "everyone" else f"the group {access.group}"
