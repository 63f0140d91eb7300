"""The report as JSON, schema `coughd.privacy/1`."""

from __future__ import annotations

from datetime import UTC, datetime

from ...config.settings import RetentionSettings, Settings
from ...storage.personal import MEANINGS, TableContents
from .inventory import HOLDS, FoundFile, Kind
from .net_tables import Socket
from .processes import OpenFile, Process
from .report import Report, reach_of

SCHEMA = "coughd.privacy/1"
MEMORY = {
    "main": "the last 30 seconds of each source, and windows that wait for HeAR",
    "capture": "the last seconds of one microphone",
    "embedder": "windows of two seconds that it is asked about",
    "remote": "windows of two seconds, which it sends to the server of embedder.remote",
}
"""What is held of sound in memory, by role; none of it outlives the process."""
ELSEWHERE = (
    "the log, on standard error or in the journal: states of sources, no cough and no sound",
    "exports, backups and cursors that somebody wrote elsewhere",
    "what programs that may open the sockets do with what they are told",
)
"""What is not looked at."""


def document(report: Report) -> dict[str, object]:
    """Give it with plain values."""
    return {
        "schema": SCHEMA,
        "holds": all(promise.holds for promise in report.promises),
        "promises": [
            {
                "name": promise.name,
                "sentence": promise.sentence,
                "holds": promise.holds,
                "reasons": [
                    {"broken": reason.broken, "sentence": reason.sentence}
                    for reason in promise.reasons
                ],
            }
            for promise in report.promises
        ],
        "processes": [_process(each, report) for each in report.processes],
        "files": [_file(each) for each in report.files],
        "tables": [_table(each, report.settings) for each in report.tables],
        "not_seen": list(report.hidden),
        "elsewhere": list(ELSEWHERE),
    }


_KEPT: dict[Kind, str] = {
    "store": "see the tables",
    "copy": "until somebody deletes it, or coughd privacy --purge",
    "recording": "until somebody deletes it, or coughd privacy --purge",
    "clip": "see clips.keep_days, max_mb, best_of_day; or coughd privacy --purge",
    "clip_check": "as long as the clips' folder",
    "handed_in": "until the daemon has taken it",
    "key": "until somebody deletes it; a client's until it is revoked",
    "socket": "while the daemon runs",
    "lock": "written anew at each start",
    "ballast": "as long as the store",
    "told": "until somebody deletes it, or coughd privacy --purge",
}


def kept(file: FoundFile) -> str:
    """Say how long a file is kept."""
    return _KEPT.get(file.kind, "until somebody deletes it")


def table_kept(name: str, settings: Settings) -> str:
    """Say how long the rows of a table are kept, as configured."""
    if name not in MEANINGS:
        return "unknown"
    key = MEANINGS[name].kept_by
    days = None if key == "for ever" else _days(settings.retention, key)
    bound = f"the newest {settings.store.outbox_keep}" if name == "outbox" else "for ever"
    if days is None:
        return bound
    return f"{days:g} days" if bound == "for ever" else f"{days:g} days, at most {bound}"


def when(moment_us: int | None) -> str | None:
    """RFC 3339 of a stored time, to the second."""
    if moment_us is None:
        return None
    moment = datetime.fromtimestamp(moment_us / 1_000_000, UTC)
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _days(retention: RetentionSettings, key: str) -> float | None:
    return {
        "events_days": retention.events_days,
        # What belongs to an event goes with it.
        "embeddings_days": min(
            (
                each
                for each in (retention.embeddings_days, retention.events_days)
                if each is not None
            ),
            default=None,
        ),
        "messages_days": retention.messages_kept_days,
    }[key]


def _process(process: Process, report: Report) -> dict[str, object]:
    return {
        "pid": process.pid,
        "role": process.role,
        "user": process.user,
        "sound_in_memory": MEMORY.get(process.role, "not a process that coughd starts"),
        "core_bytes": process.core_bytes,
        "swapped_kb": process.swapped_kb,
        "hidden": process.hidden or None,
        "files": [_open_file(each) for each in process.files],
        "sockets": [_socket(each, report) for each in process.sockets],
    }


def _open_file(file: OpenFile) -> dict[str, object]:
    return {
        "path": file.path,
        "device": file.device,
        "inode": file.inode,
        "writable": file.writable,
        "form": file.form,
    }


def _socket(socket: Socket, report: Report) -> dict[str, object]:
    return {
        "kind": socket.kind,
        "state": socket.state,
        "inode": socket.inode,
        "local": socket.local or None,
        "remote": socket.remote or None,
        "reach": reach_of(socket),
        "asks_for_key": socket.local in report.asking_for_keys,
    }


def _file(file: FoundFile) -> dict[str, object]:
    return {
        "path": str(file.path),
        "kind": file.kind,
        "holds": HOLDS[file.kind],
        "size_bytes": file.size_bytes,
        "form": file.form,
        "mode": f"{file.access.mode:04o}",
        "owner": file.access.owner,
        "group": file.access.group,
        "who": file.access.who,
        "access_list": file.access.by_list,
        "kept": kept(file),
    }


def _table(table: TableContents, settings: Settings) -> dict[str, object]:
    meaning = MEANINGS.get(table.name)
    return {
        "name": table.name,
        "rows": table.rows,
        "about_people": meaning.about_people if meaning else table.unexpected,
        "oldest": when(table.oldest_us),
        "kept": table_kept(table.name, settings),
        "unexpected": table.unexpected or None,
    }
