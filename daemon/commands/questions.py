"""`coughd questions`: what else may be asked of a cough, such as whether it was wet."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from ...config.errors import InputError, UsageError
from ...config.places import Places
from ...config.settings import Settings
from ...detectors.fitting.examples import Examples
from ...detectors.fitting.question import answered, learn
from ...detectors.fitting.regression import check_installed
from ...detectors.question_probe import QuestionProbe
from ...detectors.question_versions import QuestionVersions, check_question
from ...storage.material import Material
from ..offline.answer_table import AnswerTable, read_answer_table
from ..offline.answered_examples import read_answered
from ..offline.asking import ANSWER_COLUMNS, Answered, answer_records
from ..offline.clip_table import ClipTable
from ..offline.stored_embeddings import Choice
from ..wiring.gates import load_gate
from ..wiring.offline_work import offline_embedder
from .shared.options import (
    ConfigOption,
    EmbedderNumberOption,
    JsonOption,
    MixOption,
    configured,
)
from .shared.reading import (
    SinceOption,
    SourcesOption,
    StoreOption,
    TimezoneOption,
    UntilOption,
    now,
    open_history,
)
from .shared.rows import OutputOption, write_rows
from .shared.time_range import check_times, range_of
from .views.bars import progress_bar
from .views.embedding import complain_in_part, embed_watched
from .views.gone import say_what_is_gone

questions = typer.Typer(
    help="Learn what else to ask of a cough, and ask it.",
    no_args_is_help=True,
)

QuestionArgument = Annotated[
    str, typer.Argument(metavar="QUESTION", help="Its name, such as wet: small letters, digits, _.")
]


@questions.command("learn")
def learn_(
    question: QuestionArgument,
    answers: Annotated[
        Path,
        typer.Argument(
            metavar="CSV",
            help="A column named like the question (yes, no, or empty), beside event_id or beside "
            "path, subject and, where known, onset_s.",
        ),
    ],
    config: ConfigOption = None,
    *,
    embedder: EmbedderNumberOption = None,
    mix: MixOption = False,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Learn a question from answers that persons gave.

    The embedder is the configured one and stays as it is; what is fitted is a small probe, scored
    on people (or nights) that it has not heard. docs/questions.md has an example.
    """
    check_question(question)
    settings, places = configured(config)
    table = read_answer_table(answers, question)
    check_installed()
    if table.clips is not None:
        if embedder is not None or mix or store is not None:
            raise UsageError("--embedder, --mix and --store are for answers about stored events")
        given = _of_clips(settings, places, table.clips, question)
    else:
        choice = Choice(settings.embedder.kind, embedder, mix)
        given = _of_events(store or places.store, choice, table, question)
    versions = QuestionVersions(places.data_dir)
    version = versions.next_version(question, given.examples.embedder.kind)
    with progress_bar("fitting") as progress:
        learnt = learn(version.name, question, given.examples, given.origin, progress)
    path = versions.keep(version, learnt.document, learnt.card)
    if as_json:
        document = {"name": version.name, "path": str(path), "left_out": given.left_out}
        typer.echo(json.dumps({**document, "card": learnt.fields}))
    else:
        typer.echo(learnt.card)
        typer.echo(f"Kept as {path}; `coughd questions ask {question}` asks it of the store.")


@questions.command("ask")
def ask(
    question: QuestionArgument,
    config: ConfigOption = None,
    *,
    by: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|FILE", help="Which version answers, or its file; else the newest."
        ),
    ] = None,
    since: SinceOption = None,
    until: UntilOption = None,
    source: SourcesOption = None,
    rejected: Annotated[
        bool, typer.Option("--rejected", help="Also of events that were not counted.")
    ] = False,
    timezone: TimezoneOption = None,
    output: OutputOption = None,
    store: StoreOption = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="A JSON object a line instead of CSV.")
    ] = False,
) -> None:
    """Write an answer, P(yes), for each cough in the store.

    What is asked are the stored embeddings, so it works for coughs whose sound is gone. The columns
    are explained in docs/questions.md.
    """
    check_times(since, until, now())
    check_question(question)
    settings, places = configured(config)
    probe = _probe(QuestionVersions(places.data_dir), question, settings.embedder.kind, by)
    done = Answered()
    with (
        open_history(config, store, timezone) as opened,
        Material.open(store or places.store) as material,
    ):
        start, end = range_of(since, until, now(), opened.zone)
        say_what_is_gone(opened, start)
        events = opened.events(start, end, source_ids=source, counted_only=not rejected)
        records = answer_records(
            events, lambda ids: material.vectors(ids, probe.embedder.sha256), probe, done
        )
        write_rows(ANSWER_COLUMNS, records, output, as_json=as_json)
    _sum_up(done, probe, "events" if rejected else "coughs")


@questions.command("list")
def list_(config: ConfigOption = None, *, as_json: JsonOption = False) -> None:
    """Show the questions that were learnt here, and where the card of each lies."""
    _, places = configured(config)
    versions = QuestionVersions(places.data_dir)
    known = [(one, versions.path_of(one.name)) for one in versions.versions()]
    if as_json:
        rows = [{"name": one.name, "question": one.question, "path": str(at)} for one, at in known]
        typer.echo(json.dumps(rows))
        return
    for one, path in known:
        typer.echo(f"{one.name}\t{path.with_suffix('.md')}")
    if not known:
        typer.echo("no question was learnt here yet", err=True)


@dataclass(frozen=True, slots=True)
class _Given:
    """What there is to learn from."""

    examples: Examples
    origin: str
    left_out: int


def _of_clips(settings: Settings, places: Places, clips: ClipTable, question: str) -> _Given:
    gate = load_gate(settings)
    with offline_embedder(settings, places) as embedder:
        found = embed_watched(clips, gate, embedder)
    examples = answered(found.examples, question, yes=found.examples.coughs)
    origin = f"{len(examples.groups)} answered clips of {clips.file.name}"
    return _Given(examples, origin, len(found.left_out))


def _of_events(store: Path | str, choice: Choice, table: AnswerTable, question: str) -> _Given:
    with Material.open(store) as material:
        found = read_answered(material, choice, table, question)
    embedder = found.examples.embedder.name
    complain_in_part(
        [
            f"{table.file}:{event.line}: left out: the store holds no embedding of it by {embedder}"
            for event in found.unknown
        ]
    )
    origin = f"{len(found.examples.groups)} answered events of a store, by {table.file.name}"
    if found.mixed:
        origin += "; embeddings of differently run embedders of the same weights mixed, as asked"
    return _Given(found.examples, origin, len(found.unknown))


def _probe(versions: QuestionVersions, question: str, kind: str, by: str | None) -> QuestionProbe:
    if by is None:
        return QuestionProbe.load(versions.newest(question, kind))
    path = Path(by) if by.endswith(".json") else versions.path_of(by)
    known = ", ".join(one.name for one in versions.versions()) or "none yet"
    if not os.path.exists(path):  # noqa: PTH110 - False, too, where a name is too long
        raise UsageError(f"there is no {path}, or it cannot be seen; learnt were: {known}")
    probe = QuestionProbe.load(path)
    if probe.question != question:
        raise InputError(f"{path} answers {probe.question!r}, not {question!r}")
    return probe


def _sum_up(done: Answered, probe: QuestionProbe, what: str) -> None:
    mean = f", {done.sum_of_answers / done.answers:.2f} on average" if done.answers else ""
    typer.echo(f"{done.answers} of {done.asked} {what} answered by {probe.name}{mean}", err=True)
    if without := done.asked - done.answers:
        typer.echo(
            f"{without} have no embedding of {probe.embedder.name}: their windows were incomplete, "
            "none was kept, or another embedder heard them. Where that one is configured, `coughd "
            "embed --pending` embeds those whose sound is still there",
            err=True,
        )
