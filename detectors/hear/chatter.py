"""What the embedder process writes to its standard error, and how much of it a person must see."""

from __future__ import annotations

import logging
import re

OUR_PREFIX = "coughd: "
"""Begins the lines that our own code writes there; the rest is TensorFlow's."""
MAX_LINE_BYTES = 2_000
_EVERYDAY = re.compile(r"[IWE]\d{4} |WARNING: All log messages")
"""TensorFlow writes lines like these however well it is; fatal ones begin with F."""
_log = logging.getLogger(__name__)


class Chatter:
    """Logs lines as they come, ours as warnings and TensorFlow's as debug messages.

    Keeps the last line that is not everyday, for what is said of a process that died. Longer lines
    are cut.
    """

    def __init__(self) -> None:
        self._rest = b""
        self.last_line = ""

    def feed(self, data: bytes) -> None:
        """Take what was read, however it is cut."""
        *lines, rest = (self._rest + data).split(b"\n")
        self._rest = rest[:MAX_LINE_BYTES]
        for line in lines:
            self._tell(line[:MAX_LINE_BYTES].decode(errors="replace").strip())

    def _tell(self, line: str) -> None:
        if line.startswith(OUR_PREFIX):
            _log.warning("%s", line.removeprefix(OUR_PREFIX))
        elif line:
            _log.debug("%s", line)
        if line and not _EVERYDAY.match(line):
            self.last_line = line
