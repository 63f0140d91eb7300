"""The tables of `coughd history` on terminals of several widths."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from coughd.daemon.commands.views.history_report import By, Report
from coughd.daemon.commands.views.history_view import print_tables
from coughd.storage.history import History

from ....storage.facts import EPOCH_US
from ..history_called import write_place


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return write_place(tmp_path)


def on_terminal(place: Path, by: By, width: int) -> str:
    start = datetime.fromtimestamp(EPOCH_US / 1e6, ZoneInfo("UTC"))
    with History.open(place / "coughd.sqlite3", timezone="UTC") as opened:
        summary = opened.summary()
        rows: dict[By, list[Any]] = {
            "event": list(opened.events(counted_only=False)),
            "epoch": [*opened.epochs()],
            "hour": [*opened.by_hour()],
            "day": [*opened.by_day()],
            "night": [*opened.by_night()],
        }
        report = Report(
            by=by,
            asked=(start, summary.end),
            known=opened.extent(),
            kept_from=opened.kept_from(),
            sources=opened.sources(),
            summary=summary,
            rows=rows[by],
            with_rejected=by == "event",
        )
    out = io.StringIO()
    print_tables(report, Console(file=out, force_terminal=True, width=width, color_system=None))
    return out.getvalue()


@pytest.mark.parametrize("by", ["event", "epoch", "hour", "day", "night"])
@pytest.mark.parametrize("width", [40, 50, 60, 72, 80, 100, 160])
def test_tables_fit_their_terminal(place: Path, by: By, width: int) -> None:
    told = on_terminal(place, by, width)
    assert max(map(len, told.splitlines())) <= width
    assert "…" not in told


@pytest.mark.parametrize(
    ("width", "headings"),
    [
        (40, "hour coughs epochs coughs/h"),
        (50, "hour coughs epochs coverage coughs/h"),
        (60, "hour coughs cough-s epochs coverage coughs/h"),
        (72, "hour coughs cough-s epochs coverage coughs/h 95 %"),
    ],
)
def test_a_narrow_table_has_fewer_columns_with_whole_digits(
    place: Path, width: int, headings: str
) -> None:
    told = on_terminal(place, "hour", width)
    assert f"\n{headings}\n" in "\n".join(" ".join(line.split()) for line in told.splitlines())
    eight = next(line for line in told.splitlines() if line.startswith("01-15 08:00"))
    assert eight.split()[2] == "3"
    assert "█" not in told
    assert "- nothing or too little monitored\n" in told
    events = on_terminal(place, "event", width)
    assert "01-15 08:01:30.000" in events
    assert "e-dddd" in events


def test_bars_tell_none_from_not_monitored(place: Path) -> None:
    lines = on_terminal(place, "hour", 100).splitlines()
    eight, nine, ten, eleven = (
        next(line for line in lines if line.startswith(f"01-15 {hour}:00"))
        for hour in ("08", "09", "10", "11")
    )
    assert eight.endswith("█" * 24)
    assert nine.rstrip().endswith("0 %         -              -  ······")
    assert ten.rstrip().endswith("░")
    assert eleven.rstrip().endswith("▏")
