"""`coughd model`: fetch foreign models once, see what is there, check every byte of it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from ...config.errors import ModelError, UsageError
from ..models.catalog import CATALOG, Pullable, find_model
from ..models.hub import Hub
from ..models.parity import RUNTIMES, check_parity
from ..models.pull import Progress as Told
from ..models.pull import pull_from_folder, pull_from_hub
from ..models.shelf import Acceptance, Pulled, Shelf, megabytes
from .shared.options import ConfigOption, JsonOption, configured

model = typer.Typer(
    help="Fetch HeAR's models, list them, check them. They are Google's, under terms of their own.",
    no_args_is_help=True,
)
NAMES = ", ".join(CATALOG)


@model.command("pull")
def pull(
    name: Annotated[str, typer.Argument(metavar="NAME", help=f"One of {NAMES}.")],
    config: ConfigOption = None,
    *,
    accept_terms: Annotated[
        bool,
        typer.Option("--accept-terms", help="Agree to the terms without being asked."),
    ] = False,
    source: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="PATH",
            help="Copy from this folder (a snapshot, or a model pulled elsewhere); no network.",
        ),
    ] = None,
) -> None:
    """Fetch a model into the data directory.

    Every byte is checked before it is put in its place. The hub asks for an account: accept the
    terms on the model's page there, then set HF_TOKEN or run hf auth login. A pull that broke off
    goes on where it ended.
    """
    wanted = find_model(name)
    shelf = Shelf(configured(config)[1].data_dir)
    _agree(wanted, shelf, accepted=accept_terms)
    if source is None:
        hub = Hub()
        with _bar(name) as progress:
            pulled = pull_from_hub(wanted, hub, shelf, _now(), progress)
    else:
        with _bar(name) as progress:
            pulled = pull_from_folder(wanted, source, shelf, _now(), progress)
    count, manifest = len(pulled.manifest.files), pulled.manifest
    typer.echo(
        f"{pulled.folder}: {count} files, {megabytes(pulled.size_bytes)}, {_vouched(pulled)}"
    )
    typer.echo(f"to use it: {_use(manifest.model)}")


@model.command("list")
def list_models(config: ConfigOption = None, *, as_json: JsonOption = False) -> None:
    """Say which models there are, and which are here."""
    shelf = Shelf(configured(config)[1].data_dir)
    found = {name: shelf.find(name) for name in CATALOG}
    if as_json:
        rows = [_as_json(CATALOG[name], pulled, shelf) for name, pulled in found.items()]
        typer.echo(json.dumps(rows, indent=2))
        return
    for name, pulled in found.items():
        if pulled is None:
            state = "not pulled"
        else:
            manifest = pulled.manifest
            size = megabytes(pulled.size_bytes)
            state = f"{size}, revision {manifest.revision[:7]}, pulled {manifest.fetched_at}"
        typer.echo(f"{name}\t{CATALOG[name].what}\t{state}")


@model.command("verify")
def verify(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME", help=f"Of {NAMES}; else all that were pulled."),
    ] = None,
    config: ConfigOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Check every byte of the pulled models.

    The process that runs a model does the same whenever it starts. Where hear and hear-pytorch are
    both here and can both be run, their embeddings of the same sounds are compared too.
    """
    shelf = Shelf(configured(config)[1].data_dir)
    results: dict[str, str | None] = {}
    for name in names or CATALOG:
        pulled = shelf.find(find_model(name).name)
        if pulled is None and names:
            results[name] = f"there is no model '{name}' yet: run coughd model pull {name}"
        elif pulled is not None:
            results[name] = _fault(pulled)
    both = " and ".join(RUNTIMES)
    if all(name in results and results[name] is None for name in RUNTIMES) and _can_run_both():
        _say(f"Comparing {both}; this takes a minute or two.")
        results[both] = _difference(shelf)
    if as_json:
        typer.echo(json.dumps([{"model": n, "fault": fault} for n, fault in results.items()]))
    else:
        for name, fault in results.items():
            if fault is None:
                good = "give the same embeddings" if name == both else "as it was pulled"
                typer.echo(f"{name}: {good}")
        if not results:
            typer.echo("no model was pulled yet: coughd model pull hear")
    faults = [fault for fault in results.values() if fault is not None]
    if faults:
        raise ModelError("\ncoughd: ".join(faults))


def _can_run_both() -> bool:
    """Whether both runtimes are installed; nothing is imported here."""
    return all(find_spec(name) is not None for name in ("tensorflow", "torch", "transformers"))


def _difference(shelf: Shelf) -> str | None:
    try:
        check_parity({name: shelf.folder(name) for name in RUNTIMES})
    except ModelError as exc:
        return str(exc)
    return None


def _fault(pulled: Pulled) -> str | None:
    try:
        pulled.verify()
    except ModelError as exc:
        return str(exc)
    return None


def _agree(wanted: Pullable, shelf: Shelf, *, accepted: bool) -> None:
    """Show the terms and write down that they were accepted; UsageError where they were not."""
    terms, before = wanted.terms, shelf.accepted(wanted)
    _say(f"{wanted.name} is under the {terms.name}:\n{terms.url}\n{terms.summary}")
    if before is not None:
        _say(f"You accepted them on {before.accepted_at[:10]}.")
        return
    if not accepted:
        if not sys.stdin.isatty():
            raise UsageError(f"nobody is here to ask: read {terms.url}, then add --accept-terms")
        if not typer.confirm("Do you accept these terms?", err=True):
            raise UsageError("the terms were not accepted, so nothing was fetched")
    how = "--accept-terms" if accepted else "prompt"
    shelf.record(
        Acceptance(wanted.name, wanted.repository, wanted.revision, terms.url, _now(), how)
    )


def _vouched(pulled: Pulled) -> str:
    return {
        "hub": "each as the hub announced it",
        "manifest": "each as the manifest beside them says",
    }.get(pulled.manifest.vouched_by, "whose checksums nobody told: they are checked from now on")


def _use(name: str) -> str:
    return {
        "hear": "embedder: {kind: hear}",
        "hear-pytorch": "embedder: {kind: hear, runtime: torch}",
    }.get(name, f"gate: {{kind: {name}}}")


def _as_json(wanted: Pullable, pulled: Pulled | None, shelf: Shelf) -> dict[str, object]:
    accepted = shelf.accepted(wanted)
    return {
        "model": wanted.name,
        "what": wanted.what,
        "page": wanted.page,
        "terms": wanted.terms.url,
        "terms_accepted_at": None if accepted is None else accepted.accepted_at,
        "folder": None if pulled is None else str(pulled.folder),
        "revision": None if pulled is None else pulled.manifest.revision,
        "fetched_at": None if pulled is None else pulled.manifest.fetched_at,
        "vouched_by": None if pulled is None else pulled.manifest.vouched_by,
        "size_bytes": None if pulled is None else pulled.size_bytes,
        "files": None if pulled is None else dict(pulled.manifest.files),
    }


@contextmanager
def _bar(name: str) -> Iterator[Told]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    # Without a terminal rich would leave an empty line.
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(name, total=None)
        yield lambda have, total: bar.update(task, completed=have, total=total)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
