"""`coughd doctor`: what is wrong, how we know, and what to do."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

import typer

from ...storage.lock import holder_of
from ...storage.upkeep.at_rest import at_rest
from ...storage.upkeep.findings import Finding, exit_code_of
from ...storage.upkeep.mending import mend
from ..supervision.doctor import examine
from .shared.options import ConfigOption, JsonOption, configured
from .shared.reading import now


def doctor(
    config: ConfigOption = None,
    *,
    fix: Annotated[
        bool,
        typer.Option(
            "--fix",
            help="Mend what can be mended; the daemon must be stopped. A damaged store is set "
            "aside, and what is readable of it is put into a new one.",
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Check everything, and say what to do.

    Exit code 0: nothing is at fault. A warning is no fault.
    """
    settings, places = configured(config)
    done: list[str] = []
    if fix:
        with at_rest(places.data_dir, places.store):
            before = list(examine(settings, places, now(), daemon=None))
            done = list(mend(before, places.store, places.data_dir, now()))
    findings: list[Finding] = []
    for finding in examine(settings, places, now(), daemon=holder_of(places.data_dir)):
        findings.append(finding)
        if not as_json:
            typer.echo(_line(finding))
    if as_json:
        typer.echo(json.dumps(_as_json(findings, done), ensure_ascii=False))
    else:
        for sentence in done:
            typer.echo(f"mended   {sentence}")
    raise typer.Exit(exit_code_of(findings))


def _line(finding: Finding) -> str:
    remedy = f"; {finding.remedy}" if finding.remedy else ""
    return f"{finding.state:<8} {finding.check}: {finding.evidence}{remedy}"


def _as_json(findings: Sequence[Finding], done: Sequence[str]) -> dict[str, object]:
    return {"findings": [asdict(finding) for finding in findings], "mended": done}
