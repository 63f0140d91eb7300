"""Files without which a daemon refuses to start: recordings to be heard, and the key of clips."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

from ...config.errors import CoughdError
from ...config.places import Places
from ...config.settings import Settings
from ...storage.upkeep.findings import Finding, fault_of
from ..sources.file import FileSource


def check_recordings(settings: Settings) -> Iterator[Finding]:
    """Open every source that is a file, as a start does."""
    for source in settings.sources:
        if source.path is None:
            continue
        check = f"file {source.id}"
        try:
            with closing(FileSource(source.id, source.path, channel=source.channel)) as file:
                evidence = f"{source.path} at {file.sample_rate_hz} Hz"
        except CoughdError as exc:
            yield fault_of(check, exc)
        else:
            yield Finding(check, "ok", evidence)


def check_clips(settings: Settings, places: Places, *, running: bool) -> Iterator[Finding]:
    """Look at the key; nothing is found where no clips are kept."""
    if not settings.clips.keep:
        return
    # The cipher is imported only where sound is kept.
    from ..clips.sealing import CREDENTIAL, read_key  # noqa: PLC0415
    from ..clips.shelf import ClipShelf  # noqa: PLC0415

    check, file = "clips", settings.clips.key_file
    if file is None:
        if not running:
            yield Finding(
                check,
                "warning",
                f"clips.key_file names no key, and a service's credential {CREDENTIAL} is not seen "
                "from here",
                "where there is none make a key with `coughd clips new-key FILE` and name it",
            )
        return
    try:
        ClipShelf(places.data_dir).check_key(read_key(file))
    except CoughdError as exc:
        yield fault_of(check, exc)
    else:
        yield Finding(check, "ok", f"{file} is their key")
