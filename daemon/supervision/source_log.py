"""The log's lines about sources: one for each change of state, none in between."""

from __future__ import annotations

import logging

from ...storage.records import SourceCause, SourceChanged

_log = logging.getLogger("coughd.sources")
_FAULTS_OF_SOUND: frozenset[SourceCause] = frozenset({"clipping", "losing", "wrong_rate"})


def log_state(change: SourceChanged, *, live: bool) -> None:
    """Say that a source came up, went down or fell silent, and why.

    A warning where a microphone (`live`) does not hear, or hears badly. A file that ends is no
    fault, and one that breaks off gets its sentence from the exit code.
    """
    deaf = change.state == "silent" or (live and change.state == "down")
    fault = deaf or change.cause in _FAULTS_OF_SOUND
    _log.log(
        logging.WARNING if fault else logging.INFO,
        "source '%s' is %s (%s): %s",
        change.source_id,
        change.state,
        change.cause,
        change.detail,
        extra={
            "fields": {
                "source": change.source_id,
                "state": change.state,
                "cause": change.cause,
                "detail": change.detail,
            }
        },
    )
