"""Who may open a path, compared with what the kernel lets other users do."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from coughd.daemon.privacy.access import READ, WRITE, access_to

_STRANGER = 54_321
_GROUP = 54_322
_ATTEMPTS = """
import json, os, sys
print(json.dumps([os.access(path, int(need)) for path, need in json.loads(sys.argv[1])]))
"""


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everybody may enter, with everything above it."""
    with tempfile.TemporaryDirectory(prefix="access-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def kernel_lets(gid: int, questions: list[tuple[str, int]]) -> list[bool]:
    """What somebody else, in this one group, may open."""
    done = subprocess.run(
        ["/usr/bin/python3", "-c", _ATTEMPTS, json.dumps(questions)],
        user=_STRANGER,
        group=gid,
        extra_groups=[],
        capture_output=True,
        check=True,
        cwd="/",
    )
    answers = json.loads(done.stdout)
    assert isinstance(answers, list)
    return answers


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
@pytest.mark.skipif(not Path("/usr/bin/python3").exists(), reason="needs the system's Python")
def test_it_says_what_the_kernel_says(open_folder: Path) -> None:
    modes = (0o700, 0o710, 0o711, 0o750, 0o755)
    paths = []
    for folder_mode, file_mode, folder_gid in itertools.product(
        modes, (0o600, 0o640, 0o644, 0o660, 0o606), (0, _GROUP)
    ):
        folder = open_folder / f"{folder_mode:o}-{file_mode:o}-{folder_gid}"
        folder.mkdir()
        path = folder / "file"
        path.touch()
        path.chmod(file_mode)
        os.chown(path, 0, _GROUP)
        os.chown(folder, 0, folder_gid)
        folder.chmod(folder_mode)
        paths.append(path)
    questions = [(str(path), need) for path in paths for need in (READ, WRITE)]
    by_member = kernel_lets(_GROUP, questions)
    by_stranger = kernel_lets(_STRANGER, questions)
    expected = [
        "everyone" if stranger else "group" if member else "owner"
        for member, stranger in zip(by_member, by_stranger, strict=True)
    ]
    assert [access_to(Path(path), need).who for path, need in questions] == expected
    assert {"everyone", "group", "owner"} == set(expected)


def test_it_names_mode_owner_and_group(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    path.chmod(0o640)
    access = access_to(path)
    assert (access.mode, access.owner, access.by_list) == (0o640, path.owner(), False)
    assert access.group == path.group()


def test_an_access_list_is_told(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    # version 2; user::rw-, user:54321:r--, group::---, mask::r--, other::---
    entries = ((1, 6, -1), (2, 4, _STRANGER), (4, 0, -1), (16, 4, -1), (32, 0, -1))
    raw = (2).to_bytes(4, "little") + b"".join(
        tag.to_bytes(2, "little")
        + bits.to_bytes(2, "little")
        + (who & 0xFFFFFFFF).to_bytes(4, "little")
        for tag, bits, who in entries
    )
    try:
        os.setxattr(path, "system.posix_acl_access", raw)
    except OSError as exc:
        pytest.skip(f"no access lists here: {exc}")
    assert access_to(path).by_list


def test_a_missing_path_is_an_oserror(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        access_to(tmp_path / "none")
