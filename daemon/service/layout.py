"""Where an installed service has its parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from ...config.errors import UsageError
from ...config.paths import find_paths

UNIT = "coughd.service"
Scope: TypeAlias = Literal["system", "user"]
_OF_A_PERSON = ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR")


@dataclass(frozen=True, slots=True)
class Layout:
    """Every path of one installation, absolute."""

    scope: Scope
    program: Path
    """The service's own Python environment; the units name it."""
    link: Path
    """So that people can type `coughd`."""
    unit: Path
    sysusers: Path | None
    """None: the service runs as the person."""
    gpu: Path | None
    """The drop-in for a GPU."""
    config_file: Path
    data_dir: Path

    @property
    def command(self) -> Path:
        """The program, as the units call it."""
        return self.program / "bin/coughd"


def find_layout(scope: Scope, environ: Mapping[str, str], uid: int) -> Layout:
    """Where the parts belong.

    Raises
    ------
    UsageError
        A system service needs root, and root has no session for a user service.
    """
    if scope == "system" and uid != 0:
        raise UsageError(
            "a system service is root's business: try again with sudo, or with --user for a "
            "service of your own"
        )
    if scope == "user" and uid == 0:
        raise UsageError("--user is for a person's own session: try again without sudo")
    # The service's folders and not those of a variable that happens to be set here.
    paths = find_paths({key: environ[key] for key in _OF_A_PERSON if key in environ}, uid)
    if scope == "system":
        return Layout(
            scope="system",
            program=Path("/opt/coughd"),
            link=Path("/usr/local/bin/coughd"),
            unit=Path("/etc/systemd/system") / UNIT,
            sysusers=Path("/etc/sysusers.d/coughd.conf"),
            gpu=Path("/etc/systemd/system") / f"{UNIT}.d" / "gpu.conf",
            config_file=paths.config_file,
            data_dir=paths.data_dir,
        )
    home = Path(environ.get("HOME") or Path.home())
    return Layout(
        scope="user",
        program=home / ".local/lib/coughd",
        link=home / ".local/bin/coughd",
        unit=paths.config_file.parents[1] / "systemd/user" / UNIT,
        sysusers=None,
        gpu=None,
        config_file=paths.config_file,
        data_dir=paths.data_dir,
    )
