"""Whose the scenes and checkpoints in a cache are: work of other arguments is never taken over."""

from __future__ import annotations

from pathlib import Path

from ...config.errors import InputError

_MADE_BY = "made-by.txt"


def claim_cache(cache: Path, command: str) -> None:
    """Let the work of one command go on in a folder; InputError where it holds another's.

    So what was learnt from clips that may not be sold never gets into weights that are shipped.
    """
    note = cache / _MADE_BY
    try:
        cache.mkdir(parents=True, exist_ok=True)
        if not note.exists():
            note.write_text(f"{command}\n", encoding="utf-8")
        owner = note.read_text(encoding="utf-8").strip()
    except OSError as exc:
        raise InputError(f"{note}: {exc.strerror}. Choose another --cache.") from exc
    if owner != command:
        raise InputError(f"{cache} holds the work of `{owner}`. Choose another --cache.")
