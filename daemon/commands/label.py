"""`coughd label`: a person's word on events."""

from __future__ import annotations

import getpass
import json
import os
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from ...config.errors import InputError, UsageError
from ...config.guess import did_you_mean
from ...config.places import Places
from ...config.settings import Settings
from ...detectors.ports import LABELS
from ...storage.history import History
from ...storage.material import Material
from ...storage.records import EventReviewed, label_said
from ..offline.annotated_events import Reviewed, Said, Verdict, review_recordings, without_repeats
from ..offline.gathering import first_of
from ..wiring.delivering import deliver
from .shared.endings import only, refuse_short
from .shared.heard_once import source_files
from .shared.options import ConfigOption, configured
from .views.bars import progress_bar

_VERDICTS = ("confirm", "reject")


def label(
    events: Annotated[
        list[str] | None,
        typer.Argument(metavar="EVENT", help="Events' ids, or their last four or more characters."),
    ] = None,
    word: Annotated[
        str | None,
        typer.Argument(
            metavar="WORD",
            help=f"confirm, reject, or what they were: {', '.join(LABELS)}.",
        ),
    ] = None,
    config: ConfigOption = None,
    *,
    annotations: Annotated[
        list[Path] | None,
        typer.Option(
            "--annotations",
            "-a",
            metavar="PATH",
            help="Instead: CSV tables, Audacity labels, or folders of them, that say what is in "
            "the configured recordings. May be given several times.",
        ),
    ] = None,
    note: Annotated[str, typer.Option(metavar="TEXT", help="Kept with the review.")] = "",
    reviewer: Annotated[
        str | None, typer.Option(metavar="NAME", help="Who says so, else the user's name.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print a JSON object for each event.")
    ] = False,
) -> None:
    """Say what events were.

    The last word of a person decides what counts, and `coughd train` learns from it. A running
    daemon writes it and publishes `review.changed`; else it is written directly.
    """
    _refuse_broken_text("--note", note)
    _refuse_broken_text("--reviewer", reviewer or "")
    who = reviewer or _user()
    if annotations:
        if word is not None:
            raise UsageError("--annotations says what every event was; give no event beside it")
        settings, places = configured(config)
        said, lines = _by_annotations(settings, places, annotations, who, note)
    else:
        if not events or word is None:
            raise UsageError("say which event, and what it was: coughd label 2a9c41 reject")
        verdict, new_label = _meaning(word)
        settings, places = configured(config)
        said = [Said(each, verdict, new_label) for each in _find(places, events)]
        lines = [f"{one.event_id}: {one.verdict}, {_label(one)}" for one in said]
    utc_us = time.time_ns() // 1000
    reviews = [
        EventReviewed(one.event_id, one.verdict, one.label, who, note, utc_us) for one in said
    ]
    with progress_bar("writing") as progress:
        deliver(settings, places, reviews, lambda done: progress(done, len(reviews)))
    if as_json:
        for one in said:
            about = {"event_id": one.event_id, "verdict": one.verdict, "label": _label(one)}
            typer.echo(json.dumps({**about, "reviewer": who, "note": note}))
        return
    for line in lines:
        typer.echo(line)


def _label(said: Said) -> str:
    return label_said(said.verdict, said.label)


def _by_annotations(
    settings: Settings, places: Places, annotations: Sequence[Path], who: str, note: str
) -> tuple[list[Said], list[str]]:
    """What they say of each event that was not said before, and a line for each recording."""
    files = source_files(settings)
    if not files:
        raise UsageError(
            "--annotations is for recordings among the configured sources, of kind file and not "
            "in a loop; there is none"
        )
    with History.open(places.store) as history:
        found, notices = review_recordings(files, annotations, history)
        reviewed = [without_repeats(one, history, who, note) for one in found]
    for sentence in first_of(notices, "."):
        typer.echo(f"coughd: {sentence}", err=True)
    if not reviewed:
        raise InputError("No annotated recording was heard, so there is nothing to review.")
    return [one for each in reviewed for one in each.said], [summary(each) for each in reviewed]


def summary(reviewed: Reviewed) -> str:
    """What was said of a recording's events, in a line."""
    found = Counter(map(_label, reviewed.said))
    said = ", ".join(f"{count} {name}" for name, count in found.most_common()) or "no event"
    before = f"; {reviewed.said_before} reviewed so before" if reviewed.said_before else ""
    left = f"; {reviewed.left_alone} left as they are" if reviewed.left_alone else ""
    coughs = "cough has" if reviewed.unheard == 1 else "coughs have"
    unheard = f"; {reviewed.unheard} annotated {coughs} no event" if reviewed.unheard else ""
    return f"{reviewed.source_id}: {said}{before}{left}{unheard}"


def _meaning(word: str) -> tuple[Verdict, str | None]:
    match word:
        case "confirm" | "reject":
            return word, None
    if word in LABELS:
        return "relabel", word
    hint = did_you_mean(word, (*_VERDICTS, *LABELS))
    raise UsageError(
        f"{word!r} is neither confirm nor reject nor a label{hint}; the labels are "
        f"{', '.join(LABELS)}, and whatever is none of these is other"
    )


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # such as in a container: no entry in the list of users
        return f"uid {os.getuid()}"


def _refuse_broken_text(option: str, text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as exc:
        raise UsageError(f"{option} {text!r} is not UTF-8; type it in a terminal that is") from exc


def _find(places: Places, endings: Sequence[str]) -> list[str]:
    """Each event once, in the order in which they were named; UsageError before any is labelled."""
    for ending in endings:
        refuse_short(ending)
    with Material.open(places.store) as material:
        return list(dict.fromkeys(_found(material, ending) for ending in endings))


def _found(material: Material, ending: str) -> str:
    found = material.ids_ending(ending) if ending.isascii() else []
    return only(
        ending, found, f"no event's id ends in {ending!r}; `coughd history` shows the endings"
    )
