"""Where health and metrics may be served: this machine's loopback."""

from __future__ import annotations

import ipaddress
import re

_FORM = re.compile(r"(?P<host>\[[^\]]*\]|[^:\[\]]+):(?P<port>[0-9]{1,5})")


def refuse_http_address(listen: str) -> str:
    """Say why health and metrics cannot be served at `HOST:PORT`; empty where they can."""
    match = _FORM.fullmatch(listen)
    if match is None or not 1 <= int(match["port"]) <= 65_535:
        return "needs a host and a port from 1 to 65535, such as 127.0.0.1:9797"
    if not _is_loopback(match["host"].strip("[]")):
        return (
            "must stay on this machine, such as 127.0.0.1:9797: nothing protects the metrics; let "
            "a proxy with TLS and passwords carry them further"
        )
    return ""


def split_http_address(listen: str) -> tuple[str, int]:
    """Host and port of an address that is not refused."""
    host, _, port = listen.rpartition(":")
    host = host.strip("[]")
    return "127.0.0.1" if host == "localhost" else host, int(port)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
