"""Messages as they come: coloured under a line of headings on a terminal, else plain lines."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.text import Text

from ...stream.items import Message
from .watch_lines import HEADINGS, text_line

_COUNTED = "bold green"
_NOT_COUNTED = "dim"
_FAULT = "yellow"
_NO_FAULT = ("opened", "well", "finished")


class LiveLines:
    """Prints one message a line on standard output; what counts stands out on a terminal.

    One thread.
    """

    def __init__(self, timezone: str, console: Console | None = None) -> None:
        """`timezone` is the site's, as in the history: an IANA name that exists."""
        self._zone = ZoneInfo(timezone)
        self._console = console or Console(highlight=False)

    def begin(self) -> None:
        """Name the columns, on a terminal only."""
        if self._console.is_terminal:
            self._print(Text(HEADINGS, style="bold"))

    def show(self, message: Message) -> None:
        """Print one message."""
        line = text_line(message, self._zone)
        if self._console.is_terminal:
            self._print(Text(line, style=_style(message)))
        else:
            typer.echo(line)

    def _print(self, text: Text) -> None:
        # The terminal breaks long lines itself, and then copies them as one.
        self._console.print(text, soft_wrap=True)


def _style(message: Message) -> str:
    if message.topic.startswith("source."):
        return "" if message.body.get("cause") in _NO_FAULT else _FAULT
    if not message.topic.startswith("cough.event."):
        return ""
    return _NOT_COUNTED if message.body.get("reason") else _COUNTED
