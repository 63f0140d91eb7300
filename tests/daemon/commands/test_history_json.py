"""`coughd history --json`: one document, written as it is read."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection

from coughd.config.errors import StorageError
from coughd.daemon.commands.views.history_report import By, Report, Row, write_document
from coughd.storage.history import History
from coughd.storage.reading import pages
from coughd.storage.reading.export_columns import EPOCH_COLUMNS, EVENT_COLUMNS, INTERVAL_COLUMNS
from coughd.storage.reading.readable import ReadableStore

from .history_called import RANGE, call, told, write_place


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., str]:
    return partial(told, write_place(tmp_path))


@pytest.mark.parametrize(
    ("by", "columns"),
    [
        ("event", EVENT_COLUMNS),
        ("epoch", EPOCH_COLUMNS),
        ("hour", INTERVAL_COLUMNS),
        ("day", INTERVAL_COLUMNS),
        ("night", INTERVAL_COLUMNS),
    ],
)
def test_json_is_one_document_with_the_columns_of_exports(
    run: Callable[..., str], by: str, columns: tuple[str, ...]
) -> None:
    told = json.loads(run("--by", by, "--json", *RANGE))
    assert (told["schema"], told["by"], told["timezone"]) == ("coughd.history/1", by, "UTC")
    assert told["start_utc"] == "2027-01-15T08:00:00.000000Z"
    assert (told["epoch_gap_s"], told["epoch_minimum_coughs"]) == (2.0, 1)
    assert tuple(told["summary"]) == INTERVAL_COLUMNS
    assert {tuple(row) for row in told["rows"]} == {columns}
    assert (told["summary"]["coughs"], told["rate_withheld"]) == (3, None)
    assert told["kept_from_utc"] is None
    assert told["sources"] == [{"source_id": "usb:1-1.2", "name": "Bed\troom", "kind": "file"}]


def test_json_of_a_time_nothing_is_known_of_is_empty(run: Callable[..., str]) -> None:
    told = json.loads(
        run("--json", "--by", "hour", "--since", "2026-01-01", "--until", "2026-01-02")
    )
    assert (told["rows"], told["summary"]["elapsed_s"]) == ([], 0.0)
    assert told["rate_withheld"] == "Nothing was monitored, so there is no cough rate."


@pytest.mark.parametrize("by", ["event", "epoch", "hour", "day", "night"])
@pytest.mark.parametrize("asked", [RANGE, ["--since", "2026-01-01", "--until", "2026-01-02"]])
def test_the_document_is_as_if_it_were_written_at_once(
    run: Callable[..., str], by: str, asked: list[str]
) -> None:
    text = run("--json", "--rejected", "--by", by, *asked)
    assert text == json.dumps(json.loads(text), ensure_ascii=False) + "\n"


@pytest.mark.parametrize("by", ["event", "epoch"])
def test_a_row_is_written_before_the_next_one_is_read(tmp_path: Path, by: By) -> None:
    written = io.StringIO()
    with History.open(write_place(tmp_path) / "coughd.sqlite3") as opened:

        def rows() -> Iterator[Row]:
            for row in opened.events() if by == "event" else opened.epochs():
                yield row
                assert row.onset.isoformat(timespec="microseconds") in written.getvalue()

        summary = opened.summary()
        asked = (summary.start, summary.end)
        report = Report(
            by=by,
            asked=asked,
            known=asked,
            kept_from=None,
            sources=opened.sources(),
            summary=summary,
            rows=rows(),
            with_rejected=False,
        )
        write_document(report, written)
    assert len(json.loads(written.getvalue())["rows"]) == {"event": 3, "epoch": 2}[by]


@pytest.mark.parametrize("by", ["event", "epoch"])
def test_what_breaks_off_is_no_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by: By
) -> None:
    place = write_place(tmp_path)
    reading, begun = ReadableStore.reading, []

    def read(store: ReadableStore) -> AbstractContextManager[Connection]:
        begun.append(store)
        if len(begun) == fails_at:
            raise StorageError("the disk reports an error")
        return reading(store)

    monkeypatch.setattr(pages, "PAGE_ROWS", 1)
    monkeypatch.setattr(ReadableStore, "reading", read)
    fails_at = -1
    whole = told(place, "--json", "--by", by, *RANGE)
    fails_at = len(begun)
    begun.clear()
    broken = call(place, "--json", "--by", by, *RANGE)
    assert isinstance(broken.exception, StorageError)
    assert "cough-aaaa" in broken.stdout
    assert whole.startswith(broken.stdout)
    with pytest.raises(json.JSONDecodeError):
        json.loads(broken.stdout)


def test_a_limit_beyond_all_numbers_is_none(run: Callable[..., str]) -> None:
    for by in ("event", "hour", "epoch"):
        asked = ["--json", "--by", by, *RANGE]
        assert run(*asked, "--limit", f"{10**30}") == run(*asked)
