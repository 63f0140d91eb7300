"""Where coughd's files are when nobody says otherwise: as a service, or for a person.

systemd's `STATE_DIRECTORY=`, `RUNTIME_DIRECTORY=`, `CONFIGURATION_DIRECTORY=` and
`CACHE_DIRECTORY=` win, each for its own folder; else root has the system's folders and a person
the XDG ones. Nothing is created here.
"""

from __future__ import annotations

import pwd
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .errors import ConfigError

_NAME = "coughd"


@dataclass(frozen=True, slots=True)
class Paths:
    """The default places, all absolute."""

    config_file: Path
    """Read where `--config` is not given; may be missing."""
    data_dir: Path
    """What must last: the store and its lock."""
    runtime_dir: Path
    """Sockets; gone after a boot."""
    cache_dir: Path
    """What may be fetched or computed again."""
    is_service: bool = False
    """Whether a service manager made the folder of the sockets, for a group that it chose."""


def find_paths(environ: Mapping[str, str], uid: int) -> Paths:
    """Find the default places of the user with this id and environment.

    Raises ConfigError where a person has no home folder.
    """
    defaults = _system_paths() if uid == 0 else _personal_paths(environ, uid)
    return Paths(
        config_file=_service_folder(environ, "CONFIGURATION_DIRECTORY", defaults.config_file.parent)
        / defaults.config_file.name,
        data_dir=_service_folder(environ, "STATE_DIRECTORY", defaults.data_dir),
        runtime_dir=_service_folder(environ, "RUNTIME_DIRECTORY", defaults.runtime_dir),
        cache_dir=_service_folder(environ, "CACHE_DIRECTORY", defaults.cache_dir),
        is_service=_absolute(environ.get("RUNTIME_DIRECTORY", "")) is not None,
    )


def _system_paths() -> Paths:
    return Paths(
        config_file=Path("/etc/coughd/config.yaml"),
        data_dir=Path("/var/lib/coughd"),
        runtime_dir=Path("/run/coughd"),
        cache_dir=Path("/var/cache/coughd"),
    )


def _personal_paths(environ: Mapping[str, str], uid: int) -> Paths:
    # By hand and not by platformdirs, which reads the process's own environment only.
    runtime = _absolute(environ.get("XDG_RUNTIME_DIR"))
    temporary = _absolute(environ.get("TMPDIR")) or Path("/tmp")  # noqa: S108 - a 0700 folder of ours below it
    return Paths(
        config_file=_xdg(environ, uid, "XDG_CONFIG_HOME", ".config") / "config.yaml",
        data_dir=_xdg(environ, uid, "XDG_DATA_HOME", ".local/share"),
        runtime_dir=runtime / _NAME if runtime else temporary / f"{_NAME}-{uid}",
        cache_dir=_xdg(environ, uid, "XDG_CACHE_HOME", ".cache"),
    )


def _xdg(environ: Mapping[str, str], uid: int, variable: str, below_home: str) -> Path:
    # The XDG specification tells programs to ignore relative paths.
    base = _absolute(environ.get(variable)) or _home(environ, uid) / below_home
    return base / _NAME


def _home(environ: Mapping[str, str], uid: int) -> Path:
    home = _absolute(environ.get("HOME"))
    if home is not None:
        return home
    try:
        return Path(pwd.getpwuid(uid).pw_dir)
    except KeyError as exc:
        message = f"user {uid} has no home folder: set HOME, or run coughd as a service"
        raise ConfigError(message) from exc


def _service_folder(environ: Mapping[str, str], variable: str, default: Path) -> Path:
    # systemd joins several folders with colons; the first one is ours.
    return _absolute(environ.get(variable, "").partition(":")[0]) or default


def _absolute(text: str | None) -> Path | None:
    return Path(text) if text and text.startswith("/") else None
