"""A microphone that is there and gives bad sound: each fault is told by its name.

Real sound servers, a real PortAudio and the whole daemon.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from command_line import command
from house import PATIENCE_S, RATE_HZ, House, house, written


@pytest.fixture(scope="module")
def calm_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One house for the tests below, which run in their order and never take its microphone away.

    Some faults last a minute after their cause: each test's fault is worse than those before it.
    """
    with house(tmp_path_factory.mktemp("calm")) as home:
        yield home


@pytest.fixture
def calm(calm_house: House) -> Iterator[House]:
    """The same, and good sound again after a test that failed."""
    yield calm_house
    calm_house.feed.sound = "room"


def until_written(home: House, query: str, wanted: tuple[Any, ...]) -> None:
    """Wait for a row of the ledger, which is written twice a second."""
    home.daemon.until(f"{wanted} in the ledger", lambda: wanted in written(home.store, query))


@pytest.mark.parametrize(("sound", "cause"), [("zeros", "zeros"), ("constant", "constant")])
def test_stillness_is_told_by_its_name(calm: House, sound: Any, cause: str) -> None:
    calm.feed.sound = sound
    calm.until("mic", "silent", cause)
    (fault,) = calm.daemon.status()["faults"]
    assert (fault["about"], fault["code"]) == ("source mic", cause)
    shown = status_of(calm.store.parents[1])
    assert shown.returncode == 1
    assert f"silent ({cause})" in shown.stdout
    assert f"! source mic: {fault['says']}" in shown.stdout
    calm.feed.sound = "room"
    calm.until("mic", "up", "well")
    until_written(calm, "SELECT state FROM coverage WHERE source_id='mic'", ("silent",))


def test_sound_that_is_lost_unsaid_is_written_down(calm: House) -> None:
    calm.daemon.until("5 s of sound", lambda: calm.microphone()["heard_samples"] > 5 * RATE_HZ)
    before = calm.microphone()["dropped_samples"]
    lost_s = calm.feed.lose(0.8)
    calm.until("mic", "up", "losing")
    lost = calm.microphone()["dropped_samples"]
    assert (lost - before) / RATE_HZ == pytest.approx(lost_s, abs=0.1)
    until_written(
        calm,
        "SELECT sum(end_sample - start_sample) FROM coverage "
        "WHERE source_id='mic' AND state='dropped'",
        (lost,),
    )


def test_clipping_is_told(calm: House) -> None:
    calm.feed.sound = "clipped"
    calm.until("mic", "up", "clipping")
    (fault,) = calm.daemon.status()["faults"]
    assert (fault["about"], fault["code"]) == ("source mic", "clipping")
    calm.feed.sound = "room"
    until_written(calm, "SELECT state FROM coverage WHERE source_id='mic'", ("clipped",))


def test_a_wrong_rate_is_measured(calm: House) -> None:
    calm.feed.set_rate(14_700)
    calm.until("mic", "up", "wrong_rate")
    (fault,) = calm.daemon.status()["faults"]
    assert fault["code"] == "wrong_rate"
    measured_hz = int(fault["says"].split()[1])
    assert measured_hz == pytest.approx(14_700, rel=0.03)


def status_of(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command("status", "--config", folder / "config.yaml"),
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
