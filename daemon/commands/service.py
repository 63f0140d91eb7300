"""`coughd service`: setting it up under systemd, and taking it away."""

from __future__ import annotations

import json
import os
import shlex
import shutil
from pathlib import Path
from typing import Annotated

import typer

from ..service.installing import install as install_at
from ..service.installing import uninstall as uninstall_at
from ..service.layout import UNIT, Layout, Scope, find_layout
from ..service.systemctl import Systemctl
from .shared.options import JsonOption

service = typer.Typer(
    help="Set coughd up as a service of systemd, or take it away.", no_args_is_help=True
)
UserOption = Annotated[
    bool,
    typer.Option("--user", help="A service of your own, for a desktop with a sound server."),
]
_SHOWN = ("LoadState", "UnitFileState", "ActiveState", "SubState", "StatusText", "NRestarts")


@service.command()
def install(*, user: UserOption = False) -> None:
    """Copy this coughd to a place of its own and run it.

    With sudo, for the machine: /opt/coughd. With --user: ~/.local/lib/coughd. Once more: upgrade it
    to the coughd that you call.
    """
    layout = find_layout(_scope(user=user), os.environ, os.getuid())
    runs = install_at(layout, Systemctl(layout.scope), typer.echo)
    typer.echo(_what_now(layout, runs=runs))


@service.command()
def uninstall(*, user: UserOption = False) -> None:
    """Stop the service and remove it; data and settings stay."""
    layout = find_layout(_scope(user=user), os.environ, os.getuid())
    uninstall_at(layout, Systemctl(layout.scope), typer.echo)
    left = [path for path in (layout.data_dir, layout.config_file.parent) if _is_there(path)]
    if left:
        root = [] if user else ["sudo"]
        removing = shlex.join([*root, "rm", "-r", *map(str, left)])
        typer.echo(f"Left where they are: your data and configuration. To remove them: {removing}")


@service.command()
def status(*, user: UserOption = False, as_json: JsonOption = False) -> None:
    """Say how the service is.

    Exit code 0: it runs; 1: it does not, or is not there.
    """
    scope = _scope(user=user)
    shown = Systemctl(scope).show(UNIT, *_SHOWN)
    installed = shown["LoadState"] == "loaded"
    running = shown["ActiveState"] in {"active", "reloading"}
    said = shown["StatusText"] if running else ""  # systemd remembers a stopped one's
    if as_json:
        typer.echo(
            json.dumps(
                {
                    "scope": scope,
                    "installed": installed,
                    "enabled": shown["UnitFileState"] == "enabled",
                    "state": shown["ActiveState"],
                    "sub_state": shown["SubState"],
                    "said": said or None,
                    "restarts": int(shown["NRestarts"] or 0),
                }
            )
        )
    elif not installed:
        typer.echo(
            "There is no such service here; `coughd service install` sets it up, for the machine "
            "with sudo, for you alone with --user."
        )
    else:
        now = f"{shown['ActiveState']} ({shown['SubState']})"
        typer.echo(f"{now}, {said}" if said else now)
        typer.echo(f"{shown['UnitFileState']}; restarts by itself: {shown['NRestarts']}")
    if not running:
        raise typer.Exit(1)


def _scope(*, user: bool) -> Scope:
    return "user" if user else "system"


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except PermissionError:
        return True


def _what_now(layout: Layout, *, runs: bool) -> str:
    user = layout.scope == "user"
    # Under sudo PATH is sudo's own, by which the next `sudo coughd` is looked for as well.
    called = "coughd" if shutil.which("coughd") else shlex.quote(str(layout.link))
    coughd, systemctl = (called, "systemctl --user") if user else (f"sudo {called}", "systemctl")
    lines = [
        ("It runs." if runs else "It still starts: a large store is read from end to end first.")
        + f" Its data are kept in {layout.data_dir}.",
        f"  how it is        {systemctl} status coughd",
        f"  what it says     journalctl {'--user ' if user else ''}-u coughd",
        f"  what it heard    {coughd} history",
        f"  what it listens to: {layout.config_file}"
        + ("" if _is_there(layout.config_file) else " (missing: the default microphone)"),
        f"  after a change   {systemctl} reload coughd, or restart where the log says so",
    ]
    if user:
        lines.append("It stops when you log out, unless: sudo loginctl enable-linger $USER")
    return "\n".join(lines)
