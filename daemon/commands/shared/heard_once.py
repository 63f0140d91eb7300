"""Which configured sources are recordings that are heard once."""

from __future__ import annotations

from ....config.settings import Settings
from ...offline.kept_sound import SourceFile


def source_files(settings: Settings) -> list[SourceFile]:
    """Give the configured recordings that are heard once."""
    return [
        SourceFile(source.id, source.path, source.channel)
        for source in settings.sources
        if source.kind == "file" and source.path is not None and not source.loop
    ]
