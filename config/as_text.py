"""Names of files as text that can be printed and written, whatever their bytes are. Pure."""

from __future__ import annotations


def as_text(name: str) -> str:
    """Show bytes that are no UTF-8, which Python keeps as lone surrogates, as question marks."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def in_one_line(text: str) -> str:
    """Show what would break a line or steer a terminal as question marks."""
    return "".join(char if char.isprintable() else "?" for char in text)
