"""What a detector has learnt from: for its card, and for `coughd evaluate` to warn of."""

from __future__ import annotations

from pathlib import Path

from .pack import TEST_FOLD, Clip, read_clips


def clips_heard(pack: Path, *, full_pack: bool, hold_out: bool) -> list[Clip]:
    """Every clip that trains a part of the detector; InputError."""
    return [
        clip
        for clip in read_clips(pack, hold_out=hold_out)
        if clip.fold != TEST_FOLD and (clip.commercial or (full_pack and clip.fold == "train"))
    ]


def files_heard(pack: Path, *, full_pack: bool, hold_out: bool) -> list[Path]:
    """The files of these clips, and the pack's scenes where their clips are among them."""
    clips = clips_heard(pack, full_pack=full_pack, hold_out=hold_out)
    scenes = [] if hold_out else sorted((pack / "scenes").glob("*.flac"))
    return [*(clip.path for clip in clips), *scenes]
