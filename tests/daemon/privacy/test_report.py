"""What speaks against a promise, by what was found."""

from __future__ import annotations

from pathlib import Path

import pytest

from coughd.config.settings import Settings
from coughd.daemon.privacy.access import Access
from coughd.daemon.privacy.inventory import FoundFile
from coughd.daemon.privacy.report import Promise, Report

MINE = Access(0o600, "coughd", "coughd", "owner", by_list=False)


def promises(*files: FoundFile) -> dict[str, Promise]:
    report = Report((), files, (), (), False, frozenset(), Settings())
    return {promise.name: promise for promise in report.promises}


@pytest.mark.parametrize("name", ["1.clip", ".1.clip.new"])
def test_a_clip_is_stored_sound_also_one_that_was_half_written(name: str) -> None:
    clip = FoundFile(Path("/data/clips") / name, "clip", 30_000, 1, 1, "unknown", MINE)
    (reason,) = promises(clip)["no_sound_stored"].reasons
    assert reason.broken
    assert "1 clips of counted coughs" in reason.sentence


def test_the_check_of_the_clips_key_is_no_sound() -> None:
    check = FoundFile(Path("/data/clips/key.check"), "clip_check", 28, 1, 1, "unknown", MINE)
    assert promises(check)["no_sound_stored"].holds
