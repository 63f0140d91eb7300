"""Taking a changed configuration without a restart, as far as that is possible."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from ...config.errors import ConfigError, ModelError
from ...config.render import to_plain
from ...config.settings import Settings

TAKEN_AT_ONCE = ("logging", "probe")
"""Sections that a reload takes; every other key waits for a restart."""
READ_BY_OTHERS = ("coverage.minimum_for_rate",)
"""Keys that the daemon itself never reads."""

_log = logging.getLogger("coughd.reload")


class Reloader:
    """Reads the configuration again and hands over what can be taken. Listening thread.

    Parameters
    ----------
    settings
        In effect now.
    load
        Reads the file; ConfigError.
    take
        Puts settings into effect that differ from the former ones in `TAKEN_AT_ONCE` only; all or
        nothing; ModelError.
    """

    def __init__(
        self,
        settings: Settings,
        load: Callable[[], Settings],
        take: Callable[[Settings], None],
    ) -> None:
        self._settings = settings
        self._load = load
        self._take = take

    def reload(self) -> None:
        """Take what can be taken, and log what was, what was not, and why; never raises."""
        try:
            wanted = self._load()
            possible = replace(self._settings, logging=wanted.logging, probe=wanted.probe)
            taken = _differences(self._settings, possible)
            if taken:
                self._take(possible)
        except (ConfigError, ModelError) as exc:
            _log.error("the configuration stays as it was: %s", exc)
            return
        self._settings = possible
        _log.info("read the configuration again; taken: %s", ", ".join(taken) or "nothing new")
        waiting = [key for key in _differences(possible, wanted) if key not in READ_BY_OTHERS]
        if waiting:
            _log.warning("needs a restart to be taken: %s", ", ".join(waiting))

    def take_probes(self) -> None:
        """Judge by the trained probes that are in force now, and log it; never raises."""
        try:
            self._take(self._settings)
        except ModelError as exc:
            _log.error("the probes stay as they were: %s", exc)
            return
        _log.info("took the trained probes that are in force now")


def _differences(before: Settings, after: Settings) -> list[str]:
    """Dotted keys whose values differ, in the order of the file."""
    return list(_differing("", to_plain(before), to_plain(after)))


def _differing(prefix: str, before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    for key, value in after.items():
        if isinstance(value, dict):
            yield from _differing(f"{prefix}{key}.", before[key], value)
        elif before[key] != value:
            yield prefix + key
