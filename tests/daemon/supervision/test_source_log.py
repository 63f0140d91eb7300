from __future__ import annotations

import logging

import pytest

from coughd.daemon.supervision.source_log import log_state
from coughd.storage.records import SourceCause, SourceChanged, SourceState


@pytest.mark.parametrize(
    ("state", "cause", "live", "level"),
    [
        ("up", "opened", True, logging.INFO),
        ("up", "well", False, logging.INFO),
        ("up", "clipping", True, logging.WARNING),
        ("up", "wrong_rate", True, logging.WARNING),
        ("down", "frozen", True, logging.WARNING),
        ("down", "finished", False, logging.INFO),
        ("silent", "zeros", True, logging.WARNING),
        ("silent", "constant", False, logging.WARNING),
    ],
)
def test_a_change_of_state_is_one_line_as_loud_as_it_is_bad(
    state: SourceState,
    cause: SourceCause,
    live: bool,
    level: int,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, "coughd")
    log_state(SourceChanged("bed", state, cause, 0, "the reason."), live=live)
    assert caplog.record_tuples == [
        ("coughd.sources", level, f"source 'bed' is {state} ({cause}): the reason.")
    ]
