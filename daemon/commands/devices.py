"""`coughd devices`: the microphones of this machine, by the names to write down."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ...config.errors import DeviceUnavailableError
from ...config.settings import SourceSettings
from ..sources.devices import NO_MICROPHONE, HeldCard, InputDevice, choose, name_to_write
from ..sources.held_cards import held_cards
from ..sources.inputs_now import list_inputs
from .shared.options import ConfigOption, JsonOption, configured

_WIDE_COLUMNS = 200


@dataclass(frozen=True, slots=True)
class Choice:
    """What a configured microphone means on this machine now."""

    source_id: str
    device: InputDevice | None
    problem: str | None
    """Why it means no device: one sentence."""


def devices(
    config: ConfigOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """List the microphones, by the names to write down.

    With --config also which of its sources would hear which. A card that a program listens to, a
    daemon for one, is named with it, and so is one that this user may not open: what it offers
    cannot be asked then. Exit code 69: there is none, or none for this user.
    """
    found = list_inputs()
    listed = {device.stable_name for device in found}
    held = [card for card in held_cards() if card.stable_name not in listed]
    sources = configured(config)[0].sources if config is not None else ()
    choices = [_choice(source, found, held) for source in sources if source.kind == "microphone"]
    if as_json:
        typer.echo(json.dumps(_as_json(found, held, choices), indent=2, ensure_ascii=False))
    if not found and all(card.holder is None for card in held):
        raise DeviceUnavailableError(held[0].sentence if held else NO_MICROPHONE)
    if not as_json:
        _print(found, held, choices)


def _choice(
    source: SourceSettings, found: Sequence[InputDevice], held: Sequence[HeldCard]
) -> Choice:
    try:
        return Choice(source.id, choose(found, source.device, held), None)
    except DeviceUnavailableError as error:
        return Choice(source.id, None, str(error))


def _as_json(
    found: Sequence[InputDevice], held: Sequence[HeldCard], choices: Sequence[Choice]
) -> dict[str, object]:
    return {
        "devices": [
            {
                "name": name_to_write(device, [*found, *held]),
                "usb_port": device.usb_port,
                "usb_id": device.usb_id,
                "portaudio_name": device.portaudio_name,
                "host_api": device.host_api,
                "sample_rate_hz": device.sample_rate_hz,
                "channels": device.channels,
                "default": device.is_default,
                "sources": _heard_by(device, choices),
            }
            for device in found
        ],
        "held": [
            {
                "name": name_to_write(card, [*found, *held]),
                "usb_port": card.usb_port,
                "usb_id": card.usb_id,
                "holder": card.holder,
            }
            for card in held
        ],
        "problems": [
            {"source": choice.source_id, "problem": choice.problem}
            for choice in choices
            if choice.problem is not None
        ],
    }


def _print(
    found: Sequence[InputDevice], held: Sequence[HeldCard], choices: Sequence[Choice]
) -> None:
    headings = ["device (to write down)", "USB port", "USB id", "Hz", "channels", "default"]
    if choices:
        headings.append("heard by")
    every: list[InputDevice | HeldCard] = [*found, *held]
    unknown = len(headings) - 3
    rows = [
        [
            name_to_write(device, every),
            device.usb_port or "",
            device.usb_id or "",
            str(device.sample_rate_hz),
            str(device.channels),
            "yes" if device.is_default else "",
            *([", ".join(_heard_by(device, choices))] if choices else ()),
        ]
        for device in found
    ]
    rows += [
        [name_to_write(card, every), card.usb_port or "", card.usb_id or "", *[""] * unknown]
        for card in held
    ]
    if sys.stdout.isatty():
        _print_table(headings, rows)
    else:
        for row in (headings, *rows):
            typer.echo("\t".join(row))
    for card in held:
        told = f"{card.stable_name} {card.said}; what it offers is not told"
        typer.echo(card.sentence if card.holder is None else told, err=True)
    for choice in choices:
        if choice.problem is not None:
            typer.echo(f"source '{choice.source_id}': {choice.problem}", err=True)


def _print_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in headings:
        table.add_column(heading, justify="right" if heading in ("Hz", "channels") else "left")
    for row in rows:
        table.add_row(*map(Text, row))
    # A name cut to the width of the terminal could not be written down.
    Console(width=_WIDE_COLUMNS, soft_wrap=True, highlight=False).print(table)


def _heard_by(device: InputDevice, choices: Sequence[Choice]) -> list[str]:
    return [choice.source_id for choice in choices if choice.device == device]
