"""What can be asked for over HTTP, free of sockets."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from http import HTTPStatus

from ..supervision.faults import find_faults
from ..supervision.status import DaemonStatus
from .metrics import CONTENT_TYPE, render

HEALTH_SCHEMA = "coughd.http_health/1"
FRESH_S = 1.0
"""So long an answer is given again: however many ask, the status is made once a second."""
_JSON = "application/json"
_HELP = {
    "/health": "200: all is well, 503: something is the matter, and what to do",
    "/health/live": "200: it works; 503: it hangs, and only a restart helps",
    "/metrics": "for Prometheus",
}


@dataclass(frozen=True, slots=True)
class Page:
    """One answer."""

    code: HTTPStatus
    content_type: str
    body: bytes


class Pages:
    """Makes the answers; any thread.

    Parameters
    ----------
    report
        How the daemon is; None while it is starting. Must not wait.
    monotonic_s
        A clock.
    """

    def __init__(
        self, report: Callable[[], DaemonStatus | None], monotonic_s: Callable[[], float]
    ) -> None:
        self._report = report
        self._monotonic_s = monotonic_s
        self._lock = threading.Lock()
        # Both are guarded by the lock.
        self._made_s = -FRESH_S
        self._made: dict[str, Page] = {}

    def page(self, path: str) -> Page:
        """The page at a path, a second old at most."""
        make = {"/metrics": _metrics, "/health": _health, "/health/live": _live}.get(path)
        if make is None:
            return _json(HTTPStatus.NOT_FOUND, {"pages": _HELP})
        with self._lock:
            now_s = self._monotonic_s()
            if now_s - self._made_s >= FRESH_S:
                self._made_s = now_s
                self._made = {}
            if path not in self._made:
                self._made[path] = make(self._report())
            return self._made[path]


def _metrics(status: DaemonStatus | None) -> Page:
    return Page(HTTPStatus.OK, CONTENT_TYPE, render(status))


def _health(status: DaemonStatus | None) -> Page:
    """Tell whether all is well: for those who call a person."""
    if status is None:
        return _json(
            HTTPStatus.SERVICE_UNAVAILABLE,
            {"schema": HEALTH_SCHEMA, "state": "starting", "faults": []},
        )
    faults = find_faults(status)
    told = {
        "schema": HEALTH_SCHEMA,
        "state": "faulty" if faults else "well",
        "faults": [asdict(fault) for fault in faults],
    }
    return _json(HTTPStatus.SERVICE_UNAVAILABLE if faults else HTTPStatus.OK, told)


def _live(status: DaemonStatus | None) -> Page:
    """Tell whether it hangs: for those who restart it. No restart plugs a microphone in."""
    hangs = [] if status is None else [f for f in find_faults(status) if f.code == "hangs"]
    told = {
        "schema": HEALTH_SCHEMA,
        "state": "hangs" if hangs else "live",
        "faults": [asdict(fault) for fault in hangs],
    }
    return _json(HTTPStatus.SERVICE_UNAVAILABLE if hangs else HTTPStatus.OK, told)


def _json(code: HTTPStatus, told: Mapping[str, object]) -> Page:
    return Page(code, _JSON, json.dumps(told, ensure_ascii=False).encode() + b"\n")
