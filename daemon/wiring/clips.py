"""From the settings to the clips that are kept, if any."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, nullcontext
from functools import partial

from ...config.places import Places
from ...config.settings import Settings
from ...storage.store import EventStore
from ...storage.upkeep.room import MEGABYTE
from ..clips.ports import CLIPS_FOLDER, Clips, NoClips
from ..clock import Clock

_DAY_US = 86_400_000_000
_CLIPS_GO_FIRST = 2
"""Clips leave the disk when twice as much is free as when embeddings do."""


def clips(
    settings: Settings, places: Places, store: EventStore, clock: Clock
) -> AbstractContextManager[Clips]:
    """Give who keeps clips; ConfigError for a key that is missing, open to others or wrong.

    Where none are kept any more, those of before go as they would have.
    """
    wanted = settings.clips
    if not wanted.keep and not (places.data_dir / CLIPS_FOLDER).is_dir():
        return nullcontext(NoClips())
    # Encryption and decoder are imported only where sound is kept.
    from ..clips.choosing import ClipChooser  # noqa: PLC0415
    from ..clips.forgetting import ClipLimits  # noqa: PLC0415
    from ..clips.keeper import ClipKeeper  # noqa: PLC0415
    from ..clips.leaving import LeftClips  # noqa: PLC0415
    from ..clips.sealing import find_key_file, read_key  # noqa: PLC0415
    from ..clips.writer import ClipWriter  # noqa: PLC0415

    days = [each for each in (wanted.keep_days, settings.retention.events_days) if each is not None]
    limits = ClipLimits(
        age_us=round(min(days) * _DAY_US) if days else None,
        largest_bytes=None if wanted.max_mb is None else wanted.max_mb * MEGABYTE,
        best_of_day=wanted.best_of_day,
    )
    writer = ClipWriter(
        places.data_dir,
        read_key(find_key_file(wanted.key_file, os.environ)) if wanted.keep else None,
        limits,
        free_floor=_CLIPS_GO_FIRST * settings.retention.free_space_mb * MEGABYTE,
        clock=clock,
        uncounted_by_score=store.uncounted_by_score,
    )
    if not wanted.keep:
        return LeftClips(writer)
    chooser = partial(ClipChooser, wanted.before_s, wanted.after_s, wanted.speech_veto)
    return ClipKeeper(writer, chooser)
