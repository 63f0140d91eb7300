"""A file heard through the hour that Zurich's clocks pass twice, for tests of ranges."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from coughd.storage.records import Change

from .facts import covered, event, open_store, seen

MINUTE_US = 60_000_000
HEARD_FROM_US = 1_792_889_820_000_000
"""2026-10-25T00:57Z: 02:57 on the first passage. The second one begins three minutes later."""
MINUTES = 6


def write_autumn(path: Path) -> None:
    """Write a cough a minute, `m0` to `m5`: from 02:57+02:00 until 02:02+01:00."""
    with open_store(path) as store:
        store.write([seen(), *_heard()])


def _heard() -> Iterable[Change]:
    yield replace(
        covered(0, MINUTES * 60),
        start_us=HEARD_FROM_US,
        end_us=HEARD_FROM_US + MINUTES * MINUTE_US,
    )
    for minute in range(MINUTES):
        onset_us = HEARD_FROM_US + minute * MINUTE_US
        yield event(f"m{minute}", minute * 60_000, onset_us=onset_us, offset_us=onset_us + 300_000)
