from __future__ import annotations

import re
from pathlib import Path

import pytest

from coughd.config.errors import InputError, ModelError
from coughd.detectors.known_sound import KnownSound, write_known
from coughd.detectors.runtime import SHIPPED_MODELS


@pytest.fixture
def heard(tmp_path: Path) -> Path:
    path = tmp_path / "heard.flac"
    path.write_bytes(b"a cough")
    write_known(tmp_path, [path, path])
    return path


def test_a_file_is_known_by_what_is_in_it(heard: Path) -> None:
    known = KnownSound(heard.parent)
    assert known.has(heard)
    assert known.has(heard.rename(heard.with_name("renamed.flac")))


@pytest.mark.parametrize("content", [b"a laugh", b"", b"something longer"])
def test_another_is_not(heard: Path, content: bytes) -> None:
    other = heard.with_name("other.flac")
    other.write_bytes(content)
    assert not KnownSound(heard.parent).has(other)


def test_the_shipped_models_say_what_they_have_learnt_from() -> None:
    lines = (SHIPPED_MODELS / "heard.txt").read_text(encoding="ascii").splitlines()
    assert len(lines) > 1_000
    assert all(re.fullmatch(r"\d+ [0-9a-f]{16}", line) for line in lines)


def test_models_that_do_not_say_know_nothing(tmp_path: Path) -> None:
    path = tmp_path / "sound.flac"
    path.write_bytes(b"")
    assert not KnownSound(tmp_path).has(path)


def test_a_file_that_vanished_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.flac cannot be read: No such file"):
        KnownSound(tmp_path).has(tmp_path / "gone.flac")


def test_a_list_that_is_none_is_said(tmp_path: Path) -> None:
    (tmp_path / "heard.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(ModelError, match=r"heard\.txt cannot be read"):
        KnownSound(tmp_path)
