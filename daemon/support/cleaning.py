"""Takes out of documents and lines what tells of coughs: by lists of what may stay."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any, TypeAlias

from ...storage.upkeep.findings import Finding

_Json: TypeAlias = Mapping[str, Any]
_STATUS = frozenset(
    {
        "schema", "state", "version", "pid", "started", "now", "uptime_s", "models", "store",
        "loop", "clock_steps", "monitoring", "faults", "store_problem",
    }
)  # fmt: skip
_SOURCE = frozenset(
    {
        "id", "name", "kind", "state", "cause", "detail", "since", "behind_s", "sample_rate_hz",
        "dropped_samples", "overflows", "openings", "lost",
    }
)  # fmt: skip
_QUEUE = frozenset(
    {
        "waiting", "capacity", "failures", "refused", "commit_age_s", "dropped_durable",
        "dropped_ephemeral", "heartbeats", "peers", "turned_away", "refused_keys", "truncated",
        "failed", "too_often",
    }
)  # fmt: skip
_EMBEDDER = frozenset(
    {"state", "reason", "identity", "pid", "starts", "faults", "away_s", "failing"}
)
_COUNTING_CHECKS = frozenset({"sums", "messages"})
"""Their evidence counts coughs and messages."""

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_SECRET = re.compile(
    r"(?P<user>://[^\s'\"/@:]*:)[^\s'\"]*(?=@|…)"  # a long value is quoted in part
    r"|(?P<parameter>[?&]\w*(?i:pass|token|secret|key)\w*=)[^\s'\"&]*"
)
_OURS = re.compile(r"\b(INFO|WARNING|ERROR|CRITICAL) coughd[.\w]*: ")
_OURS_AS_JSON = re.compile(r'"level": "(info|warning|error|critical)", "logger": "coughd[.\w]*"')
_FRAME = re.compile(r'(Traceback \(most recent call last\):| {2}File "[^"]*", line \d+, in \S+)$')
_ENDS_TRACE = re.compile(r"(?:^|\s)([A-Za-z_][\w.]*(?:Error|Exception|Interrupt))\b:.*")


def clean_status(document: _Json) -> dict[str, Any]:
    """Keep how the daemon is; leave out what it heard, how often and when."""
    kept: dict[str, Any] = {key: document[key] for key in document if key in _STATUS}
    kept["sources"] = [_some(source, _SOURCE) for source in document.get("sources", [])]
    queues: _Json = document.get("queues", {})
    kept["queues"] = {name: _some(queue, _QUEUE) for name, queue in queues.items()}
    for name in ("hear", "detector"):
        process = document.get(name)
        kept[name] = _some(process, _EMBEDDER) if process else None
    return kept


def clean_findings(findings: Iterable[Finding]) -> list[dict[str, str]]:
    """Keep what doctor says, without counts of coughs and messages."""
    return [
        {
            "check": one.check,
            "state": one.state,
            "evidence": without_ids(
                re.sub(r"\d+", "#", one.evidence) if one.check in _COUNTING_CHECKS else one.evidence
            ),
            "remedy": one.remedy,
        }
        for one in findings
    ]


def clean_log(lines: Iterable[str]) -> Iterator[str]:
    """Keep the log's own lines from `info` up, and of traces the places and the kind of error.

    What `--verbose` and `--show` print, `debug` and lines of anybody else are left out.
    """
    in_trace = False
    for line in lines:
        if _OURS.search(line):
            in_trace = False
            yield without_ids(line)
        elif _OURS_AS_JSON.search(line):
            in_trace = False
            yield from _clean_object(line)
        elif frame := _FRAME.search(line):
            in_trace = True
            yield frame.group()
        elif in_trace and (end := _ENDS_TRACE.search(line)):
            in_trace = False
            yield end.group(1)


def _clean_object(line: str) -> Iterator[str]:
    """Of a line of `logging.format: json`, which has its trace in one member, if it is whole."""
    before, brace, rest = line.partition("{")
    with suppress(ValueError, RecursionError):
        fields = json.loads(brace + rest)
        if "error" in fields:
            fields["error"] = "\n".join(clean_log(str(fields["error"]).splitlines()))
        yield without_ids(before + json.dumps(fields, ensure_ascii=False))


def without_ids(text: str) -> str:
    """Take ids out, since a uuid7 is a time, and secrets."""
    return without_secrets(_UUID.sub("<id>", text))


def without_secrets(text: str) -> str:
    """Take passwords and tokens out of the URLs in a text.

    A mistake in a configuration is quoted, and one in the wrong place is known to nobody.
    """
    return _SECRET.sub(lambda found: f"{found['user'] or found['parameter']}***", text)


def _some(values: _Json, keys: frozenset[str]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key in keys}
