"""Putting the service in place, and taking it away again."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from importlib.resources import files
from pathlib import Path

from ...config.errors import CoughdError
from .environment import HIDDEN, build, choose_python
from .layout import UNIT, Layout
from .systemctl import StillAtItError, Systemctl, run

Say = Callable[[str], None]
"""Takes one sentence on what was done."""
_NVIDIA = Path("/dev/nvidiactl")


def install(layout: Layout, systemctl: Systemctl, say: Say, nvidia: Path = _NVIDIA) -> bool:
    """Install and start, or upgrade and restart; whether it runs already. CoughdError."""
    system = layout.scope == "system"
    python = choose_python(Path(sys.executable).resolve(), hidden=HIDDEN if system else ())
    say(f"Copying this coughd to {layout.program} (Python: {python})")
    packages = build(layout.program, python)
    say(f"  {packages} packages, the same versions as here")
    _write(layout.unit, "coughd.service" if system else "user/coughd.service", say)
    if layout.sysusers is not None:
        _write(layout.sysusers, "coughd.sysusers.conf", say)
        run(["systemd-sysusers", str(layout.sysusers)])
        say("  the user and the group coughd exist")
    if layout.gpu is not None and nvidia.exists():
        _write(layout.gpu, "coughd-gpu.conf", say)
    _link(layout, say)
    systemctl.do("daemon-reload")
    systemctl.do("enable", UNIT)
    return start(systemctl, say)


def start(systemctl: Systemctl, say: Say) -> bool:
    """Start it, or start it again; whether it runs already. CoughdError."""
    say("Starting it")
    try:
        systemctl.do("restart", UNIT)
    except StillAtItError:
        # A large store is read from end to end after an upgrade; the unit gives it an hour.
        return False
    return True


def uninstall(layout: Layout, systemctl: Systemctl, say: Say) -> None:
    """Stop and remove everything but data and configuration; what is missing is no error."""
    if not any(path.exists() for path in (layout.unit, layout.program)):
        say("There is no such service here")
    if layout.unit.exists():
        systemctl.do("disable", "--now", UNIT)
        say(f"Stopped and disabled {UNIT}")
    if layout.link.is_symlink() and layout.link.readlink() == layout.command:
        _remove(layout.link, say)
    for file in (layout.unit, layout.sysusers, layout.gpu):
        if file is not None:
            _remove(file, say)
    if layout.gpu is not None:
        with suppress(OSError):  # somebody's own drop-ins stay
            layout.gpu.parent.rmdir()
    _remove(layout.program, say)
    systemctl.do("daemon-reload")


def _write(path: Path, shipped: str, say: Say) -> None:
    text = files("coughd.systemd").joinpath(shipped).read_text(encoding="utf-8")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o644)  # whatever the umask: people look at it by `systemctl cat`
    except OSError as exc:
        raise CoughdError(f"{path} cannot be written: {exc.strerror}") from exc
    say(f"Wrote {path}")


def _link(layout: Layout, say: Say) -> None:
    """A convenience only: what stands in the way stays there."""
    link = layout.link
    if link.is_symlink() and link.readlink() == layout.command:
        return
    try:
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(layout.command)
    except OSError as exc:
        say(f"No link at {link} ({exc.strerror}): the command is {layout.command}")
    else:
        say(f"Linked {link}")


def _remove(path: Path, say: Say) -> None:
    try:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.exists() or path.is_symlink():
            path.unlink()
        else:
            return
    except OSError as exc:
        raise CoughdError(f"{path} cannot be removed: {exc.strerror}") from exc
    say(f"Removed {path}")
