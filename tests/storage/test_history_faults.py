"""What is no store, what makes no sense to ask, and who else is at it."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from coughd.config.errors import StorageError, UsageError
from coughd.storage.history import History

from .facts import SOURCE, covered, event, open_store, seen
from .opened import HOUR_S, microphone, moment, opened


def test_answers_of_one_moment_agree(store_path: Path, write: Callable[..., object]) -> None:
    write(microphone(), covered(0, HOUR_S), event())
    with opened(store_path) as history:
        with history.at_one_moment() as same:
            assert 1 == same.summary().coughs
            write(event("later", 60_000), covered(HOUR_S, 2 * HOUR_S))
            assert [1] == [night.coughs for night in same.by_night() if night.coughs]
            assert ["event-1"] == [each.event_id for each in same.events()]
            assert moment(10 * 24 * HOUR_S) == same.extent()[1]
            assert HOUR_S == same.summary().monitored_s
            with same.at_one_moment() as again:
                assert 1 == again.summary().coughs
            assert 2 == history.summary().coughs
        assert 2 == history.summary().coughs


def test_a_missing_store_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="there is no store yet"):
        History.open(tmp_path / "nothing.db")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_no_store_but_may_hold_one(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"is a folder; name the store in it, .*/coughd.sqlite3"):
        History.open(tmp_path)


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0 but broken", b"hello\n" * 1000])
def test_another_file_is_no_store(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.db"
    path.write_bytes(content)
    with pytest.raises(StorageError, match=r"other\.db"):
        History.open(path)
    assert path.read_bytes() == content


def test_another_programs_database_is_no_store(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE meta (key, value)")
    connection.close()
    with pytest.raises(StorageError, match="not a coughd store"):
        History.open(path)


@pytest.mark.sqlite
@pytest.mark.parametrize(("version", "advice"), [("99", "upgrade coughd"), ("0", "coughd run")])
def test_a_store_of_another_version_is_refused(
    store_path: Path, write: Callable[..., object], version: str, advice: str
) -> None:
    write(seen())
    with sqlite3.connect(store_path) as connection:
        connection.execute("UPDATE meta SET value = ? WHERE key = 'schema_version'", [version])
    connection.close()
    with pytest.raises(StorageError, match=advice):
        History.open(store_path)


def test_an_empty_store_answers_with_nothing(
    store_path: Path, write: Callable[..., object]
) -> None:
    with opened(store_path, timezone=None) as history:
        assert (history.sources(), list(history.events()), history.by_hour()) == ([], [], [])
        assert history.summary().rate_withheld is not None
        assert str(history.zone) == "UTC"


def test_questions_that_make_no_sense_are_refused(
    store_path: Path, write: Callable[..., object]
) -> None:
    write(seen())
    with opened(store_path) as history:
        with pytest.raises(UsageError, match=r"no source 'attic'; it has: usb:1-1.2"):
            history.summary(source_ids=["attic"])
        with pytest.raises(ValueError, match="no UTC offset"):
            history.by_day(datetime(2026, 1, 1))  # noqa: DTZ001
        with pytest.raises(ValueError, match="before it begins"):
            history.by_day(moment(10), moment(0))


def test_reads_what_is_committed_while_the_store_is_written(store_path: Path) -> None:
    with open_store(store_path) as store:
        store.write([seen()])
        with opened(store_path) as history:
            pending = history.events()
            for number in range(3):
                store.write([event(f"{number}", number * 1000)])
                assert history.summary().coughs == number + 1
            assert len(list(pending)) <= 3


def test_several_threads_share_a_history(store_path: Path, write: Callable[..., object]) -> None:
    write(seen(), covered(0, HOUR_S), *(event(f"{n}", n * 100) for n in range(200)))
    answers: list[int] = []
    with opened(store_path) as history:

        def ask() -> None:
            for _ in range(5):
                answers.append(history.summary().coughs)
                answers.append(sum(1 for _ in history.events()))

        threads = [threading.Thread(target=ask) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert answers == [200] * 60


def test_the_documented_example_runs(
    store_path: Path, write: Callable[..., object], capsys: pytest.CaptureFixture[str]
) -> None:
    write(microphone(), covered(0, HOUR_S), event())
    page = (Path(__file__).parents[2] / "docs" / "history.md").read_text(encoding="utf-8")
    example = page.partition("```python\n")[2].partition("```")[0]
    assert "/var/lib/coughd/coughd.sqlite3" in example
    exec(
        compile(example.replace("/var/lib/coughd/coughd.sqlite3", str(store_path)), "docs", "exec")
    )
    told = capsys.readouterr().out.splitlines()
    assert told[0] == f"{SOURCE} Usb:1-1.2"
    assert told[-1] == "2027-01-15 09:00:00+01:00 Usb:1-1.2 0.9"
