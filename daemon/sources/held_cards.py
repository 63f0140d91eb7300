"""Cards that another program holds, or that are not ours to open: PortAudio does not list them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path

from .devices import COUGHD, HeldCard, read_card

_CAPTURE = re.compile(r"card(\d+)/pcm(\d+)c/")
_OWNER = re.compile(r"^owner_pid\s*:\s*(\d+)", re.MULTILINE)
_OUR_CAPTURE = "coughd.daemon.sources.capture_process"


def _may_open(node: Path) -> bool:
    return os.access(node, os.R_OK | os.W_OK)


def held_cards(
    root: Path = Path("/"), may_open: Callable[[Path], bool] = _may_open
) -> list[HeldCard]:
    """Find them under `root`/proc/asound, where ALSA tells who has opened what."""
    found = sorted((root / "proc/asound").glob("card*/pcm*c/sub*/status"))
    return [
        card
        for _, ways in groupby(found, lambda status: status.parents[1])
        if (card := _held(list(ways), root, may_open)) is not None
    ]


def _held(ways: list[Path], root: Path, may_open: Callable[[Path], bool]) -> HeldCard | None:
    """None where one of the ways into the card is free to us, or the card has gone meanwhile."""
    said = list(_said(ways))
    numbers = _CAPTURE.search(str(ways[0]))
    card = read_card(int(numbers[1]), root) if numbers else None
    if numbers is None or card is None or not said:
        return None
    holder = None
    if not any(one.startswith("closed") for one in said):
        holder = _holder(said[0], root)
    else:
        node = root / f"dev/snd/pcmC{numbers[1]}D{numbers[2]}c"
        if may_open(node) or not node.exists():
            return None
    name = f"hw:CARD={card.id},DEV={numbers[2]}"
    return HeldCard(name, card.usb_port, card.usb_id, holder)


def _said(ways: list[Path]) -> Iterator[str]:
    for status in ways:
        try:
            yield status.read_text(encoding="ascii")
        except OSError:
            return


def _holder(status: str, root: Path) -> str:
    owner = _OWNER.search(status)
    if owner is not None:
        process = root / "proc" / owner[1]
        try:
            if _OUR_CAPTURE in (process / "cmdline").read_text(errors="replace"):
                return COUGHD
            return (process / "comm").read_text(errors="replace").strip()
        except OSError:
            pass  # it has ended, or is somebody else's and not to be seen
    return "another program"
