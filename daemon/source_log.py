"""The log's lines about sources: one for each change of state, none in between."""

from __future__ import annotations

import logging

from ..storage.records import SourceChanged

_log = logging.getLogger("coughd.sources")


def log_state(change: SourceChanged, *, live: bool) -> None:
    """Say that a source came up, went down or fell silent, and why.

    A warning where a microphone (`live`) does not hear. A file that ends is no fault, and one that
    breaks off gets its sentence from the exit code.
    """
    fault = change.state == "silent" or (live and change.state == "down")
    _log.log(
        logging.WARNING if fault else logging.INFO,
        "source '%s' is %s: %s",
        change.source_id,
        change.state,
        change.detail,
    )
