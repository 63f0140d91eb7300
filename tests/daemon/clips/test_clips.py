"""Clips: which are made, that nobody hears them without the key, and that they go."""

from __future__ import annotations

import base64
import stat
from pathlib import Path

import numpy as np
import pytest
from judged_windows import event_id, judged, noise
from patience import until

from coughd.config.errors import ConfigError, InputError
from coughd.config.private_file import write_private
from coughd.daemon.clips.choosing import ClipChooser
from coughd.daemon.clips.clip_file import (
    ClipHeader,
    clip_path,
    encode_clip,
    read_clip,
    read_header,
)
from coughd.daemon.clips.forgetting import ClipLimits, KeptClip, to_forget
from coughd.daemon.clips.keeper import ClipKeeper
from coughd.daemon.clips.sealing import ClipKey, find_key_file, read_key
from coughd.daemon.clips.shelf import ClipShelf, forget_uncounted
from coughd.storage.records import EventRescored

DAY_US = 86_400_000_000
KEY = ClipKey(bytes(range(32)))
OTHER_KEY = ClipKey(bytes(32))
NO_LIMITS = ClipLimits(age_us=None, largest_bytes=None, best_of_day=None)
PLENTY = 10**12


def header(
    number: int, onset_us: int = 0, probability: float = 0.9, source: str = "bed"
) -> ClipHeader:
    return ClipHeader(event_id(number), source, onset_us, 0.5, probability)


def test_the_key_gives_the_sound_back_and_another_one_does_not(tmp_path: Path) -> None:
    path = clip_path(tmp_path, event_id(1))
    write_private(path, encode_clip(header(1), noise(), KEY))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    found, samples = read_clip(path, KEY)
    assert found == header(1) == read_header(path)
    np.testing.assert_allclose(samples, noise(), atol=1 / 32_000)
    with pytest.raises(InputError, match="the key is another one"):
        read_clip(path, OTHER_KEY)
    assert b"fLaC" not in path.read_bytes()


@pytest.mark.parametrize("place", [30, 200, -1])
def test_nothing_in_a_clip_can_be_changed(tmp_path: Path, place: int) -> None:
    path = clip_path(tmp_path, event_id(1))
    content = bytearray(encode_clip(header(1), noise(4000), KEY))
    content[place] ^= 1
    path.write_bytes(content)
    with pytest.raises(InputError):
        read_clip(path, KEY)


def test_a_clip_cannot_pass_for_another_events(tmp_path: Path) -> None:
    path = clip_path(tmp_path, event_id(2))
    path.write_bytes(encode_clip(header(1), noise(4000), KEY))
    with pytest.raises(InputError, match="it was renamed"):
        read_clip(path, KEY)


def test_a_path_is_no_event_id(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is not the id of an event"):
        ClipShelf(tmp_path, KEY).samples("../../etc/passwd")


@pytest.mark.parametrize(
    ("mode", "content", "says"),
    [
        (0o640, base64.b64encode(bytes(32)).decode(), "others may read"),
        (0o600, "short", "is not a key"),
        (0o600, "", "is not a key"),
        (0o600, "é" * 44, "is not a key"),
    ],
)
def test_a_key_file_that_will_not_do_is_said_without_its_content(
    tmp_path: Path, mode: int, content: str, says: str
) -> None:
    file = tmp_path / "clips.key"
    file.write_text(content)
    file.chmod(mode)
    with pytest.raises(ConfigError, match=says) as caught:
        read_key(file)
    assert not content.strip() or content.strip() not in str(caught.value)


def test_the_key_comes_from_a_file_or_the_service_manager(tmp_path: Path) -> None:
    assert find_key_file(tmp_path / "k", {"CREDENTIALS_DIRECTORY": "/run/c"}) == tmp_path / "k"
    assert find_key_file(None, {"CREDENTIALS_DIRECTORY": "/run/c"}) == Path(
        "/run/c/coughd-clips-key"
    )
    with pytest.raises(ConfigError, match="coughd clips new-key"):
        find_key_file(None, {})
    with pytest.raises(ConfigError, match="cannot read the clips' key"):
        read_key(tmp_path / "missing")


def kept(number: int, onset_us: int, probability: float = 0.9, source: str = "bed") -> KeptClip:
    return KeptClip(Path(f"{number}"), header(number, onset_us, probability, source), 100)


def gone(clips: list[KeptClip], limits: ClipLimits, wanted_bytes: int = 0) -> list[str]:
    found = to_forget(clips, limits, 10 * DAY_US, wanted_bytes=wanted_bytes)
    return sorted(str(each.path) for each in found)


def test_the_old_the_many_and_the_worse_go() -> None:
    clips = [kept(1, DAY_US), kept(2, 8 * DAY_US, 0.7), kept(3, 8 * DAY_US + 1, 0.9),
             kept(4, 8 * DAY_US + 2, 0.8), kept(5, 8 * DAY_US, 0.1, "sofa")]  # fmt: skip
    assert gone(clips, NO_LIMITS) == []
    assert gone(clips, ClipLimits(5 * DAY_US, None, None)) == ["1"]
    assert gone(clips, ClipLimits(None, 300, None)) == ["1", "2"]
    assert gone(clips, ClipLimits(None, None, 1)) == ["2", "4"]
    assert gone(clips, NO_LIMITS, wanted_bytes=101) == ["1", "2"]
    assert gone(clips, NO_LIMITS, wanted_bytes=10_000) == ["1", "2", "3", "4", "5"]


def keeper(folder: Path, limits: ClipLimits = NO_LIMITS, free: int = PLENTY) -> ClipKeeper:
    return ClipKeeper(
        folder, KEY, lambda: ClipChooser(0.5, 1.5, 0.2), limits, 1000, lambda: 10 * DAY_US,
        free=lambda _: free,
    )  # fmt: skip


def test_a_kept_clip_is_the_window_that_was_judged(tmp_path: Path) -> None:
    with keeper(tmp_path) as clips:
        window, event = judged(1, 100_000)
        clips.judged(window, event)
        clips.settled("s", 200_000)
        until(lambda: clips.counts.written)
    shelf = ClipShelf(tmp_path, KEY)
    again = shelf.window(event_id(1))
    assert again is not None
    np.testing.assert_allclose(again, window.samples, atol=1 / 32_000)
    assert shelf.window(event_id(2)) is None
    assert stat.S_IMODE(shelf.folder.stat().st_mode) == 0o700
    with pytest.raises(ConfigError, match="were encrypted with another key"):
        shelf.check_key(OTHER_KEY)


def test_a_stop_writes_what_was_decided(tmp_path: Path) -> None:
    with keeper(tmp_path) as clips:
        clips.judged(*judged(1, 100_000))
        clips.ended("s")
    assert len(ClipShelf(tmp_path).clips()) == 1


def test_a_later_score_that_counts_it_no_more_takes_the_clip(tmp_path: Path) -> None:
    with keeper(tmp_path) as clips:
        clips.judged(*judged(1, 100_000))
        clips.ended("s")
        until(lambda: clips.counts.written)
        clips.rescored([EventRescored(event_id(1), judged(1, 1, counted=False)[1].scored)])
        until(lambda: clips.counts.forgotten)
    assert ClipShelf(tmp_path).clips() == []


def test_what_is_counted_no_more_before_it_is_decided_gets_no_clip(tmp_path: Path) -> None:
    with keeper(tmp_path) as clips:
        clips.judged(*judged(1, 100_000))
        clips.judged(*judged(2, 200_000))
        clips.rescored([EventRescored(event_id(1), judged(1, 1, counted=False)[1].scored)])
        clips.ended("s")
    assert [event_id(2)] == [each.header.event_id for each in ClipShelf(tmp_path).clips()]


def test_an_id_that_names_no_clip_disturbs_nobody(tmp_path: Path) -> None:
    with keeper(tmp_path) as clips:
        clips.rescored([EventRescored("../other", judged(1, 1, counted=False)[1].scored)])
        clips.judged(*judged(1, 100_000))
        clips.ended("s")
    assert 1 == clips.counts.written


def test_a_stop_before_all_is_judged_writes_no_clip(tmp_path: Path) -> None:
    with keeper(tmp_path) as clips:
        clips.judged(*judged(1, 100_000))
        clips.left("s")
        clips.judged(*judged(2, 100_000))  # the listening loop fails here
    assert [] == ClipShelf(tmp_path).clips()
    assert 1 == clips.counts.dropped


def test_many_to_forget_do_not_keep_each_other_out(tmp_path: Path) -> None:
    clips = keeper(tmp_path)  # not entered: nobody takes what waits
    refused = judged(1, 1, counted=False)[1].scored
    clips.rescored([EventRescored(event_id(number), refused) for number in range(500)])
    assert 0 == clips.counts.dropped


def test_without_room_no_clip_is_written_and_the_old_ones_go(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with keeper(tmp_path) as clips:
        clips.judged(*judged(1, 100_000))
        clips.ended("s")
    assert len(ClipShelf(tmp_path).clips()) == 1
    with keeper(tmp_path, free=999) as clips:
        until(lambda: clips.counts.forgotten)
        for number in range(2, 5):
            clips.judged(*judged(number, number * 100_000))
        clips.ended("s")
        until(lambda: clips.counts.dropped == 3)
    assert ClipShelf(tmp_path).clips() == []
    assert len([each for each in caplog.messages if "no clips are kept now" in each]) == 1


def test_without_a_daemon_the_command_that_rescored_deletes(tmp_path: Path) -> None:
    with keeper(tmp_path) as clips:
        clips.judged(*judged(1, 100_000))
        clips.judged(*judged(2, 200_000))
        clips.ended("s")
    counted, refused = (judged(1, 1, counted=each)[1].scored for each in (True, False))
    forget_uncounted(
        tmp_path,
        [EventRescored(event_id(1), refused), EventRescored(event_id(2), counted)],
    )
    assert [event_id(2)] == [each.header.event_id for each in ClipShelf(tmp_path).clips()]


def test_too_many_at_once_are_dropped_and_counted(tmp_path: Path) -> None:
    clips = keeper(tmp_path)  # not entered: nobody takes what waits
    for number in range(70):
        clips.judged(*judged(number, number * 100_000))
        clips.settled("s", number * 100_000 + 50_000)
    assert clips.counts.dropped == 6
