"""What `--compare` names: a second configuration, or what somebody else counted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from ....config.errors import ConfigError, InputError, ModelError, UsageError
from ....config.settings import Settings
from ...offline.evaluating import Listener, prepare
from ...offline.gathering import Gathered
from ...offline.marks import Marks, may_hold_marks, read_marks
from .options import configured


@dataclass(frozen=True, slots=True)
class Second:
    """What the first configuration is compared with."""

    path: Path
    threshold: float | None
    """None: its own."""
    settings: Settings | None
    """None where somebody else counted."""

    @property
    def claims(self) -> Path | None:
        """Where somebody else's marks lie."""
        return self.path if self.settings is None else None

    def read_marks(self, gathered: Gathered) -> Marks | None:
        """Somebody else's marks, if it is such; InputError."""
        return read_marks(self.path, gathered, self.threshold) if self.settings is None else None

    def prepared(self, settings: Settings) -> Listener:
        """Load what the configuration hears with; ConfigError and ModelError name it."""
        try:
            return prepare(self.path, settings)
        except (ConfigError, ModelError) as exc:
            raise type(exc)(f"--compare {self.path}: {exc}") from exc


def second_of(path: Path | None, threshold: float | None) -> Second | None:
    """Read a configuration at once, and marks when it is known what they are of; ConfigError."""
    if path is None:
        if threshold is not None:
            raise UsageError("--compare-threshold needs --compare")
        return None
    if may_hold_marks(path):
        if not path.exists():
            raise InputError(f"--compare: '{path}' does not exist; check the path.")
        return Second(path, threshold, None)
    return Second(path, threshold, with_threshold(_settings(path), threshold))


def with_threshold(settings: Settings, threshold: float | None) -> Settings:
    """The same, counting from another P(cough) on."""
    if threshold is None:
        return settings
    return replace(settings, probe=replace(settings.probe, threshold=threshold))


def _settings(path: Path) -> Settings:
    try:
        return configured(path)[0]
    except ConfigError as exc:
        if not isinstance(exc.__cause__, FileNotFoundError):
            raise
        raise ConfigError(f"there is no configuration file {path}: check --compare") from exc
