from __future__ import annotations

import logging

import pytest

from coughd.daemon.source_log import log_state
from coughd.storage.records import SourceChanged, SourceState


@pytest.mark.parametrize(
    ("state", "live", "level"),
    [
        ("up", True, logging.INFO),
        ("up", False, logging.INFO),
        ("down", True, logging.WARNING),
        ("down", False, logging.INFO),
        ("silent", True, logging.WARNING),
        ("silent", False, logging.WARNING),
    ],
)
def test_a_change_of_state_is_one_line_as_loud_as_it_is_bad(
    state: SourceState, live: bool, level: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "coughd")
    log_state(SourceChanged("bed", state, "opened", 0, "the reason."), live=live)
    assert caplog.record_tuples == [
        ("coughd.sources", level, f"source 'bed' is {state}: the reason.")
    ]
