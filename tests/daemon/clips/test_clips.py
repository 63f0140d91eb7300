"""Clips: nobody hears them without the key, and which of them are to go."""

from __future__ import annotations

import base64
import errno
import os
import stat
from pathlib import Path

import numpy as np
import pytest
from judged_windows import event_id, noise

from coughd.config.errors import ConfigError, InputError
from coughd.config.private_file import write_private
from coughd.daemon.clips.clip_file import (
    ClipHeader,
    clip_path,
    encode_clip,
    read_clip,
    read_header,
)
from coughd.daemon.clips.forgetting import ClipLimits, KeptClip, to_forget
from coughd.daemon.clips.sealing import ClipKey, find_key_file, read_key
from coughd.daemon.clips.shelf import ClipShelf

DAY_US = 86_400_000_000
KEY = ClipKey(bytes(range(32)))
OTHER_KEY = ClipKey(bytes(32))
NO_LIMITS = ClipLimits(age_us=None, largest_bytes=None, best_of_day=None)


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


def test_a_key_of_another_user_is_said_to_be_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "open", refuse)  # root, who may run the tests, may read everything
    with pytest.raises(ConfigError, match="chown it to the user that coughd runs as"):
        read_key(tmp_path / "clips.key")


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
