"""`coughd label`: a person's word on an event."""

from __future__ import annotations

import getpass
import json
import os
import time
from typing import Annotated, Literal

import typer

from ...config.errors import UsageError
from ...config.guess import did_you_mean
from ...config.places import Places
from ...detectors.ports import LABELS
from ...storage.history import History
from ...storage.records import EventReviewed, label_said
from ..wiring.delivering import deliver
from .options import ConfigOption, configured

_SHORTEST_ENDING = 4
_VERDICTS = ("confirm", "reject")


def label(
    event: Annotated[
        str,
        typer.Argument(metavar="EVENT", help="An event's id, or its last four or more characters."),
    ],
    word: Annotated[
        str,
        typer.Argument(
            metavar="WORD",
            help=f"confirm, reject, or what it was: {', '.join(LABELS)}.",
        ),
    ],
    config: ConfigOption = None,
    *,
    note: Annotated[str, typer.Option(metavar="TEXT", help="Kept with the review.")] = "",
    reviewer: Annotated[
        str | None, typer.Option(metavar="NAME", help="Who says so, else the user's name.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object.")] = False,
) -> None:
    """Say what an event was.

    The last word of a person decides what counts, and `coughd train` learns from it. A running
    daemon writes it and publishes `review.changed`; else it is written directly.
    """
    verdict, new_label = _meaning(word)
    _refuse_broken_text("--note", note)
    _refuse_broken_text("--reviewer", reviewer or "")
    settings, places = configured(config)
    event_id = _find(places, event)
    review = EventReviewed(
        event_id=event_id,
        verdict=verdict,
        label=new_label,
        reviewer=reviewer or _user(),
        note=note,
        utc_us=time.time_ns() // 1000,
    )
    deliver(settings, places, [review])
    said = {"event_id": event_id, "verdict": verdict, "label": label_said(verdict, new_label)}
    if as_json:
        typer.echo(json.dumps({**said, "reviewer": review.reviewer, "note": note}))
    else:
        typer.echo(f"{event_id}: {verdict}, {said['label']}")


def _meaning(word: str) -> tuple[Literal["confirm", "reject", "relabel"], str | None]:
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


def _find(places: Places, ending: str) -> str:
    if len(ending) < _SHORTEST_ENDING:
        raise UsageError(f"{ending!r} is too short; give four characters of the event's id or more")
    with History.open(places.store) as history:
        found = history.ids_ending(ending) if ending.isascii() else []
    if not found:
        raise UsageError(f"no event's id ends in {ending!r}; `coughd history` shows the endings")
    if len(found) > 1:
        raise UsageError(
            f"{len(found)} events' ids end in {ending!r}; give more of it: {', '.join(found[:3])}"
        )
    return found[0]
