"""The frozen columns, and what is written into them."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from math import inf, nan
from pathlib import Path
from typing import get_args

import pytest

from coughd.config.errors import UsageError
from coughd.storage.history import History
from coughd.storage.reading.export import COLUMNS, What, export_records, write_csv, write_jsonl
from coughd.storage.reading.export_columns import (
    COVERAGE_COLUMNS,
    EPOCH_COLUMNS,
    EVENT_COLUMNS,
    INTERVAL_COLUMNS,
    REVIEW_COLUMNS,
)
from coughd.storage.reading.local_time import from_us
from coughd.storage.records import EventReviewed

from ..autumn import write_autumn
from ..facts import EPOCH_US, covered, event, open_store, scored, seen

DICTIONARY = Path(__file__).parents[3] / "docs" / "history.md"

FROZEN = {
    "events": "event_id source_id source_name onset_utc offset_utc onset_local timezone duration_s "
    "label counted reason probability threshold scored_by gate_score window level_dbfs snr_db "
    "epoch_id revision embedder embedder_sha256 probe probe_sha256 config_sha256 boot_id "
    "stretch_id onset_sample offset_sample recorded_utc site_timezone scores",
    "intervals": "start_utc end_utc start_local timezone source_id source_name coughs "
    "cough_seconds epochs rejected monitored_s ok_s clipped_s silent_s dropped_s elapsed_s "
    "coverage coughs_per_hour coughs_per_hour_low coughs_per_hour_high epoch_gap_s "
    "epoch_minimum_coughs minimum_coverage",
    "epochs": "epoch_id source_id source_name onset_utc offset_utc onset_local timezone duration_s "
    "coughs epoch_gap_s epoch_minimum_coughs",
    "coverage": "source_id source_name start_utc end_utc start_local timezone state duration_s "
    "noise_dbfs stretch_id",
    "reviews": "event_id source_id source_name onset_utc onset_local timezone scored_label "
    "probability threshold scored_by verdict label reviewer reviewed_utc note",
}


@pytest.fixture
def history(store_path: Path) -> History:
    with open_store(store_path) as store:
        store.write(
            [
                seen(name="=cmd()"),
                seen("kitchen", "Kitchen"),
                covered(0, 600),
                covered(700, 800, stretch_id="two"),
                covered(0, 100, source_id="kitchen", stretch_id="three"),
                event("a", 0),
                event("b", 1000, scored=scored(label="cough", scored_by="gate", probability=0.5)),
                event("c", 60_000, source_id="kitchen", stretch_id="three"),
                EventReviewed("a", "confirm", None, "anna", "=heard twice", EPOCH_US + 90_000_000),
            ]
        )
    return History.open(store_path, timezone="Asia/Kathmandu")


def test_columns_are_those_that_were_promised() -> None:
    assert {
        "events": " ".join(EVENT_COLUMNS),
        "intervals": " ".join(INTERVAL_COLUMNS),
        "epochs": " ".join(EPOCH_COLUMNS),
        "coverage": " ".join(COVERAGE_COLUMNS),
        "reviews": " ".join(REVIEW_COLUMNS),
    } == FROZEN


def test_every_column_is_in_the_dictionary() -> None:
    page = DICTIONARY.read_text(encoding="utf-8")
    missing = {
        name for columns in COLUMNS.values() for name in columns if f"| `{name}` |" not in page
    }
    assert missing == set()


@pytest.mark.parametrize("what", get_args(What))
def test_records_have_exactly_their_columns_in_both_forms(history: History, what: What) -> None:
    with history:
        records = list(export_records(history, what))
        assert records
        assert {tuple(record) for record in records} == {COLUMNS[what]}
        table, lines = io.StringIO(), io.StringIO()
        assert write_csv(table, COLUMNS[what], records) == len(records)
        assert write_jsonl(lines, records) == len(records)
    rows = list(csv.reader(io.StringIO(table.getvalue()), strict=True))
    assert tuple(rows[0]) == COLUMNS[what]
    assert {len(row) for row in rows} == {len(COLUMNS[what])}
    assert [json.loads(line) for line in lines.getvalue().splitlines()] == [
        json.loads(json.dumps(record)) for record in records
    ]


def test_times_are_utc_and_local(history: History) -> None:
    with history:
        first, *_ = export_records(history, "events")
    assert first["onset_utc"] == "2027-01-15T08:00:00.000000Z"
    assert first["onset_local"] == "2027-01-15T13:45:00.000000+05:45"
    assert first["timezone"] == "Asia/Kathmandu"
    assert first["site_timezone"] == "Europe/Zurich"


def test_a_review_is_told_as_it_was_said(history: History) -> None:
    with history:
        (said,) = export_records(history, "reviews")
    assert said == {
        "event_id": "a",
        "source_id": "usb:1-1.2",
        "source_name": "=cmd()",
        "onset_utc": "2027-01-15T08:00:00.000000Z",
        "onset_local": "2027-01-15T13:45:00.000000+05:45",
        "timezone": "Asia/Kathmandu",
        "scored_label": "cough",
        "probability": 0.9,
        "threshold": 0.5,
        "scored_by": "open",
        "verdict": "confirm",
        "label": "cough",
        "reviewer": "anna",
        "reviewed_utc": "2027-01-15T08:01:30.000000Z",
        "note": "=heard twice",
    }


def test_hours_come_source_by_source_over_the_same_time(history: History) -> None:
    with history:
        rows = list(export_records(history, "hours"))
        chosen = list(export_records(history, "hours", source_ids=["kitchen"]))
    assert [(row["source_id"], row["coughs"], row["monitored_s"]) for row in rows] == [
        ("kitchen", 1, 100.0),
        ("usb:1-1.2", 2, 700.0),
    ]
    assert {(row["start_utc"], row["end_utc"]) for row in rows} == {
        ("2027-01-15T08:00:00.000000Z", "2027-01-15T08:13:20.000000Z")
    }
    assert [row["coughs"] for row in chosen] == [1]


def test_a_range_with_one_end_is_open_at_the_other(history: History) -> None:
    middle = from_us(EPOCH_US + 30_000_000, UTC)
    with history:
        assert [e["event_id"] for e in export_records(history, "events", start=middle)] == ["c"]
        assert [e["event_id"] for e in export_records(history, "events", end=middle)] == ["a", "b"]


def test_a_range_with_one_end_has_the_hour_that_comes_twice_in_its_order(tmp_path: Path) -> None:
    write_autumn(tmp_path / "autumn.db")
    with History.open(tmp_path / "autumn.db", timezone="Europe/Zurich") as history:

        def heard(start: datetime | None = None, end: datetime | None = None) -> list[object]:
            return [each["event_id"] for each in export_records(history, "events", start, end)]

        first = datetime(2026, 10, 25, 2, 58, tzinfo=history.zone)
        assert heard(start=first) == ["m1", "m2", "m3", "m4", "m5"]
        assert heard(end=first) == ["m0"]
        second = datetime(2026, 10, 25, 2, 1, fold=1, tzinfo=history.zone)
        assert heard(start=second) == ["m4", "m5"]
        assert heard(end=second) == ["m0", "m1", "m2", "m3"]


@pytest.mark.parametrize("gap_s", [0.0, -1.0, 3601.0, inf, nan])
def test_a_wrong_question_is_refused_before_there_is_a_row(history: History, gap_s: float) -> None:
    with history:
        with pytest.raises(ValueError, match="an epoch needs a gap"):
            export_records(history, "epochs", gap_s=gap_s)
        with pytest.raises(UsageError, match="no source 'attic'"):
            export_records(history, "days", source_ids=["attic"])
        late, early = from_us(EPOCH_US + 1, UTC), from_us(EPOCH_US, UTC)
        with pytest.raises(ValueError, match="before it begins"):
            export_records(history, "events", late, early)


def test_a_table_holds_no_formula_and_its_numbers_stay_numbers(history: History) -> None:
    table = io.StringIO()
    with history:
        write_csv(table, EVENT_COLUMNS, export_records(history, "events"))
    row = next(csv.DictReader(io.StringIO(table.getvalue())))
    assert row["source_name"] == "'=cmd()"
    assert float(row["level_dbfs"]) == -21.4
    assert (row["counted"], row["reason"]) == ("true", "")
    assert json.loads(row["scores"])["cough"] == 0.9


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", "\rx"])
def test_what_a_spreadsheet_would_run_is_quoted(text: str) -> None:
    table = io.StringIO()
    write_csv(table, ["a", "b"], [{"a": text, "b": "x=1"}])
    assert list(csv.reader(io.StringIO(table.getvalue(), newline=""))) == [
        ["a", "b"],
        ["'" + text, "x=1"],
    ]
