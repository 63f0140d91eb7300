"""The clips that were kept before: all there is to do where none are kept any more."""

from __future__ import annotations

from collections.abc import Collection
from typing import Self

from ...storage.records import OutboxRow
from .forgetting import uncounted
from .ports import NoClips
from .writer import ClipWriter


class LeftClips(NoClips):
    """Forgets them as if more were kept: `Clips`; a context manager, as its writer is."""

    def __init__(self, writer: ClipWriter) -> None:
        self._writer = writer

    def __enter__(self) -> Self:
        """See `ClipWriter`."""
        self._writer.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        """See `ClipWriter`."""
        self._writer.__exit__(*error)

    @property
    def is_alive(self) -> bool:
        """Whether the writer's thread runs."""
        return self._writer.is_alive

    def told(self, rows: Collection[OutboxRow]) -> None:
        """See `Clips`."""
        self._writer.forget(uncounted(rows))
