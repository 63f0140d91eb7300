"""`coughd support-bundle`: what helps to find a fault, without anything that was heard."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from ...config.errors import CoughdError, InputError
from ...config.places import Places
from ...config.render import to_yaml
from ...config.settings import Settings
from ...storage.lock import holder_of
from ..supervision.doctor import examine
from ..support.bundle import Part, json_part, text_part, write_bundle
from ..support.cleaning import clean_findings, clean_log, clean_status, without_secrets
from ..support.facts import LOG_LINES, journal, models, system, versions
from .shared.asking import ask, collect
from .shared.options import ConfigOption, configured
from .shared.reading import now


def support_bundle(
    config: ConfigOption = None,
    *,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Else coughd-support-DATE.tar.gz, here."
        ),
    ] = None,
    list_: Annotated[
        bool, typer.Option("--list", help="Only say what would be inside; write nothing.")
    ] = False,
    log: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The daemon's log, where the journal has none."),
    ] = None,
) -> None:
    """Gather versions, settings, state and log for a report.

    Nothing that was heard is in it: no sound, no embeddings, no event, no time or number of coughs.
    Passwords are taken out; names of sites, rooms, files and this machine are not. Only you can
    read the file; nothing is sent anywhere.
    """
    parts = list(_gather(config, log))
    for part in parts:
        typer.echo(f"{part.name:<19} {len(part.content):>8} bytes  {part.holds}")
    if list_:
        return
    path = output or Path(f"coughd-support-{now():%Y%m%d-%H%M%S}.tar.gz")
    write_bundle(path, parts)
    typer.echo(f"{path}: look into it before you send it (tar xzf)")


def _gather(config: Path | None, log: Path | None) -> Iterable[Part]:
    """Every part that can be had; the program must be of use where little works."""
    yield json_part("versions.json", "coughd, Python and packages", versions())
    of_user = os.getuid() != 0
    told = system(of_user=of_user)
    yield json_part("system.json", "kernel, processor, memory, the service", told)
    try:
        settings, places = configured(config)
    except CoughdError as exc:
        mistakes = without_secrets(f"{exc}\n")
        yield text_part("configuration.txt", "what is wrong with the configuration", mistakes)
    else:
        yield from _of_configuration(settings, places, now())
    lines = _lines_of(log) if log else journal(of_user=of_user)
    kept = deque(clean_log(lines), maxlen=LOG_LINES)
    holds = "the log's last lines about states; no coughs"
    yield text_part("log.txt", holds, "".join(f"{line}\n" for line in kept))


def _of_configuration(settings: Settings, places: Places, today: datetime) -> Iterable[Part]:
    yield text_part("configuration.yaml", "every setting, passwords taken out", to_yaml(settings))
    try:
        document = collect(settings, places, ask(settings, places), now)
    except CoughdError as exc:
        yield text_part("status.txt", "why there is no status", without_secrets(f"{exc}\n"))
    else:
        holds = "states, faults and queues, without what was heard"
        yield json_part("status.json", holds, clean_status(document))
    found = examine(settings, places, today, daemon=holder_of(places.data_dir))
    yield json_part("doctor.json", "what `coughd doctor` finds", clean_findings(found))
    yield json_part("models.json", "hashes of the models", models(settings))


def _lines_of(log: Path) -> Iterator[str]:
    try:
        with log.open(encoding="utf-8", errors="replace") as lines:
            yield from (line.rstrip("\n") for line in lines)
    except OSError as exc:
        raise InputError(f"{log}: the log cannot be read: {exc.strerror}") from exc
