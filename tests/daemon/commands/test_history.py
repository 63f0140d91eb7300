"""`coughd history` as a user calls it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from coughd.config.errors import StorageError, UsageError
from coughd.storage.store import EventStore
from coughd.storage.upkeep.retention import FRESH_US, Limits

from ...storage.autumn import write_autumn
from ...storage.facts import EPOCH_US, ORIGIN, covered, event, open_store, seen
from .history_called import HOUR_S, RANGE, call, told, write_place


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., str]:
    return partial(told, write_place(tmp_path))


def test_plain_lines_have_tabs_and_no_colour(run: Callable[..., str]) -> None:
    lines = run(*RANGE).splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    assert rows[0][:4] == ["onset", "length s", "source", "label"]
    assert [row[0] for row in rows[1:]] == [
        "2027-01-15 08:00:00.000",
        "2027-01-15 08:00:01.000",
        "2027-01-15 08:01:00.000",
    ]
    assert {len(row) for row in rows} == {9}
    assert rows[1][2] == "Bed?room"
    assert "\x1b" not in "".join(lines)


def test_the_sum_states_its_terms(run: Callable[..., str]) -> None:
    told = run(*RANGE)
    assert (
        "# 3 coughs in 3 cough-seconds and 2 epochs (a pause of 2 s ends an epoch, 1 cough at "
        "least) from 2027-01-15 07:00 to 2027-01-15 12:00 UTC; monitored 2.2 h of the 4.0 h that "
        "the store knows of (54 %)." in told
    )
    assert "1.38 coughs per monitored hour (95 % interval 0.278 to 4.05" in told
    assert "1 other sound set the gate off, not counted." in told
    assert "no diagnosis" in told
    told = run(*RANGE, "--gap-s", "120", "--min-coughs", "2")
    assert "1 epoch (a pause of 120 s ends an epoch, 2 coughs at least)" in told


def test_an_hour_that_was_not_monitored_is_not_zero(run: Callable[..., str]) -> None:
    rows = [line.split("\t") for line in run("--by", "hour", *RANGE).splitlines()[1:5]]
    assert [(row[0][11:], row[1], row[5], row[6]) for row in rows] == [
        ("08:00", "3", "100 %", "3"),
        ("09:00", "-", "0 %", "-"),
        ("10:00", "0", "17 %", "-"),
        ("11:00", "0", "100 %", "0"),
    ]


def test_days_and_hours_are_those_of_the_zone_asked_for(run: Callable[..., str]) -> None:
    told = run("--by", "hour", "--timezone", "Asia/Kathmandu", *RANGE).splitlines()
    assert [line.split("\t")[0][11:] for line in told[1:6]] == [
        "13:45",
        "14:00",
        "15:00",
        "16:00",
        "17:00",
    ]
    assert run("--by", "day", *RANGE).splitlines()[1].startswith("2027-01-15\t3\t3\t2\t2.2 h\t54 %")


def test_a_night_has_the_date_of_its_evening(run: Callable[..., str]) -> None:
    for zone, evening in (("UTC", "2027-01-14"), ("Asia/Kathmandu", "2027-01-15")):
        asked = ("--by", "night", "--since", evening, "--until", evening, "--timezone", zone)
        assert run(*asked).splitlines()[:2] == [
            "night\tcoughs\tcough-s\tepochs\tmonitored\tcoverage\tcoughs/h\t95 %",
            run("--by", "day", *RANGE).splitlines()[1].replace("2027-01-15", evening),
        ]
    nothing = run("--by", "night", "--since", "2027-01-15", "--until", "2027-01-15")
    assert "2027-01-15\t" not in nothing
    assert run("--by", "night", *RANGE).splitlines()[1].startswith("2027-01-14\t3\t")


def test_rejected_sounds_say_why(run: Callable[..., str]) -> None:
    last = [line for line in run(*RANGE, "--rejected").splitlines() if "#" not in line][-1]
    assert last.split("\t")[-3:] == [
        "-",
        "e-dddd",
        "below_threshold (0.200 < 0.500; throat_clear 0.114, speech 0.114; gate 0.910)",
    ]


def test_limit_keeps_the_newest(run: Callable[..., str]) -> None:
    lines = run(*RANGE, "--limit", "1").splitlines()
    assert lines[1].startswith("2027-01-15 08:01:00")
    assert lines[2].startswith("#")


def test_a_quiet_time_is_one_clear_sentence(run: Callable[..., str]) -> None:
    lines = run("--since", "2027-01-15T11:00Z", "--until", "2027-01-15T12:00Z").splitlines()
    assert lines[0] == (
        "# No coughs from 2027-01-15 11:00 to 2027-01-15 12:00 UTC; monitored 60 min of 60 min "
        "(100 %)."
    )
    assert not [line for line in lines if not line.startswith("#")]


def test_time_without_monitoring_says_nothing_about_coughs(run: Callable[..., str]) -> None:
    assert run("--since", "2027-01-15T09:10Z", "--until", "2027-01-15T09:50Z") == (
        "# Nothing was monitored from 2027-01-15 09:10 to 2027-01-15 09:50 UTC, so nothing is "
        "known of coughs.\n"
    )


def test_a_time_nothing_is_known_of_says_since_when_until_when_something_is(
    run: Callable[..., str], tmp_path: Path
) -> None:
    assert run("--since", "2026-01-01", "--until", "2026-01-02") == (
        "# Nothing is known of 2026-01-01 00:00 to 2026-01-03 00:00 UTC: no source was listened to "
        "then. What is known lies between 2027-01-15 08:00 and 2027-01-15 12:00; ask for that with "
        "--since and --until.\n"
    )
    with open_store(tmp_path / "unheard.db") as store:
        store.write([seen()])
    told = run("--store", str(tmp_path / "unheard.db"), "--since", "2026-01-01")
    assert told.endswith("no source was listened to then.\n")


def test_a_coverage_just_too_small_reads_so(run: Callable[..., str], tmp_path: Path) -> None:
    with open_store(tmp_path / "half.db") as store:
        store.write([seen(), covered(0, 1795), covered(1795, HOUR_S, "silent"), event()])
    until = ["--since", "2027-01-15T08:00Z", "--until", "2027-01-15T09:00Z"]
    told = run("--store", str(tmp_path / "half.db"), *until, "--by", "hour")
    assert "monitored 30 min of 60 min (49.9 %)." in told
    assert "Only 49.9 % of the time was monitored, less than the 50 % from which" in told
    assert "\t30 min\t49.9 %\t-" in told


def test_a_store_without_sources_has_heard_nothing(run: Callable[..., str], tmp_path: Path) -> None:
    with open_store(tmp_path / "empty.db"):
        pass
    assert run("--store", str(tmp_path / "empty.db")) == (
        "# The store has no sources yet: nothing has been heard.\n"
    )


def test_what_cannot_be_answered_has_a_sentence(run: Callable[..., str], tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="there is no store yet"):
        run("--store", str(tmp_path / "none.db"))
    with pytest.raises(UsageError, match="swap them"):
        run("--since", "2027-01-16", "--until", "2027-01-14")
    with pytest.raises(UsageError, match="no source 'attic'"):
        run("--source", "attic")
    with pytest.raises(UsageError, match="did you mean"):
        run("--timezone", "Europe/Zurik")


def test_what_is_no_longer_kept_is_said(run: Callable[..., str], tmp_path: Path) -> None:
    with open_store(tmp_path / "old.db") as store:
        store.write([seen(), covered(0, 60), event("one"), event("two", 30_000)])
    with EventStore.open(tmp_path / "old.db", ORIGIN, lambda: EPOCH_US + 2 * FRESH_US) as store:
        store.forget(Limits(events_us=0), "none")
    asked = ["--store", str(tmp_path / "old.db"), "--since", "2027-01-15", "--until", "2027-01-15"]
    told = run(*asked)
    assert "# 2 coughs in 2 cough-seconds and 2 epochs (a pause of 2 s" in told
    assert (
        "\n# Single coughs before 2027-01-15 08:00 are no longer kept: sums have them; lists, and "
        "epochs by other terms than the usual, do not.\n"
    ) in told
    document = json.loads(run(*asked, "--json"))
    assert (document["kept_from_utc"], document["rows"]) == ("2027-01-15T08:00:30.000001Z", [])
    told = run(*asked, "--by", "day", "--gap-s", "60")
    assert "an unknown number of epochs (a pause of 60 s" in told
    assert "\n2027-01-15\t2\t2\t-\t60 s" in told


ONSETS = ["02:57", "02:58", "02:59", "02:00", "02:01", "02:02"]


@pytest.mark.parametrize(
    ("since", "until", "heard"),
    [
        ("2026-10-25", "2026-10-25", ONSETS),
        ("2026-10-25T02:58+02:00", "2026-10-25T02:01+01:00", ONSETS[1:4]),
        ("2026-10-25T02:58+02:00", "2026-10-25T02:59+02:00", ONSETS[1:2]),
        ("2026-10-25T02:01+01:00", "2026-10-25T02:30+01:00", ONSETS[4:]),
        ("2026-10-25T02:30+02:00", "2026-10-25T02:10+01:00", ONSETS),
        ("2026-10-25T02:59+01:00", "2026-10-25T04:00", []),
        ("2026-10-25T01:00", "2026-10-25T02:57+02:00", []),
    ],
)
def test_the_hour_that_comes_twice_is_heard_in_its_order(
    run: Callable[..., str], tmp_path: Path, since: str, until: str, heard: list[str]
) -> None:
    write_autumn(tmp_path / "autumn.db")
    zone = ["--store", str(tmp_path / "autumn.db"), "--timezone", "Europe/Zurich"]
    for by in ("event", "hour"):
        told = json.loads(run(*zone, "--json", "--by", by, "--since", since, "--until", until))
        assert told["summary"]["coughs"] == len(heard)
        assert sum(row.get("coughs", 1) for row in told["rows"]) == len(heard)
    lines = run(*zone, "--since", since, "--until", until).splitlines()
    assert [line[11:16] for line in lines if line.startswith("2026")] == heard


def test_a_length_of_time_ends_now_in_the_second_passage_too(
    run: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_autumn(tmp_path / "autumn.db")
    now = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)
    monkeypatch.setattr("coughd.daemon.commands.history.now", lambda: now)
    zone = ["--store", str(tmp_path / "autumn.db"), "--timezone", "Europe/Zurich"]
    told = run(*zone, "--since", "30m")
    assert "6 coughs" in told
    assert "from 2026-10-25 02:40 to 2026-10-25 02:10+0100" in told
    assert "monitored 6 min of the 6 min that the store knows of" in told


def test_an_empty_option_is_no_option_left_out(run: Callable[..., str]) -> None:
    for option in ("--since", "--until"):
        with pytest.raises(UsageError, match=f"{option} '' is no time"):
            run(option, "")
    with pytest.raises(UsageError, match="no time zone ''"):
        run("--timezone", "")


def test_a_wrong_time_is_told_where_there_is_no_store_either(tmp_path: Path) -> None:
    missing = ["--store", str(tmp_path / "nowhere.sqlite3"), "--until", "soon"]
    assert isinstance(call(write_place(tmp_path), *missing).exception, UsageError)
