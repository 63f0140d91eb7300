"""`coughd backup`: a checked copy of the store while the daemon writes, and the way back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from ...storage.lock import InstanceLock
from ...storage.upkeep.backup import back_up, backup_name, check_backup, drop_older, restore
from ...storage.upkeep.copying import Contents
from .options import ConfigOption, JsonOption, configured
from .reading import StoreOption, now

backup = typer.Typer(
    help="Copy the store, check a copy, put one back.",
    no_args_is_help=True,
)
BackupArgument = Annotated[Path, typer.Argument(metavar="FILE", help="A backup.")]


@backup.command("create")
def create(
    target: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE", help="New file, else one named by the time in DATA_DIR/backups."
        ),
    ] = None,
    config: ConfigOption = None,
    store: StoreOption = None,
    keep: Annotated[
        int | None,
        typer.Option(
            "--keep",
            metavar="N",
            help="Delete the oldest in DATA_DIR/backups beyond so many.",
            min=1,
        ),
    ] = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Write a checked copy of the store.

    The daemon may run meanwhile.
    """
    _, places = configured(config)
    folder = places.data_dir / "backups"
    path = folder / backup_name(now()) if target is None else target
    contents = back_up(places.store if store is None else store, path)
    dropped = [] if keep is None or target is not None else drop_older(folder, keep)
    if as_json:
        _print_json(path, contents, deleted=[str(one) for one in dropped])
    else:
        typer.echo(f"{path}: {_said(contents)}; every page was checked")
        for one in dropped:
            typer.echo(f"deleted {one}")


@backup.command("verify")
def verify(file: BackupArgument, *, as_json: JsonOption = False) -> None:
    """Read every page of a backup and say what it holds."""
    contents = check_backup(file)
    if as_json:
        _print_json(file, contents)
    else:
        typer.echo(f"{file}: {_said(contents)}; every page was checked")


@backup.command("restore")
def restore_backup(
    file: BackupArgument,
    config: ConfigOption = None,
    store: StoreOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Put a backup in place of the store.

    The present store is set aside. The daemon must be stopped.
    """
    _, places = configured(config)
    with InstanceLock(places.data_dir):
        done = restore(file, places.store if store is None else store, now())
    if as_json:
        _print_json(file, done.contents, aside=None if done.aside is None else str(done.aside))
    else:
        typer.echo(f"restored {_said(done.contents)}; it is the new store {done.contents.store_id}")
        if done.aside is not None:
            typer.echo(f"what was there is now {done.aside}")


def _said(contents: Contents) -> str:
    counts = ((contents.count("events"), "event"), (contents.count("outbox"), "message"))
    return ", ".join(f"{count} {noun}{'' if count == 1 else 's'}" for count, noun in counts)


def _print_json(path: Path, contents: Contents, **more: object) -> None:
    typer.echo(
        json.dumps(
            {
                "file": str(path),
                "store_id": contents.store_id,
                "schema_version": contents.schema_version,
                "rows": dict(contents.rows),
                **more,
            }
        )
    )
