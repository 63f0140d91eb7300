"""Names of recordings that can be printed and written, and are never each other's. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from ....config.as_text import as_text


def printable_names(names: Sequence[str]) -> list[str]:
    """Make each printable; those that look alike then are numbered, so that none is another."""
    shown: list[str] = []
    for name in names:
        bare = candidate = as_text(name)
        times = 1
        while candidate in shown or (candidate != name and candidate in names):
            times += 1
            candidate = f"{bare} ({times})"
        shown.append(candidate)
    return shown
