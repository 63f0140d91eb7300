"""How the program speaks about itself: state changes, one line each."""

from __future__ import annotations

import json
import logging
import os
import select
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal, TextIO

from ..config.as_text import in_one_line

_PRIORITIES = {
    logging.DEBUG: 7,
    logging.INFO: 6,
    logging.WARNING: 4,
    logging.ERROR: 3,
    logging.CRITICAL: 2,
}


_PATIENCE_S = 0.2


def set_up_logging(level: str, form: Literal["text", "json"]) -> None:
    """Send everything under `coughd` to stderr, where journald adds the time to text lines."""
    handler = UnhinderedHandler(sys.stderr)
    lines = JsonLines() if form == "json" else TextLines("%(levelname)s %(name)s: %(message)s")
    into_journal = is_journal(sys.stderr, os.environ)
    handler.setFormatter(JournalLines(lines) if into_journal else lines)
    logger = logging.getLogger("coughd")
    logger.handlers = [handler]
    logger.setLevel(level.upper())
    logger.propagate = False


class UnhinderedHandler(logging.StreamHandler[TextIO]):
    """Waits for no reader: lines that its stream does not take are left out, and then counted.

    A terminal halted by Ctrl-S takes none, perhaps for hours. Who logs may be the thread that
    listens, and nothing ends a thread in the midst of a write.
    """

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self._left_out = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record, and before it how many were left out."""
        # Only the first is waited for: a reader that is slow for a moment loses nothing.
        if not takes_more(self.stream, 0.0 if self._left_out else _PATIENCE_S):
            self._left_out += 1
            return
        if self._left_out:
            said = "lines were left out here: nobody took them"
            left_out, self._left_out = f"{self._left_out} {said}", 0
            super().emit(
                logging.LogRecord("coughd.log", logging.WARNING, "", 0, left_out, None, None)
            )
        super().emit(record)


def takes_more(stream: TextIO, patience_s: float = 0.0) -> bool:
    """Whether a line can be written there without a wait; what is no file takes all."""
    poll = select.poll()
    try:
        poll.register(stream, select.POLLOUT)
    except (OSError, ValueError):
        return True
    return bool(poll.poll(patience_s * 1000))


def is_journal(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Whether this is the journal's own stream: JOURNAL_STREAM names it by device and inode."""
    try:
        file = os.fstat(stream.fileno())
    except OSError:
        return False
    return environ.get("JOURNAL_STREAM") == f"{file.st_dev}:{file.st_ino}"


class TextLines(logging.Formatter):
    """Text that steers no terminal: a device, say, may be called what somebody wrote into it."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's own name
        """Write one record without the trace that may follow it."""
        return "\n".join(map(in_one_line, super().formatMessage(record).split("\n")))


class JournalLines(logging.Formatter):
    """Another form's lines, each with the priority for `journalctl -p`, as sd-daemon(3) says."""

    def __init__(self, lines: logging.Formatter) -> None:
        super().__init__()
        self._lines = lines

    def format(self, record: logging.LogRecord) -> str:
        """Write one record; every line of a trace has its own prefix."""
        prefix = f"<{_PRIORITIES.get(record.levelno, 6)}>"
        return "\n".join(prefix + line for line in self._lines.format(record).splitlines())


class JsonLines(logging.Formatter):
    """One JSON object a line.

    `time, level, logger, message`, what the record has as `fields`, and `error` where there is one.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Write one record."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)
