from __future__ import annotations

from coughd.config.guess import did_you_mean


def test_the_nearest_word_is_offered() -> None:
    assert did_you_mean("pase", ["path", "pace"]) == "; did you mean 'pace'?"
    assert did_you_mean("HEARTBEAT", ["heartbeat_s", "replay"]) == "; did you mean 'heartbeat_s'?"


def test_nothing_is_offered_where_nothing_is_near() -> None:
    assert not did_you_mean("zebra", ["path", "pace"])
    assert not did_you_mean("p" * 65, ["p" * 64])
