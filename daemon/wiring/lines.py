"""From the configured sources to the lines that the loop listens to."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from ...config.errors import ConfigError
from ...config.settings import Settings, SourceSettings
from ..identity import FileIdentity, Identity, LiveIdentity
from ..line import Line
from ..sources.file import FileSource
from ..sources.microphone import open_microphone
from ..sources.ports import Source


@contextmanager
def open_lines(sources: Sequence[SourceSettings]) -> Iterator[list[Line]]:
    """Open every source; what was opened is closed, also where a later one cannot be had.

    Raises CoughdError where a file cannot be read; a microphone that is away is no error.
    """
    lines: list[Line] = []
    with _closing_together(lines):
        lines.extend(_line(source) for source in sources)
        yield lines


def heard_now(settings: Settings) -> set[str]:
    """The sources whose sound is heard while it happens."""
    return {
        source.id
        for source in settings.sources
        if source.kind == "microphone" or (source.pace == "realtime" and source.starts_at is None)
    }


def _line(settings: SourceSettings) -> Line:
    source = _source(settings)
    content = None if settings.loop else source.content_sha256
    identity: Identity = FileIdentity(content, settings.id) if content else LiveIdentity()
    return Line(source, settings.name, settings.kind, identity)


@contextmanager
def _closing_together(lines: Sequence[Line]) -> Iterator[None]:
    """Close all sources at once: each frozen device takes seconds to give up."""
    try:
        yield
    finally:
        with ThreadPoolExecutor(len(lines) or 1, "close") as pool:
            list(pool.map(lambda line: line.source.close(), lines))


def _source(settings: SourceSettings) -> Source:
    if settings.kind == "microphone":
        microphone = open_microphone(
            settings.id,
            device=settings.device,
            sample_rate_hz=settings.sample_rate_hz,
            channel=settings.channel,
            record_path=settings.record_path,
        )
        # While it opens, the store and the models do.
        microphone.begin(time.monotonic())
        return microphone
    if settings.path is None:  # the loader does not let this pass
        raise ConfigError(f"source {settings.id} is a file without a path")
    starts_at = settings.starts_at
    return FileSource(
        settings.id,
        settings.path,
        pace=settings.pace,
        loop=settings.loop,
        channel=settings.channel,
        starts_at_us=None if starts_at is None else round(starts_at.timestamp() * 1_000_000),
    )
