"""Names of files as text that can be printed and written, whatever their bytes are. Pure."""

from __future__ import annotations

from collections.abc import Sequence


def printable(name: str) -> str:
    """Show bytes that are no UTF-8, which Python keeps as lone surrogates, as question marks."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def printable_names(names: Sequence[str]) -> list[str]:
    """Make each printable; those that look alike then are numbered, so that none is another."""
    shown: list[str] = []
    for name in names:
        bare = candidate = printable(name)
        times = 1
        while candidate in shown or (candidate != name and candidate in names):
            times += 1
            candidate = f"{bare} ({times})"
        shown.append(candidate)
    return shown
