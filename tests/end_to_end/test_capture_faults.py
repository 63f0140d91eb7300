"""A microphone that goes away: told by its cause, written down, and healed.

Real sound servers, a real PortAudio and the whole daemon.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from busyness import waited_s
from house import House, house, written

SEEN_WITHIN_S = 2.0
"""On a machine that has time for it; tests/daemon/test_ward.py proves it by the daemon's clock."""


def kill_server(home: House) -> None:
    home.server.kill()


def revive_server(home: House) -> None:
    home.server.revive()


def freeze_server(home: House) -> None:
    home.server.freeze()


def thaw_server(home: House) -> None:
    home.server.thaw()


def pull(home: House) -> None:
    home.server.remove_microphone()


def plug_in(home: House) -> None:
    home.server.bring_microphone_back()


def stop_feed(home: House) -> None:
    home.feed.pause()


def go_on_feeding(home: House) -> None:
    home.feed.go_on()


def kill_capture(home: House) -> None:
    os.kill(home.capture_pid(), signal.SIGKILL)


def stop_capture(home: House) -> None:
    os.kill(home.capture_pid(), signal.SIGSTOP)


def nothing(home: House) -> None:
    """It heals by itself."""


@pytest.mark.parametrize(
    ("harm", "cause", "mend"),
    [
        (kill_server, "gone", revive_server),
        (freeze_server, "frozen", thaw_server),
        (pull, "gone", plug_in),
        (stop_feed, "frozen", go_on_feeding),
        (kill_capture, "gone", nothing),
        (stop_capture, "frozen", nothing),
    ],
)
def test_a_microphone_that_goes_is_seen_at_once_and_comes_back(
    harm: Callable[[House], None], cause: str, mend: Callable[[House], None], tmp_path: Path
) -> None:
    with house(tmp_path) as home:
        harmed_s, had_waited_s = time.time(), waited_s()
        harm(home)
        seen_s = home.until("mic", "down", cause)
        assert seen_s - harmed_s < SEEN_WITHIN_S + waited_s() - had_waited_s
        if mend is not nothing:
            assert home.microphone()["state"] == "down"
            (fault,) = home.daemon.status()["faults"]
            assert fault["about"] == "source mic"
            assert fault["do"]
        mend(home)
        back_s = home.until("mic", "up", "opened")
        home.daemon.until("sound", lambda: home.microphone()["behind_s"] is not None)
    spans = written(
        home.store, "SELECT start_us, end_us FROM coverage WHERE source_id='mic' ORDER BY start_us"
    )
    # The first sound of the new opening was heard a moment before it was told.
    deaf_us = (seen_s * 1e6, (back_s - 1.0) * 1e6)
    assert min(end for _, end in spans) < deaf_us[0]
    assert max(start for start, _ in spans) > deaf_us[1]
    assert [one for one in spans if one[0] < deaf_us[1] and one[1] > deaf_us[0]] == []
