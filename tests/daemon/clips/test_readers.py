"""Whose a key is, where an access list gives it to a service's user."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from coughd.config.errors import ConfigError
from coughd.daemon.clips.sealing import new_key_text, read_key

OWNER, USER, GROUP_OF_FILE, GROUP, MASK, OTHER = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20
NOBODY = 0xFFFF_FFFF
US, STRANGER = os.geteuid(), 54_321
READ = 4


def listed(path: Path, entries: Sequence[tuple[int, int, int]]) -> None:
    """Give a file the access list of these tags, rights and numbers."""
    raw = (2).to_bytes(4, "little")
    for tag, rights, who in sorted(entries):
        raw += tag.to_bytes(2, "little") + rights.to_bytes(2, "little") + who.to_bytes(4, "little")
    try:
        os.setxattr(path, "system.posix_acl_access", raw)
    except OSError as exc:
        pytest.skip(f"no access lists here: {exc}")


@pytest.fixture
def credential(tmp_path: Path) -> Path:
    path = tmp_path / "coughd-clips-key"
    path.write_text(new_key_text())
    path.chmod(0o400)
    return path


BASE = [(OWNER, READ, NOBODY), (MASK, READ, NOBODY)]
CLOSED = [(GROUP_OF_FILE, 0, NOBODY), (OTHER, 0, NOBODY)]


def test_a_credential_that_systemd_gave_to_the_services_user_is_taken(credential: Path) -> None:
    """Its mode seems to say that a group may read it."""
    listed(credential, [*BASE, *CLOSED, (USER, READ, US)])
    assert credential.stat().st_mode & 0o777 == 0o440
    read_key(credential)


@pytest.mark.parametrize(
    "entries",
    [
        [*CLOSED, (USER, READ, STRANGER)],
        [*CLOSED, (USER, READ, US), (GROUP, READ, STRANGER)],
        [(USER, READ, US), (GROUP_OF_FILE, READ, NOBODY), (OTHER, 0, NOBODY)],
        [(USER, READ, US), (GROUP_OF_FILE, 0, NOBODY), (OTHER, READ, NOBODY)],
    ],
)
def test_a_list_that_lets_in_anybody_else_is_refused(
    credential: Path, entries: Sequence[tuple[int, int, int]]
) -> None:
    listed(credential, [*BASE, *entries])
    with pytest.raises(ConfigError, match="others may read the clips' key"):
        read_key(credential)
