"""How the program speaks about itself: state changes, one line each."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal, TextIO

_PRIORITIES = {
    logging.DEBUG: 7,
    logging.INFO: 6,
    logging.WARNING: 4,
    logging.ERROR: 3,
    logging.CRITICAL: 2,
}


def set_up_logging(level: str, form: Literal["text", "json"]) -> None:
    """Send everything under `coughd` to stderr, where journald adds the time to text lines."""
    handler = logging.StreamHandler(sys.stderr)
    lines = (
        JsonLines() if form == "json" else logging.Formatter("%(levelname)s %(name)s: %(message)s")
    )
    into_journal = is_journal(sys.stderr, os.environ)
    handler.setFormatter(JournalLines(lines) if into_journal else lines)
    logger = logging.getLogger("coughd")
    logger.handlers = [handler]
    logger.setLevel(level.upper())
    logger.propagate = False


def is_journal(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Whether this is the journal's own stream: JOURNAL_STREAM names it by device and inode."""
    try:
        file = os.fstat(stream.fileno())
    except OSError:
        return False
    return environ.get("JOURNAL_STREAM") == f"{file.st_dev}:{file.st_ino}"


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
