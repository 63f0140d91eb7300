"""Who may open a path, by the modes of the path and of every folder above it."""

from __future__ import annotations

import grp
import os
import pwd
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

Who: TypeAlias = Literal["owner", "group", "everyone"]
READ = 0o4
WRITE = 0o2
"""What connecting to a socket's file needs."""
_PASS = 0o1
_ACCESS_LIST = "system.posix_acl_access"


@dataclass(frozen=True, slots=True)
class Access:
    """Root is left out: it may open everything."""

    mode: int
    owner: str
    group: str
    who: Who
    """The widest circle that can open it."""
    by_list: bool
    """An access list on the way may let in others, or fewer: see getfacl(1)."""


def access_to(path: Path, need: int = READ) -> Access:
    """Look at an absolute path; OSError where it cannot be looked at."""
    found = path.lstat()
    above = [folder.stat() for folder in path.parents]
    return Access(
        mode=stat.S_IMODE(found.st_mode),
        owner=user_name(found.st_uid),
        group=_group_name(found.st_gid),
        who=_who(found, above, need),
        by_list=any(_has_list(each) for each in (path, *path.parents)),
    )


def user_name(uid: int) -> str:
    """Name a user, or give the number where nobody has it."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _who(found: os.stat_result, above: Sequence[os.stat_result], need: int) -> Who:
    if found.st_mode & need and all(folder.st_mode & _PASS for folder in above):
        return "everyone"
    group_passes = all(_group_bits(folder, found.st_gid) & _PASS for folder in above)
    return "group" if found.st_mode >> 3 & need and group_passes else "owner"


def _group_bits(folder: os.stat_result, gid: int) -> int:
    """Give the bits that hold for a member of the group."""
    return folder.st_mode >> 3 if folder.st_gid == gid else folder.st_mode


def _group_name(gid: int) -> str:
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)


def _has_list(path: Path) -> bool:
    try:
        return _ACCESS_LIST in os.listxattr(path, follow_symlinks=False)
    except OSError:
        return False  # a file system without them
