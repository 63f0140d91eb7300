"""Clips are embedded while somebody watches."""

from __future__ import annotations

import typer

from ....detectors.ports import Embedder, Gate
from ...offline.clip_examples import FromClips, embed_clips
from ...offline.clip_table import ClipTable
from ...offline.clip_windows import left_out_lines
from .bars import progress_bar

_MOST_COMPLAINTS = 20


def embed_watched(table: ClipTable, gate: Gate, embedder: Embedder) -> FromClips:
    """Embed clips; progress, and what is left out, stand on standard error. InputError."""
    with progress_bar("reading and embedding") as progress:
        found = embed_clips(table, gate, embedder, progress)
    complain_in_part(left_out_lines(found.left_out, table))
    return found


def complain_in_part(lines: list[str]) -> None:
    """The first twenty lines, and how many more there would be."""
    for line in lines[:_MOST_COMPLAINTS]:
        typer.echo(f"coughd: {line}", err=True)
    if len(lines) > _MOST_COMPLAINTS:
        typer.echo(f"coughd: and {len(lines) - _MOST_COMPLAINTS} more left out", err=True)
