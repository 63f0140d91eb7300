"""A daemon's status as JSON, `coughd.status/1`."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict

from ...storage.messages import rfc3339
from ..stream.replay_protocol import STATUS_SCHEMA
from .faults import find_faults
from .status import DaemonStatus, SourceStatus
from .tally import DELAY_LIMITS_S


class StatusDesk:
    """Answers how the daemon is, from before it is put together. Any thread."""

    def __init__(self) -> None:
        self.report: Callable[[], DaemonStatus] | None = None
        """Set once, when there is something to tell."""

    def answer(self) -> str:
        """The document; without sources while the daemon is starting."""
        status = self.status()
        if status is None:
            return json.dumps({"schema": STATUS_SCHEMA, "state": "starting"})
        return json.dumps(document(status), ensure_ascii=False)

    def status(self) -> DaemonStatus | None:
        """How it is now; None while the daemon is starting."""
        return None if self.report is None else self.report()


def document(status: DaemonStatus) -> dict[str, object]:
    """Everything of a status, with what is the matter."""
    faults = find_faults(status)
    origin = status.sender.origin
    return {
        "schema": STATUS_SCHEMA,
        "state": "faulty" if faults else "well",
        "version": status.version,
        "site": origin.site,
        "node": origin.node,
        "pid": status.pid,
        "boot_id": origin.boot_id,
        "store_id": status.sender.store_id,
        "started": rfc3339(status.started_us),
        "now": rfc3339(status.now_us),
        "uptime_s": round((status.now_us - status.started_us) / 1_000_000, 3),
        "sources": [_source(source) for source in status.sources],
        "latency": _rounded(asdict(status.latency)) if status.latency else None,
        "queues": {
            "store": asdict(status.recorder),
            "stream": asdict(status.publisher),
            "replay": asdict(status.replay),
        },
        "hear": asdict(status.hear) if status.hear else None,
        "detector": asdict(status.detector) if status.detector else None,
        "models": asdict(status.models),
        "store": asdict(status.store),
        "delays": {"upper_s": DELAY_LIMITS_S, **asdict(status.delays)},
        "loop": asdict(status.pulse),
        "clock_steps": status.clock_steps,
        "rescored": status.rescored,
        "monitoring": asdict(status.monitoring) if status.monitoring else None,
        "clips": asdict(status.clips) if status.clips else None,
        "faults": [asdict(fault) for fault in faults],
    }


def _source(source: SourceStatus) -> dict[str, object]:
    return {
        "id": source.source_id,
        "name": source.name,
        "kind": source.kind,
        "state": source.state,
        "cause": source.cause,
        "detail": source.detail,
        "since": _moment(source.since_us),
        "level_dbfs": None if source.level_dbfs is None else round(source.level_dbfs, 1),
        "last_cough": _moment(source.last_cough_us),
        "behind_s": None if source.behind_s is None else round(source.behind_s, 3),
        "sample_rate_hz": source.sample_rate_hz,
        **asdict(source.counters),
        **asdict(source.tally),
    }


def _moment(utc_us: int | None) -> str | None:
    return None if utc_us is None else rfc3339(utc_us)


def _rounded(values: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 3) for name, value in values.items()}
