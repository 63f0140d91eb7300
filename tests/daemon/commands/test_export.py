"""`coughd export` as a user calls it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import get_type_hints

import pytest
import typer
from typer.testing import CliRunner, Result

from coughd.config.errors import StorageError, UsageError
from coughd.config.settings_detection import EpochSettings
from coughd.daemon.commands.export import export
from coughd.storage.reading.intervals import LONGEST_GAP_S
from coughd.storage.records import EventReviewed
from coughd.storage.store import EventStore
from coughd.storage.upkeep.retention import FRESH_US, Limits

from ...storage.autumn import write_autumn
from ...storage.facts import EPOCH_US, ORIGIN, covered, event, open_store, seen


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Result]:
    store = tmp_path / "data" / "coughd.sqlite3"
    with open_store(store) as opened:
        opened.write(
            [
                seen(),
                covered(0, 600),
                event("a", 0),
                event("b", 5000, counted=False),
                event("c", 900),
                EventReviewed("b", "reject", None, "anna", "the dog, twice", EPOCH_US),
            ]
        )
    (tmp_path / "config.yaml").write_text("config_version: 1\ntimezone: Europe/Zurich\n")

    def call(*arguments: str, store: Path = store, fails: bool = False) -> Result:
        app = typer.Typer()
        app.command()(export)
        options = ["--config", str(tmp_path / "config.yaml"), "--store", str(store)]
        told = CliRunner().invoke(app, [*arguments, *options])
        if told.exception is not None and not isinstance(told.exception, SystemExit) and not fails:
            raise told.exception
        return told

    return call


def test_csv_goes_to_standard_output(run: Callable[..., Result]) -> None:
    rows = list(csv.DictReader(io.StringIO(run("events").stdout)))
    assert [row["event_id"] for row in rows] == ["a", "c"]
    assert rows[0]["onset_local"] == "2027-01-15T09:00:00.000000+01:00"
    rows = list(csv.DictReader(io.StringIO(run("events", "--rejected").stdout)))
    assert [row["reason"] for row in rows] == ["", "", "rejected_by_review"]


def test_a_night_is_exported_whole_by_the_date_of_its_evening(run: Callable[..., Result]) -> None:
    def nights(date: str) -> list[str]:
        told = run("nights", "--since", date, "--until", date).stdout
        return [row["coughs"] for row in csv.DictReader(io.StringIO(told))]

    # Heard at nine in the morning, in the night that began the day before.
    assert (nights("2027-01-14"), nights("2027-01-15")) == (["2"], [])


def test_reviews_are_exported_counted_or_not(run: Callable[..., Result], tmp_path: Path) -> None:
    (row,) = csv.DictReader(io.StringIO(run("reviews", "--source", "usb:1-1.2").stdout))
    assert (row["event_id"], row["verdict"], row["label"]) == ("b", "reject", "other")
    assert (row["reviewer"], row["note"]) == ("anna", "the dog, twice")
    told = run("reviews", "-o", str(tmp_path / "said.csv"), "--until", "2027-01-15T09:00:05")
    assert told.stderr.startswith("0 reviews written to")


def test_a_dash_is_standard_output(
    run: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("events", "-o", "-").stdout == run("events").stdout
    assert not (tmp_path / "-").exists()
    assert run("events", "-o", "./-").stdout == ""
    assert (tmp_path / "-").read_text() == run("events").stdout


@pytest.mark.parametrize(
    ("what", "lines"),
    [("events", 2), ("epochs", 1), ("hours", 1), ("days", 1), ("coverage", 1), ("reviews", 1)],
)
def test_json_lines_are_one_object_each(run: Callable[..., Result], what: str, lines: int) -> None:
    objects = [json.loads(line) for line in run(what, "--format", "jsonl").stdout.splitlines()]
    assert lines == len(objects)
    assert all(isinstance(each, dict) for each in objects)
    assert run(what, "--json").stdout == run(what, "--format", "jsonl").stdout


def test_a_range_is_exported(run: Callable[..., Result]) -> None:
    told = run(
        "events", "--since", "2027-01-15T09:00:00.5", "--until", "2027-01-15", "--format", "jsonl"
    )
    assert [json.loads(line)["event_id"] for line in told.stdout.splitlines()] == ["c"]
    with pytest.raises(UsageError, match="swap them"):
        run("events", "--since", "2027-01-15", "--until", "2027-01-10")


@pytest.mark.parametrize(
    ("since", "until", "ids"),
    [
        ("2026-10-25", "2026-10-25", ["m0", "m1", "m2", "m3", "m4", "m5"]),
        ("2026-10-25T02:58+02:00", "2026-10-25T02:01+01:00", ["m1", "m2", "m3"]),
        ("2026-10-25T02:30+02:00", "2026-10-25T02:58+02:00", ["m0"]),
        ("2026-10-25T02:01+01:00", "2026-10-25T02:30+01:00", ["m4", "m5"]),
    ],
)
def test_the_hour_that_comes_twice_is_exported_in_its_order(
    run: Callable[..., Result], tmp_path: Path, since: str, until: str, ids: list[str]
) -> None:
    write_autumn(tmp_path / "autumn.db")
    told = run("events", "--since", since, "--until", until, store=tmp_path / "autumn.db")
    assert [row["event_id"] for row in csv.DictReader(io.StringIO(told.stdout))] == ids
    told = run("hours", "--since", since, "--until", until, store=tmp_path / "autumn.db")
    assert sum(int(row["coughs"]) for row in csv.DictReader(io.StringIO(told.stdout))) == len(ids)


@pytest.mark.parametrize(
    "what", ["events", "hours", "days", "nights", "epochs", "coverage", "reviews"]
)
@pytest.mark.parametrize("until", [[], ["--until", "2027-01-15"]])
def test_an_unknown_source_is_refused_before_the_first_byte(
    run: Callable[..., Result], what: str, until: list[str]
) -> None:
    given = [what, "--source", "attic", "--since", "2027-01-15", *until]
    told = run(*given, fails=True)
    assert isinstance(told.exception, UsageError)
    assert "no source 'attic'" in str(told.exception)
    assert told.stdout == ""


@pytest.mark.parametrize(
    ("what", "lines"), [("hours", 1), ("days", 1), ("nights", 1), ("coverage", 1)]
)
def test_an_export_ends_with_what_is_known(
    run: Callable[..., Result], what: str, lines: int
) -> None:
    told = run(what, "--since", "1990-01-01", "--until", "2126-01-01", "--format", "jsonl")
    assert told.stdout == run(what, "--format", "jsonl").stdout
    assert told.stdout.count("\n") == lines
    for beside in ("2026", "2028"):
        told = run(what, "--since", f"{beside}-01-01", "--until", f"{beside}-02-01")
        assert told.stdout.count("\n") == 1


def test_an_empty_option_is_no_option_left_out(run: Callable[..., Result]) -> None:
    for option in ("--since", "--until"):
        with pytest.raises(UsageError, match=f"{option} '' is no time"):
            run("events", option, "")
    with pytest.raises(UsageError, match="no time zone ''"):
        run("events", "--timezone", "")


def test_a_file_is_written_whole_and_said(run: Callable[..., Result], tmp_path: Path) -> None:
    target = tmp_path / "coughs.csv"
    told = run("events", "-o", str(target))
    assert told.stdout == ""
    assert "2 events written to" in told.stderr
    assert target.read_text().count("\n") == 3
    assert target.stat().st_mode & 0o777 == 0o600


def test_what_is_no_longer_kept_is_said_beside_the_rows(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    with open_store(tmp_path / "old.db") as store:
        store.write([seen(), covered(0, 60), event("one"), event("two", 30_000)])
    with EventStore.open(tmp_path / "old.db", ORIGIN, lambda: EPOCH_US + 2 * FRESH_US) as store:
        store.forget(Limits(events_us=0), "none")
    for what in ("events", "epochs", "reviews"):
        told = run(what, store=tmp_path / "old.db")
        assert told.stderr == (
            "single events before 2027-01-15 09:00 are no longer kept; `coughd export hours` has "
            "their sums\n"
        )
    assert run("hours", store=tmp_path / "old.db").stderr == ""
    assert run("events", "--since", "2027-01-15T10:00", store=tmp_path / "old.db").stderr == ""
    assert run("events").stderr == ""
    (row,) = csv.DictReader(
        io.StringIO(run("days", "--gap-s", "9", store=tmp_path / "old.db").stdout)
    )
    assert (row["coughs"], row["epochs"]) == ("2", "")


@pytest.mark.parametrize("name", ["a[/b", "[bold]", "so long a name " * 9])
def test_a_name_of_a_file_is_said_as_it_is(
    run: Callable[..., Result], tmp_path: Path, name: str
) -> None:
    target = tmp_path / name / "b].csv"
    target.parent.mkdir(parents=True)
    assert f"written to {target}\n" in run("events", "-o", str(target)).stderr


def test_a_failed_export_leaves_the_file_that_was_there(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    target = tmp_path / "coughs.csv"
    target.write_text("last week's")
    with pytest.raises(UsageError, match="no source 'attic'"):
        run("events", "--source", "attic", "-o", str(target))
    assert target.read_text() == "last week's"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config.yaml", "coughs.csv", "data"]
    with pytest.raises(StorageError, match="cannot be written"):
        run("events", "-o", str(tmp_path / "no folder" / "coughs.csv"))


@pytest.mark.parametrize("gap_s", ["inf", "-inf", "nan", "3600.1", "1e300", "0"])
def test_a_gap_that_ends_no_epoch_is_refused(run: Callable[..., Result], gap_s: str) -> None:
    told = run("epochs", "--gap-s", gap_s)
    assert (told.exit_code, told.stdout) == (2, "")
    assert "--gap-s" in told.stderr


def test_a_gap_may_be_as_long_as_the_configurations(run: Callable[..., Result]) -> None:
    assert len(run("epochs", "--gap-s", "3600").stdout.splitlines()) == 2
    key = get_type_hints(EpochSettings, include_extras=True)["gap_s"].__metadata__[0]
    assert key.maximum == LONGEST_GAP_S


def test_an_unknown_kind_of_rows_is_refused(run: Callable[..., Result]) -> None:
    assert run("weeks").exit_code == 2
