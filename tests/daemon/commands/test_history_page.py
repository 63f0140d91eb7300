"""`coughd history --html`: the page as a user makes it."""

from __future__ import annotations

import csv
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from coughd.config.errors import StorageError, UsageError

from ...storage.facts import covered, event, open_store, seen
from .history_called import RANGE, call, told, write_place

_VOID = {"meta"}


class Parsed(HTMLParser):
    """Refuses what is not closed in its order; keeps the words that a reader sees."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words: list[str] = []
        self.tags: set[str] = set()
        self.feed(page)
        self.close()
        assert [] == self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self.tags.add(tag)
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert tag == self.open.pop()

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)

    @property
    def text(self) -> str:
        return "\n".join(self.words)


def page_of(place: Path, *options: str) -> str:
    path = place / "coughs.html"
    assert "" == told(place, "--html", str(path), *options)
    assert 0o600 == path.stat().st_mode & 0o777
    return path.read_text(encoding="utf-8")


def test_the_page_says_what_the_lines_say(tmp_path: Path) -> None:
    place = write_place(tmp_path)
    page = page_of(place, *RANGE)
    parsed = Parsed(page)
    lines = told(place, "--by", "night", *RANGE).splitlines()
    rows = [*csv.reader([line for line in lines if not line.startswith("#")], delimiter="\t")]
    for cell in {cell for row in rows for cell in row}:
        assert cell in parsed.words
    for line in lines:
        if line.startswith("#"):
            assert line.removeprefix("# ") in parsed.text.replace("\n", " ")
    assert 1 == parsed.text.count("no diagnosis")
    assert "Bed?room" in parsed.words


def test_it_needs_nothing_from_elsewhere(tmp_path: Path) -> None:
    page = page_of(write_place(tmp_path), *RANGE)
    assert not {"script", "link", "img", "iframe", "object"} & Parsed(page).tags
    assert not re.search(r"https?:|url\(|@import", page)


def test_hours_are_those_of_the_store(tmp_path: Path) -> None:
    page = page_of(write_place(tmp_path), *RANGE, "--by", "day")
    found = re.findall(
        r'<(?:rect|path) class="([^"]*)"[^>]*><title>Fri 2027-01-15, (\d\d):00', page
    )
    assert [("c2", "08"), ("unheard", "09"), ("c0 partly", "10"), ("c0", "11")] == found
    assert "All days in numbers" in page
    _, _, numbers = page.partition("The map in numbers")
    row = re.findall("<td>([^<]*)</td>", numbers)
    assert ["2027-01-15", *[""] * 8, "3", "-", "(0)", "0", *[""] * 12] == row


def test_every_source_has_a_part_and_none_can_write_html(tmp_path: Path) -> None:
    place = write_place(tmp_path)
    with open_store(place / "coughd.sqlite3") as store:
        store.write([seen("den", "<b>Den</b> & more"), covered(0, 60, source_id="den")])
        store.write([event("den-1", 0, source_id="den")])
    page = page_of(place, *RANGE)
    names = re.findall("<h2>(.*?)</h2>", page)
    assert ["&lt;b&gt;Den&lt;/b&gt; &amp; more", "Bed?room"] == names
    alone = page_of(place, *RANGE, "--source", "den")
    assert ["&lt;b&gt;Den&lt;/b&gt; &amp; more"] == re.findall("<h2>(.*?)</h2>", alone)
    assert 1 == Parsed(page).text.count("no diagnosis")


def test_of_many_sources_the_others_are_named(tmp_path: Path) -> None:
    place = write_place(tmp_path)
    with open_store(place / "coughd.sqlite3") as store:
        store.write([seen(f"room-{number:02}", f"Room {number}") for number in range(14)])
    page = page_of(place, *RANGE)
    assert 12 == page.count("<section>")
    asked = "--source room-12 (Room 12), --source room-13 (Room 13), "
    assert f"Here are the first 12 sources; ask for the others with {asked}" in page


def test_sources_of_one_name_are_told_apart(tmp_path: Path) -> None:
    place = write_place(tmp_path)
    with open_store(place / "coughd.sqlite3") as store:
        store.write([seen("one", "Den"), seen("two", "Den"), seen("three", " ")])
    names = re.findall("<h2>(.*?)</h2>", page_of(place, *RANGE))
    assert ["one (Den)", "three ( )", "two (Den)", "Bed?room"] == names


def test_without_a_range_it_is_four_weeks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime(2027, 1, 20, 9, 30, tzinfo=UTC)
    monkeypatch.setattr("coughd.daemon.commands.history.now", lambda: now)
    page = page_of(write_place(tmp_path))
    assert "from 2026-12-22 12:00 to 2027-01-20 09:30 UTC" in page
    assert "<svg" in page


def test_a_recording_that_sounds_longer_than_it_was_heard_is_shown_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its last minutes have the time of this afternoon; it was heard in seconds."""
    now = datetime(2027, 1, 15, 8, 0, 30, tzinfo=UTC)
    monkeypatch.setattr("coughd.daemon.commands.history.now", lambda: now)
    place = write_place(tmp_path)
    assert "3 coughs in 3 cough-seconds" in told(place)
    assert "to 2027-01-15 12:00 UTC" in page_of(place)
    assert "2 coughs in 2" in told(place, "--until", "2027-01-15T08:00:30Z")


def test_an_empty_store_is_a_page_too(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(f"config_version: 1\nstore: {{data_dir: {tmp_path}}}\n")
    with open_store(tmp_path / "coughd.sqlite3"):
        pass
    assert "nothing has been heard" in Parsed(page_of(tmp_path)).text


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--html", "-"], "name one: --html coughs.html"),
        (["--html", "p.html", "--by", "hour"], "leave --by hour out"),
        (["--html", "p.html", "--by", "epoch"], "leave --by epoch out"),
        (["--html", "p.html", "--json"], "--json, --limit and --rejected are for lists"),
        (["--html", "p.html", "--limit", "3"], "are for lists"),
        (["--html", "p.html", "--rejected"], "are for lists"),
        (["--html", "p.html", "--source", "attic"], "attic"),
        (["--html", "p.html", "--since", "soon"], "'soon' is no time"),
    ],
)
def test_what_is_no_page_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], sentence: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=re.escape(sentence)):
        told(write_place(tmp_path), *options)
    assert not (tmp_path / "p.html").exists()


def test_a_folder_that_is_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"no/p\.html: cannot be written"):
        told(write_place(tmp_path), "--html", str(tmp_path / "no" / "p.html"), *RANGE)


def test_it_is_told_on_standard_error_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SUDO_USER", raising=False)
    path = tmp_path / "p.html"
    result = call(write_place(tmp_path), "--html", str(path), *RANGE)
    assert ("", f"{path} is written; open it in a browser\n") == (result.stdout, result.stderr)


def test_by_sudo_it_is_said_how_to_look_at_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The data of a service are root's to read, and so is the page; no browser runs as root."""
    monkeypatch.setenv("SUDO_USER", "alice")
    monkeypatch.setattr("os.geteuid", lambda: 0)
    path = tmp_path / "my p.html"
    result = call(write_place(tmp_path), "--html", str(path), *RANGE)
    assert f"for root only; type sudo chown alice '{path}' and open it" in result.stderr
