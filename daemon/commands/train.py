"""`coughd train`: fits a probe to this site's sounds, and puts it in force if it is better."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import typer

from ...config.errors import UsageError
from ...config.places import Places
from ...config.settings import Settings
from ...detectors.fitting.card import verdict_text
from ...detectors.fitting.examples import Examples
from ...detectors.fitting.regression import check_installed
from ...detectors.fitting.training import Trained
from ...detectors.fitting.training import train as fit_and_score
from ...detectors.probe_versions import ProbeVersions
from ...storage.material import Material
from ..offline.clip_table import read_clip_table
from ..offline.store_examples import Teacher, read_examples
from ..offline.stored_embeddings import Choice
from ..wiring.detection import load_judge
from ..wiring.gates import load_gate
from ..wiring.offline_work import offline_embedder, probe_to_beat
from .shared.options import ConfigOption, EmbedderNumberOption, MixOption, configured
from .shared.reading import StoreOption
from .views.bars import progress_bar
from .views.embedding import embed_watched


def train(
    clips: Annotated[
        Path | None,
        typer.Argument(
            metavar="CLIPS",
            help="A CSV, or a folder with labels.csv: columns path, label, subject (or group) and, "
            "where known, onset_s. Without it: the store's reviewed events.",
        ),
    ] = None,
    config: ConfigOption = None,
    *,
    teacher: Annotated[
        Literal["open"] | None,
        typer.Option(
            help="Of the store's events that nobody reviewed, take the open probe's word where it "
            "is sure; the card says so."
        ),
    ] = None,
    force: Annotated[
        bool,
        typer.Option("--force", help="Put the new probe in force whatever the comparison says."),
    ] = False,
    embedder: EmbedderNumberOption = None,
    mix: MixOption = False,
    store: StoreOption = None,
    list_: Annotated[bool, typer.Option("--list", help="Show the probes trained so far.")] = False,
    use: Annotated[
        str | None, typer.Option(metavar="NAME", help="Put this one of them in force.")
    ] = None,
    roll_back: Annotated[
        bool, typer.Option("--roll-back", help="Put the probe before the present one in force.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Fit a probe to sounds of this site.

    The embedder is the configured one and stays as it is; the probe is fitted by logistic
    regression, scored on people (or nights) that it has not heard, and put in force if it beats
    the present one there by more than chance may bring. A running daemon judges by it within a
    second.
    """
    if (clips is not None, list_, use is not None, roll_back).count(True) > 1:
        raise UsageError("choose one of CLIPS, --list, --use and --roll-back")
    settings, places = configured(config)
    versions = ProbeVersions(places.data_dir)
    if list_:
        _list(versions, as_json=as_json)
        return
    if use is not None or roll_back:
        _say_in_force(settings, _change(settings, versions, use), as_json=as_json)
        return
    check_installed()
    if clips is not None:
        if teacher is not None:
            raise UsageError("--teacher is for the store's events; clips have labels of their own")
        given = _from_clips(settings, places, clips)
    else:
        given = _from_store(settings, store or places.store, teacher, (embedder, mix))
    name = versions.next_name(given.examples.embedder.kind)
    in_force = probe_to_beat(settings, versions, given.examples.embedder)
    with progress_bar("fitting") as progress:
        trained = fit_and_score(
            name, given.examples, given.origin, in_force, progress, given.teacher
        )
    path = versions.keep(name, trained.document, trained.card)
    taken = (trained.wins or force) and settings.probe.path is None
    if taken:
        versions.put_in_force(name, given.examples.embedder)
    if as_json:
        document = {"name": name, "path": str(path), "in_force": taken, "wins": trained.wins}
        typer.echo(json.dumps({**document, "left_out": given.left_out, "card": trained.fields}))
    else:
        typer.echo(trained.card)
        typer.echo(_outcome(settings, trained, path, taken=taken))


@dataclass(frozen=True, slots=True)
class _Given:
    """What there is to learn from."""

    examples: Examples
    origin: str
    teacher: str | None = None
    left_out: int = 0


def _from_clips(settings: Settings, places: Places, clips: Path) -> _Given:
    table = read_clip_table(clips)
    gate = load_gate(settings)
    with offline_embedder(settings, places) as embedder:
        found = embed_watched(table, gate, embedder)
    if table.taken_as_other:
        others = ", ".join(f"{name} ({count})" for name, count in table.taken_as_other.items())
        _complain(f"taken as other: {others}")
    origin = f"{len(found.examples.groups)} labelled clips of {table.file.name}"
    return _Given(found.examples, origin, left_out=len(found.left_out))


def _from_store(
    settings: Settings,
    store: Path | str,
    teacher: Literal["open"] | None,
    choice: tuple[int | None, bool],
) -> _Given:
    kind = settings.embedder.kind
    if teacher is not None and kind == "open":
        raise UsageError("the open probe cannot teach itself; --teacher is for another embedder")
    judge = load_judge(settings) if teacher else None
    believed = Teacher(judge.probe, judge.embedder.identity) if judge else None
    with Material.open(store) as material:
        found = read_examples(material, Choice(kind, *choice), believed)
    examples = found.examples
    origin = (
        f"{len(examples.groups)} events of a store, a group being one source from noon to noon, or "
        "several that heard the same"
    )
    if judge and found.one_in > 1:
        origin += f"; of the events that nobody reviewed one in {found.one_in}, evenly over time"
    if found.mixed:
        origin += "; embeddings of differently run embedders of the same weights mixed, as asked"
    return _Given(examples, origin, judge.probe.identity.name if judge else None)


def _outcome(settings: Settings, trained: Trained, path: Path, *, taken: bool) -> str:
    if taken:
        return f"{trained.name} is in force; a running daemon takes it within a second."
    if settings.probe.path is not None:
        return (
            f"{trained.name} is kept as {path}, and not in force: the configuration names "
            f"{settings.probe.path} as probe.path."
        )
    why = verdict_text(trained.comparison) if trained.comparison else ""
    return (
        f"{trained.name} {why}. So it is kept as {path} and not in force; "
        f"`coughd train --use {trained.name}` puts it in force all the same."
    )


def _change(settings: Settings, versions: ProbeVersions, use: str | None) -> str:
    """Put another probe in force, and say which."""
    if use is not None:
        versions.put_in_force(use, versions.embedder_of(use))
        return use
    left, now = versions.roll_back(settings.embedder.kind)
    return now or f"the shipped probe, or none, in place of {left}"


def _say_in_force(settings: Settings, what: str, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"in_force": what, "probe_path": _text(settings.probe.path)}))
    elif settings.probe.path is not None:
        typer.echo(f"{what}; but the configuration names {settings.probe.path} as probe.path")
    else:
        typer.echo(f"in force: {what}")


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)


def _list(versions: ProbeVersions, *, as_json: bool) -> None:
    known = versions.versions()
    if not known:
        _complain("no probe was trained here yet")
    if as_json:
        rows = [
            {"name": version.name, "path": str(version.path), "in_force": version.in_force}
            for version in known
        ]
        typer.echo(json.dumps(rows))
        return
    for version in known:
        card = versions.path_of(version.name).with_suffix(".md")
        mark = "in force" if version.in_force else ""
        typer.echo("\t".join(filter(None, (version.name, str(card), mark))))


def _complain(sentence: str) -> None:
    sys.stderr.write(f"coughd: {sentence}\n")
