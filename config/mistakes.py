"""A mistake in a configuration file, and the error that carries all of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .errors import ConfigError

_MOST_SHOWN = 200
_LONGEST_QUOTE = 40


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One thing to mend."""

    line: int
    """In the file, from 1."""
    key: str
    """Dotted, such as `sources[1].pace`; empty where it is about the whole file."""
    text: str
    """What is wrong and what to do, without a full stop."""

    def __str__(self) -> str:
        """Key and text as they stand in the message."""
        return f"{self.key}: {self.text}" if self.key else self.text


class MistakesError(ConfigError):
    """The configuration file has mistakes; the message has a line for each."""

    def __init__(self, file: Path, mistakes: Sequence[Mistake]) -> None:
        self.file = file
        self.mistakes = tuple(sorted(mistakes))
        lines = [f"{file}:{mistake.line}: {mistake}" for mistake in self.mistakes[:_MOST_SHOWN]]
        hidden = len(self.mistakes) - _MOST_SHOWN
        if hidden > 0:
            lines.append(f"{file}: and {hidden} more mistakes")
        if len(lines) > 1:
            lines.insert(0, f"{file} has {len(self.mistakes)} mistakes:")
        super().__init__("\n".join(lines))


def quote(text: str) -> str:
    """Text from the file, short and without control characters, in quotes."""
    cut = text if len(text) <= _LONGEST_QUOTE else text[:_LONGEST_QUOTE] + "…"
    return ascii(cut) if not cut.isprintable() else f"'{cut}'"
