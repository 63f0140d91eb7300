"""`coughd keys`: who may listen from other machines."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from ...config.addresses import is_beyond_machine
from ...config.errors import StorageError, UsageError
from ...config.places import Places
from ...config.settings import Settings
from ..stream.key_ring import KeyRing, client_file, fingerprint, write_secret
from .shared.options import ConfigOption, JsonOption, configured

keys = typer.Typer(
    help="Say who may listen over tcp: make a key, list, revoke one.",
    no_args_is_help=True,
)
_ALL = ("tcp://*", "tcp://0.0.0.0", "tcp://[::]")
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="Whose key it is.")]


@keys.command("new")
def new(
    name: NameArgument,
    config: ConfigOption = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="New file, else NAME.key here."),
    ] = None,
) -> None:
    """Make a key for somebody.

    Hand the file over by a way that nobody else reads: it is not kept here, and whoever has it may
    listen. A running daemon lets its holder in at once.
    """
    settings, places = configured(config)
    path = Path(f"{name}.key") if output is None else output
    if path.exists():
        raise UsageError(f"{path} is there already: name another file with --output")
    ring = KeyRing(places.data_dir)
    key = ring.add(name, datetime.now(UTC).isoformat(timespec="seconds"))
    try:
        write_secret(path, client_file(name, key))
    except OSError as exc:
        ring.revoke(name)
        raise StorageError(f"cannot write {path}: {exc.strerror}") from exc
    typer.echo(f"{path}: the key of {name}, {fingerprint(key.public_key)}; hand it over safely")
    hindrance = _hindrance(settings, places)
    if hindrance is not None:
        typer.echo(hindrance, err=True)
    else:
        publish, replay = (
            _from_elsewhere(at, settings.node) for at in (places.publish, places.replay)
        )
        typer.echo(f"there: coughd watch --key {path.name} --publish {publish} --replay {replay}")


def _hindrance(settings: Settings, places: Places) -> str | None:
    """Why nobody can use a key yet; None where they can."""
    if not settings.stream.curve:
        return "The daemon asks for keys only with stream.curve: true."
    at = {"stream.publish": places.publish, "stream.replay": places.replay}
    here = [f"{key} ({address})" for key, address in at.items() if not is_beyond_machine(address)]
    if not here:
        return None
    return (
        f"No other machine reaches {' and '.join(here)}; write tcp:// and an address of this "
        "machine, such as tcp://192.168.1.7:5570, into the configuration, and restart the daemon."
    )


def _from_elsewhere(address: str, node: str) -> str:
    """How another machine calls what is bound here; by this machine's name if to all addresses."""
    bound, _, port = address.rpartition(":")
    return f"tcp://{node}:{port}" if bound in _ALL else address


@keys.command("list")
def list_(config: ConfigOption = None, *, as_json: JsonOption = False) -> None:
    """Show who may listen over tcp: name, fingerprint, since when."""
    settings, places = configured(config)
    ring = KeyRing(places.data_dir)
    clients = ring.clients()
    if as_json:
        listed = [
            {"name": each.name, "fingerprint": each.fingerprint, "created": each.created}
            for each in clients
        ]
        typer.echo(json.dumps({"asked_for": settings.stream.curve, "keys": listed}, indent=2))
        return
    for each in clients:
        typer.echo(f"{each.fingerprint}  {each.created}  {each.name}")
    if not clients:
        typer.echo("nobody: make a key with `coughd keys new NAME`", err=True)


@keys.command("revoke")
def revoke(name: NameArgument, config: ConfigOption = None) -> None:
    """Let a key in no more.

    A running daemon hangs up on all at once, and lets in again those whose keys are good; they
    miss nothing. What was heard with the key until now stays heard.
    """
    _, places = configured(config)
    gone = KeyRing(places.data_dir).revoke(name)
    typer.echo(f"revoked the key of {gone.name}, {gone.fingerprint}")
