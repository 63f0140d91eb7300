"""The privacy report for people: promises first, then what each rests on."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from ....config.as_text import in_one_line
from ....storage.personal import MEANINGS
from ...privacy.document import ELSEWHERE, MEMORY, kept, table_kept, when
from ...privacy.inventory import HOLDS
from ...privacy.report import Promise, Report, reach_of

_VERDICTS = {
    True: ("holds", "bold green"),
    False: ("BROKEN", "bold red"),
    None: ("unproved", "bold"),
}
_REACH = {
    "network": "OTHER MACHINES",
    "machine": "everyone on this machine",
    "group": "its user and its group",
    "owner": "its user alone",
    "itself": "the program at its other end alone",
}
_READERS = {"owner": "its user alone", "group": "its user and its group", "everyone": "everyone"}


def print_report(report: Report, console: Console) -> None:
    """Print it all; a pipe gets the same words without colours."""
    for promise in report.promises:
        console.print(_verdict(promise))
        for reason in promise.reasons:
            _print_line(console, f"          {reason.sentence}")
    _print_part(console, "Processes, and the sound in their memory", _processes(report))
    _print_part(console, "Sockets, and who can reach them", _sockets(report))
    _print_part(console, "Files, and who can read them", _files(report))
    _print_part(console, "Tables of the store, and what they hold about people", _contents(report))
    _print_part(console, "Not looked at", iter(ELSEWHERE))


def _verdict(promise: Promise) -> Text:
    word, style = _VERDICTS[promise.holds]
    return Text.assemble((f"{word:<9}", style), f" {promise.sentence}")


def _print_part(console: Console, heading: str, lines: Iterator[str]) -> None:
    console.print(Text(f"\n{heading}", style="bold"))
    for line in list(lines) or ["none"]:
        _print_line(console, f"  {line}")


def _print_line(console: Console, line: str) -> None:
    # A file's name must not look like a promise of ours.
    console.print(Text(in_one_line(line)))


def _processes(report: Report) -> Iterator[str]:
    if not report.processes:
        yield "none: no daemon is seen on this data directory"
    for each in report.processes:
        memory = MEMORY.get(each.role, "unknown: coughd starts no such process")
        yield f"{each.pid} {each.role}, user {each.user}: {memory}"


def _sockets(report: Report) -> Iterator[str]:
    nameless = 0
    for process in report.processes:
        for socket in process.sockets:
            if not socket.local:
                nameless += 1
                continue
            where = f"{socket.local} -> {socket.remote}" if socket.remote else socket.local
            reach = _REACH[reach_of(socket)]
            if socket.local in report.asking_for_keys:
                reach += ", with a key only"
            yield f"{where} ({socket.kind}, {socket.state}, process {process.pid}): {reach}"
    if nameless:
        yield f"{nameless} without a name, between these processes or to ones they asked"


def _files(report: Report) -> Iterator[str]:
    for each in report.files:
        access = each.access
        readers = _REACH[access.who] if each.kind == "socket" else _READERS[access.who]
        yield f"{each.path}"
        yield f"    {access.mode:04o} {access.owner}:{access.group}, {readers}"
        yield f"    {HOLDS[each.kind]}; kept: {kept(each)}"


def _contents(report: Report) -> Iterator[str]:
    for each in report.tables:
        since = f" since {when(each.oldest_us)}" if each.oldest_us is not None else ""
        about = MEANINGS[each.name].about_people if each.name in MEANINGS else each.unexpected
        how_long = table_kept(each.name, report.settings)
        yield f"{each.name}: {each.rows} rows{since}; kept: {how_long}"
        yield f"    {about}"
