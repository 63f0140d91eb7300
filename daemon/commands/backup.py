"""`coughd backup`: a checked copy of the store while the daemon writes, and the way back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from ...config.as_text import as_text
from ...config.errors import UsageError
from ...storage.upkeep.at_rest import at_rest
from ...storage.upkeep.backup import (
    back_up,
    back_up_into,
    check_backup,
    drop_older,
    file_of,
    restore,
)
from ...storage.upkeep.copying import Contents
from .shared.options import ConfigOption, JsonOption, configured
from .shared.reading import StoreOption, now

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
    if keep is not None and target is not None:
        raise UsageError(
            f"--keep is about DATA_DIR/backups, and {target} is elsewhere: leave out one of both"
        )
    _, places = configured(config)
    source = places.store if store is None else store
    folder = places.data_dir / "backups"
    if target is None:
        path, contents = back_up_into(source, folder, now())
    else:
        path, contents = target, back_up(source, target)
    if not as_json:
        typer.echo(f"{as_text(str(path))}: {_said(contents)}; every page was checked")
    dropped = [] if keep is None else drop_older(folder, keep, path)
    if as_json:
        _print_json(path, contents, deleted=[str(one) for one in dropped])
    else:
        for one in dropped:
            typer.echo(f"deleted {as_text(str(one))}")


@backup.command("verify")
def verify(file: BackupArgument, *, as_json: JsonOption = False) -> None:
    """Read every page of a backup and say what it holds."""
    contents = check_backup(file)
    if as_json:
        _print_json(file, contents)
    else:
        typer.echo(f"{as_text(str(file))}: {_said(contents)}; every page was checked")


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
    target = places.store if store is None else store
    path = file_of(target)
    with at_rest(places.data_dir, target):
        done = restore(file, target, now())
    if as_json:
        aside = None if done.aside is None else str(done.aside)
        _print_json(file, done.contents, store=str(path), aside=aside)
        return
    where, new_id = as_text(str(path)), done.contents.store_id
    typer.echo(f"{where}: restored {_said(done.contents)}; it is the new store {new_id}")
    if done.aside is None:
        typer.echo("no store was there before: is it the one that the daemon uses?")
    else:
        typer.echo(f"what was there is now {as_text(str(done.aside))}")


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
