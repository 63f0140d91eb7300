"""How far an earlier life of the daemon has decided what is in a recording."""

from __future__ import annotations

import pytest

from coughd.daemon.heard_before import HeardBefore, decided_until

RATE_HZ = 48_000


@pytest.mark.parametrize(
    ("last_onset_s", "covered_s", "forgotten_s", "until_s"),
    [
        (None, None, None, None),
        (30.0, None, None, 30.2),
        (30.0, 33.0, None, 30.2),
        (30.0, 60.0, None, 50.0),
        (None, 60.0, None, 50.0),
        (30.0, 33.0, 31.0, 31.0),
    ],
)
def test_what_lies_before_the_last_event_or_well_before_the_last_sound_is_decided(
    last_onset_s: float | None,
    covered_s: float | None,
    forgotten_s: float | None,
    until_s: float | None,
) -> None:
    def samples(seconds: float | None) -> int | None:
        return None if seconds is None else round(seconds * RATE_HZ)

    until = decided_until(
        RATE_HZ,
        last_onset_sample=samples(last_onset_s),
        covered_sample=samples(covered_s),
        forgotten_until=samples(forgotten_s),
    )
    wanted = samples(until_s)
    # Another cough begins 0.2 s after the last one at the earliest.
    assert until in (wanted, None if wanted is None else wanted - 1)


def test_what_is_found_elsewhere_than_it_was_told_is_dropped() -> None:
    before = HeardBefore(0, frozenset({"told"}), decided_until=1_000)
    assert before.tells("told", 900)
    assert not before.drops("told", 900)
    assert before.tells("another", 1_000)
    assert before.drops("another", 1_000)
    assert not before.tells("another", 1_001)
    assert not before.drops("another", 1_001)
