"""Who may read an open file, by its mode and its access list."""

from __future__ import annotations

import os
import stat
import struct

_ACCESS_LIST = "system.posix_acl_access"
_VERSION_BYTES = 4
_ENTRY = struct.Struct("<HHI")
_OWNER, _USER, _MASK = 0x01, 0x02, 0x10
"""Other entries are groups and everybody."""


def is_private(descriptor: int) -> bool:
    """Whether nobody may use an open file but its owner and this user.

    systemd gives a credential to a service's user by an access list, whose mask then stands where
    the mode has the group's rights: 0440, and no group may read it.
    """
    if not stat.S_IMODE(os.fstat(descriptor).st_mode) & 0o077:
        return True
    try:
        listed = os.getxattr(descriptor, _ACCESS_LIST)
    except OSError:
        return False  # it has none
    return all(
        not rights or tag in (_OWNER, _MASK) or (tag, who) == (_USER, os.geteuid())
        for tag, rights, who in _ENTRY.iter_unpack(listed[_VERSION_BYTES:])
    )
