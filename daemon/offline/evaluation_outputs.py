"""Where the reports of `coughd evaluate` go: checked before hours of sound are heard for them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from ...config.errors import InputError, UsageError

STANDARD_OUTPUT = Path("-")


def output_of(text: str) -> Path:
    """Read where to write: `-` is standard output, and `./-` a file of that name."""
    path = Path(text)
    return path if path != STANDARD_OUTPUT or text == "-" else path.absolute()


@dataclass(frozen=True, slots=True)
class Outputs:
    """The files that somebody asked for."""

    json: Path | None
    """`-` is standard output."""
    html: Path | None

    @property
    def asked_for(self) -> bool:
        """Whether there is a report beside what a terminal gets."""
        return self.json is not None or self.html is not None

    def check(self) -> None:
        """Refuse what could not be written in the end; UsageError, InputError.

        A disk that is full by then is not foreseen.
        """
        if self.html == STANDARD_OUTPUT:
            raise UsageError(
                "--html writes a file and prints nothing; name one: --html report.html"
            )
        if self.html is not None and self.html == self.json:
            raise UsageError(f"--json and --html both name '{self.html}'; name two files")
        for option, path in (("--json", self.json), ("--html", self.html)):
            if path is None or path == STANDARD_OUTPUT:
                continue
            try:
                hindrance = _hindrance(path)
            except OSError as exc:
                hindrance = str(exc.strerror)
            if hindrance is not None:
                raise _unwritable(option, path, hindrance)


def write(option: str, path: Path, text: str) -> None:
    """Write one of them, a new one for its owner alone: it shows recordings. InputError."""
    try:
        with open(path, "w", encoding="utf-8", opener=_private) as file:
            file.write(text)
    except OSError as exc:
        raise _unwritable(option, path, str(exc.strerror)) from exc


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _hindrance(path: Path) -> str | None:
    """Why a file cannot be written, found out without making it; OSError for odd names."""
    if path.is_dir():
        return "it is a folder"
    if path.exists():
        return None if os.access(path, os.W_OK) else "it may not be overwritten"
    if not path.parent.is_dir():
        return f"there is no folder '{path.parent}'"
    return None if os.access(path.parent, os.W_OK | os.X_OK) else "its folder takes no new file"


def _unwritable(option: str, path: Path, why: str) -> InputError:
    return InputError(f"{option} '{path}' cannot be written: {why}; choose another path.")
