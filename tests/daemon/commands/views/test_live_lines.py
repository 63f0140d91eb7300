from __future__ import annotations

import io
import json

import pytest
from rich.console import Console

from coughd.daemon.commands.views.live_lines import LiveLines
from coughd.daemon.stream.items import Message

BOLD_GREEN, DIM, YELLOW = "\x1b[1;32m", "\x1b[2m", "\x1b[33m"


def message(topic: str, **body: object) -> Message:
    fields = {"onset": "2026-11-21T20:24:00Z", "source": {"id": "b", "name": "Bed"}, **body}
    return Message(topic, 1, fields, json.dumps(fields))


def on_a_terminal(told: Message) -> str:
    file = io.StringIO()
    terminal = Console(file=file, force_terminal=True, color_system="standard", width=40)
    LiveLines("UTC", terminal).show(told)
    return file.getvalue()


@pytest.mark.parametrize(
    ("told", "style"),
    [
        (message("cough.event.end.home.b", label="cough", reason=None), BOLD_GREEN),
        (message("cough.event.update.home.b", label="cough", reason=None), BOLD_GREEN),
        (message("cough.event.cancel.home.b", label="other", reason="below_threshold"), DIM),
        (message("cough.event.update.home.b", label="cough", reason="rejected"), DIM),
        (message("source.down.home.b", state="down", cause="gone", detail="Pulled."), YELLOW),
        (message("source.silent.home.b", state="silent", cause="zeros", detail="0."), YELLOW),
        (message("source.up.home.b", state="up", cause="clipping", detail="Loud."), YELLOW),
    ],
)
def test_what_counts_and_what_is_at_fault_stands_out(told: Message, style: str) -> None:
    shown = on_a_terminal(told)
    assert shown.startswith(style)
    assert shown.count("\n") == 1, "a long line must stay one line"


@pytest.mark.parametrize(
    ("state", "cause"), [("up", "opened"), ("up", "well"), ("down", "finished")]
)
def test_what_is_neither_is_plain(state: str, cause: str) -> None:
    told = message(f"source.{state}.home.b", state=state, cause=cause, detail="As it should.")
    assert "\x1b" not in on_a_terminal(told)


def test_a_name_is_no_markup() -> None:
    told = message("source.up.home.b", source={"name": "[red]Bed"}, cause="well", detail="Sound.")
    assert "[red]Bed" in on_a_terminal(told)


def test_the_headings_stand_over_their_columns(capsys: pytest.CaptureFixture[str]) -> None:
    file = io.StringIO()
    LiveLines("UTC", Console(file=file, force_terminal=True, color_system=None)).begin()
    event = {"label": "cough", "probability": 0.973, "level_dbfs": -21.4, "snr_db": 18.0}
    LiveLines("UTC", Console(file=io.StringIO())).show(message("cough.event.end.home.b", **event))
    headings, line = file.getvalue(), capsys.readouterr().out
    for heading, cell in [("source", "Bed"), ("label", "cough"), ("P", "0.973")]:
        assert headings.index(heading) == line.index(cell)
    assert headings.index("level") + len("level") == line.index("dBFS") + len("dBFS")
    assert headings.index("above") == line.index("SNR")


def test_a_pipe_gets_plain_lines_without_headings(capsys: pytest.CaptureFixture[str]) -> None:
    lines = LiveLines("UTC", Console(file=io.StringIO()))
    lines.begin()
    lines.show(message("cough.event.end.home.b", label="cough", reason=None))
    shown = capsys.readouterr().out
    assert shown.startswith("2026-11-2")
    assert "\x1b" not in shown
