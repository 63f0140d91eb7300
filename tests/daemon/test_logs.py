from __future__ import annotations

import io
import json
import logging
import os
import pty
import subprocess
import sys
import termios

import pytest

from coughd.daemon.logs import (
    JournalLines,
    JsonLines,
    TextLines,
    UnhinderedHandler,
    is_journal,
    takes_more,
)


def record(level: int, message: str, **extra: object) -> logging.LogRecord:
    made = logging.LogRecord("coughd.test", level, __file__, 1, message, None, None)
    made.__dict__.update(extra)
    return made


@pytest.mark.parametrize(
    ("level", "prefix"),
    [
        (logging.DEBUG, "<7>"),
        (logging.INFO, "<6>"),
        (logging.WARNING, "<4>"),
        (logging.ERROR, "<3>"),
        (logging.CRITICAL, "<2>"),
    ],
)
def test_the_journal_gets_a_priority_before_each_line(level: int, prefix: str) -> None:
    lines = JournalLines(logging.Formatter("%(message)s"))
    assert lines.format(record(level, "one\ntwo")) == f"{prefix}one\n{prefix}two"


def test_json_lines_have_the_records_fields() -> None:
    fields = {"source": "bed", "cause": "frozen"}
    line = json.loads(JsonLines().format(record(logging.WARNING, "gone", fields=fields)))
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "warning",
        "logger": "coughd.test",
        "message": "gone",
        "source": "bed",
        "cause": "frozen",
    }


def test_what_a_device_is_called_steers_no_terminal() -> None:
    lines = TextLines("%(levelname)s %(name)s: %(message)s")
    named = record(logging.WARNING, "'\x1b]0;owned\x07Mic\x9b2J' is gone\ntwo: café")
    assert lines.format(named) == "WARNING coughd.test: '?]0;owned?Mic?2J' is gone\ntwo: café"


def test_only_the_journals_own_stream_is_the_journal() -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading), os.fdopen(writing, "w") as stream:
        file = os.fstat(writing)
        environ = {"JOURNAL_STREAM": f"{file.st_dev}:{file.st_ino}"}
        assert is_journal(stream, environ)
        assert not is_journal(sys.__stderr__ or sys.stderr, environ)
        assert not is_journal(stream, {})
        assert not is_journal(io.StringIO(), environ)


def test_a_process_of_the_journal_writes_prefixes_and_others_do_not() -> None:
    program = (
        "import os, sys, logging\n"
        "from coughd.daemon.logs import set_up_logging\n"
        "file = os.fstat(2)\n"
        "if sys.argv[1] == 'journal':\n"
        "    os.environ['JOURNAL_STREAM'] = f'{file.st_dev}:{file.st_ino}'\n"
        "set_up_logging('info', 'text')\n"
        "logging.getLogger('coughd.x').error('hello')\n"
        "logging.getLogger('coughd.x').debug('unheard')\n"
    )
    said = {
        where: subprocess.run(
            [sys.executable, "-c", program, where],
            stderr=subprocess.PIPE,
            text=True,
            check=True,
            env={name: os.environ[name] for name in os.environ if name != "JOURNAL_STREAM"},
        ).stderr
        for where in ("journal", "terminal")
    }
    assert said == {"journal": "<3>ERROR coughd.x: hello\n", "terminal": "ERROR coughd.x: hello\n"}


def test_who_logs_waits_for_no_halted_terminal() -> None:
    """As by Ctrl-S: a write would stand still until Ctrl-Q."""
    reading, writing = pty.openpty()
    with os.fdopen(reading, "rb", buffering=0) as screen, os.fdopen(writing, "w") as terminal:
        handler = UnhinderedHandler(terminal)
        handler.emit(record(logging.INFO, "one"))
        termios.tcflow(writing, termios.TCOOFF)
        assert not takes_more(terminal)
        for message in ("two", "three"):
            handler.emit(record(logging.INFO, message))
        termios.tcflow(writing, termios.TCOON)
        handler.emit(record(logging.INFO, "four"))
        shown = b""
        while not shown.endswith(b"four\r\n"):
            shown += screen.read(4_096)
    assert shown.decode().split("\r\n") == [
        "one",
        "2 lines were left out here: nobody took them",
        "four",
        "",
    ]


def test_what_is_no_file_takes_every_line() -> None:
    assert takes_more(io.StringIO())
