"""Where a URL of another program's server leads: host and port. Pure."""

from __future__ import annotations

import ipaddress
import re

_PLACE = re.compile(r"(?P<host>\[[^\]/]*\]|[^:/?\[\]]*)(:(?P<port>[0-9]{1,5}))?([/?].*)?")


def refuse_server(url: str) -> str:
    """Say why no server can be at a URL; empty where one can, or where it names no host."""
    # Whatever a user's name and password hold ends at the last of these.
    place = _PLACE.fullmatch(url.partition("://")[2].rpartition("@")[2])
    port = place["port"] if place else None
    if place is None or not _is_host(place["host"]) or (port and not 1 <= int(port) <= 65_535):
        return "needs a host, [..] round an IPv6 address, and a port from 1 to 65535 or none"
    return ""


def _is_host(host: str) -> bool:
    if not host.startswith("["):
        return True
    try:
        ipaddress.IPv6Address(host.strip("[]"))
    except ValueError:
        return False
    return True
