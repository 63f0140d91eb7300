"""`coughd watch`: what the daemon tells, as it happens."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from ...config.addresses import from_this_machine, refuse_far_address
from ...config.paths import find_paths
from ..stream.replay_protocol import END_OF_TIME_SEQ
from ..subscriber import Message, Subscriber
from .shared.options import ConfigOption, configured
from .shared.output import data_output
from .shared.own_key import own_key
from .views.live_lines import LiveLines
from .views.watch_notices import REFUSED, change, nobody_heard, unknown_sources

_TOPICS = ("cough.event.end", "cough.event.update", "source")
_NO_ANSWER_S = 1.0  # a running daemon answers the first question at once
_MISSED_HEARTBEATS = 3
_LEAST_PATIENCE_S = 5.0
_TURN_S = 0.5


def _address(text: str | None) -> str | None:
    if text is not None and (why := refuse_far_address(text)):
        raise typer.BadParameter(why)
    return text


def watch(
    config: ConfigOption = None,
    *,
    all_: Annotated[
        bool,
        typer.Option("--all", help="Also what was not counted and why, epochs and reviews."),
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the messages as they are sent, one a line.")
    ] = False,
    since: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=END_OF_TIME_SEQ,
            metavar="SEQ",
            help="Begin after this message; 0: with the oldest kept.",
        ),
    ] = None,
    cursor: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Go on where the last watch with this file ended; wins over SEQ."
        ),
    ] = None,
    source: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="Only this source; may be given several times."),
    ] = None,
    publish: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            callback=_address,
            help="Where the daemon publishes, if not as configured.",
        ),
    ] = None,
    replay: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS", callback=_address, help="Where it replays, if not as configured."
        ),
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Key for a daemon elsewhere, made there by `coughd keys new`."
        ),
    ] = None,
) -> None:
    """Show coughs as they are heard.

    Ctrl-C is its usual end: exit code 0. Waits for a daemon that is away; what happened meanwhile
    is shown when it is back. Notices go to standard error.
    """
    settings, places = configured(config)
    ids = [one.id for one in settings.sources]
    if publish is None and (unknown := unknown_sources(source or (), ids)):
        _notice(unknown)
    address = publish or from_this_machine(places.publish)
    subscriber = Subscriber(
        address,
        replay or from_this_machine(places.replay),
        cursor_file=cursor,
        since_seq=since,
        topics=() if all_ else _TOPICS,
        sources=source or (),
        key=own_key(settings, places) if key is None else key,
    )
    patience_s = max(_LEAST_PATIENCE_S, _MISSED_HEARTBEATS * settings.stream.heartbeat_s)
    try:
        with subscriber:
            messages = _messages(subscriber, address, patience_s)
            if as_json:
                out = data_output()
                for message in messages:
                    typer.echo(message.raw, file=out)
            else:
                _show(messages, settings.timezone)
    except KeyboardInterrupt:
        # The usual end of a watch, so no error.
        return


def _show(messages: Iterator[Message], timezone: str) -> None:
    lines = LiveLines(timezone)
    lines.begin()
    for message in messages:
        lines.show(message)


def _messages(subscriber: Subscriber, address: str, patience_s: float) -> Iterator[Message]:
    """Give what belongs on standard output; tell the rest on standard error."""
    trouble = ""
    while True:
        for item in subscriber.messages(_TURN_S):
            if isinstance(item, Message):
                yield item
            else:
                _notice(change(item))
        limit_s = patience_s if subscriber.was_heard else _NO_ANSWER_S
        former, trouble = trouble, ""
        if subscriber.refused:
            trouble = REFUSED
        elif subscriber.silent_s > limit_s:
            trouble = nobody_heard(address, os.getuid(), find_paths({}, 0).runtime_dir)
        if trouble != former:
            _notice(trouble or "the daemon is heard again")


def _notice(sentence: str) -> None:
    typer.echo(f"coughd: {sentence}", err=True)
