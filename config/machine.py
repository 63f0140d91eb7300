"""What only the machine knows: its name, its time zone, its groups."""

from __future__ import annotations

import grp
import os
import re
import socket
from pathlib import Path
from zoneinfo import ZoneInfo

_LOCALTIME = Path("/etc/localtime")
_TIMEZONE = Path("/etc/timezone")


def host_name() -> str:
    """Host name up to the first dot, fit for `node`; `localhost` where there is none."""
    name = re.sub(r"[^A-Za-z0-9_-]", "-", socket.gethostname().partition(".")[0])
    return name or "localhost"


def system_timezone() -> str:
    """IANA name of the machine's zone: `$TZ`, else /etc/localtime, else /etc/timezone, else UTC."""
    return find_timezone(os.environ.get("TZ", ""), _LOCALTIME, _TIMEZONE)


def find_timezone(tz_variable: str, localtime: Path, timezone: Path) -> str:
    """Return the first of the three that names a zone of the tz database; `UTC` if none does."""
    candidates = [tz_variable.removeprefix(":"), _after_zoneinfo(localtime), _read(timezone)]
    return next((name for name in candidates if is_timezone(name)), "UTC")


def is_timezone(name: str) -> bool:
    """Whether the tz database of this machine knows the name."""
    if not name:
        return False
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return False
    return True


def is_group(name: str) -> bool:
    """Whether this machine has a group of that name."""
    try:
        grp.getgrnam(name)
    except KeyError:
        return False
    return True


def _after_zoneinfo(link: Path) -> str:
    """Read the name out of a link such as /usr/share/zoneinfo/Europe/Zurich."""
    try:
        target = link.resolve(strict=True)
    except (OSError, RuntimeError):
        return ""
    _, found, name = str(target).partition("/zoneinfo/")
    return name if found else ""


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeError):
        return ""
