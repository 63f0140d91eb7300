from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

import pytest

from coughd.config.errors import ConfigError, ModelError
from coughd.config.settings import Settings
from coughd.daemon.supervision.reloading import Reloader

NOW = Settings()


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> Callable[[], str]:
    monkeypatch.setattr(logging.getLogger("coughd"), "propagate", True)
    caplog.set_level(logging.INFO, "coughd.reload")

    def text() -> str:
        lines = [record.getMessage() for record in caplog.records]
        caplog.clear()
        return "; ".join(lines)

    return text


class FakeFile:
    """The configuration as somebody has written it meanwhile."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.mistake: ConfigError | None = None

    def load(self) -> Settings:
        if self.mistake is not None:
            raise self.mistake
        return self.settings


def test_what_can_be_taken_is_and_the_rest_is_named_each_time(said: Callable[[], str]) -> None:
    taken: list[Settings] = []
    wanted = replace(
        NOW,
        site="ward",
        logging=replace(NOW.logging, level="debug"),
        probe=replace(NOW.probe, threshold=0.5),
        stream=replace(NOW.stream, heartbeat_s=9.0),
        coverage=replace(NOW.coverage, minimum_for_rate=0.9),
    )
    reloader = Reloader(NOW, FakeFile(wanted).load, taken.append)
    reloader.reload()
    assert [replace(NOW, logging=wanted.logging, probe=wanted.probe)] == taken
    first = said()
    assert "taken: probe.threshold, logging.level" in first
    assert first.endswith("needs a restart to be taken: site, stream.heartbeat_s")
    reloader.reload()
    assert 1 == len(taken)
    second = said()
    assert "taken: nothing new" in second
    assert second.endswith("needs a restart to be taken: site, stream.heartbeat_s")


def test_changed_sources_need_a_restart(said: Callable[[], str]) -> None:
    sources = (replace(NOW.sources[0], device="hw:CARD=Snowball,DEV=0"),)
    taken: list[Settings] = []
    Reloader(NOW, FakeFile(replace(NOW, sources=sources)).load, taken.append).reload()
    assert [] == taken
    assert said().endswith("needs a restart to be taken: sources")


def test_a_mistake_leaves_everything_as_it_was(said: Callable[[], str]) -> None:
    file = FakeFile(replace(NOW, logging=replace(NOW.logging, level="debug")))
    file.mistake = ConfigError("config.yaml:3: sourcess: unknown key")
    taken: list[Settings] = []
    reloader = Reloader(NOW, file.load, taken.append)
    reloader.reload()
    assert [] == taken
    assert said() == ("the configuration stays as it was: config.yaml:3: sourcess: unknown key")
    file.mistake = None
    reloader.reload()
    assert 1 == len(taken)


def test_a_probe_that_cannot_be_loaded_leaves_everything_as_it_was(
    said: Callable[[], str],
) -> None:
    attempts: list[Settings] = []

    def take(settings: Settings) -> None:
        attempts.append(settings)
        raise ModelError("home.json is not a probe")

    file = FakeFile(replace(NOW, probe=replace(NOW.probe, threshold=0.5)))
    reloader = Reloader(NOW, file.load, take)
    reloader.reload()
    assert "stays as it was: home.json is not a probe" in said()
    reloader.reload()
    assert 2 == len(attempts)  # it was not taken, so the next reload tries again


def test_trained_probes_are_taken_with_the_settings_in_effect(said: Callable[[], str]) -> None:
    taken: list[Settings] = []
    wanted = replace(NOW, probe=replace(NOW.probe, threshold=0.5))
    reloader = Reloader(NOW, FakeFile(wanted).load, taken.append)
    reloader.reload()
    reloader.take_probes()
    assert [wanted, wanted] == taken
    assert "took the trained probes" in said()


def test_trained_probes_that_cannot_be_taken_change_nothing(said: Callable[[], str]) -> None:
    def refuse(_settings: Settings) -> None:
        raise ModelError("hear-0001.json is damaged.")

    Reloader(NOW, FakeFile(NOW).load, refuse).take_probes()
    assert "the probes stay as they were: hear-0001.json is damaged." in said()
