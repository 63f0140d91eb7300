"""The pages that commands write, as a browser draws them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import Browser, open_browser
from command_line import coughd

from coughd.detectors.synthesis import render, write_scene

from ..storage.facts import covered, event, open_store, seen

_HOUR_S = 3600
_NIGHTS = 30
_DOCS = Path(__file__).parents[2] / "docs"
_READ_AT_PX = 850
"""About the width of a page of documentation on GitHub."""
_HEAD = (
    "<!doctype html><meta name=viewport content='width=device-width'><title>A page</title>"
    "<body style='background: #fff'>"
)
_SVG = "<svg viewBox='0 0 90 90' width=90><title>A picture</title>"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A month of two rooms, of which one was away for a night and half an hour of each."""
    folder = tmp_path_factory.mktemp("history")
    with open_store(folder / "coughd.sqlite3") as store:
        for room, name, ill in (
            ("bed", "Bedroom", 16),
            ("den", "Grandmother's room under the roof", 1),
        ):
            store.write([seen(room, name)])
            for night in range(_NIGHTS):
                start_s = night * 24 * _HOUR_S
                if night != 11:
                    away_s = start_s + 5 * _HOUR_S
                    stretches = (start_s, away_s), (away_s + _HOUR_S // 2, start_s + 22 * _HOUR_S)
                    store.write(
                        [covered(*each, source_id=room, stretch_id=room) for each in stretches]
                    )
                store.write(
                    [
                        event(
                            f"{room}-{night}-{number}",
                            1000 * (start_s + 30 * number),
                            source_id=room,
                            stretch_id=room,
                        )
                        for number in range(0 if night == 11 else ill * (night % 9) ** 2)
                    ]
                )
    config = folder / "config.yaml"
    config.write_text(f"config_version: 1\ntimezone: UTC\nstore: {{data_dir: {folder}}}\n")
    when = ("--since", "2027-01-15", "--until", "2027-02-14")
    for by in ("night", "day"):
        page = folder / f"by-{by}.html"
        said = coughd("history", "--config", config, "--html", page, "--by", by, *when)
        assert said.exit_code == os.EX_OK, said.complaints
        assert 2 == page.read_text(encoding="utf-8").count("<section>")
        assert '<rect class="c5"' in page.read_text(encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three scenes, with a cough that is not there, so that a mistake is drawn."""
    folder = tmp_path_factory.mktemp("evaluation")
    for seed in (20, 21, 22):
        write_scene(render(seed), folder / f"a-scene-with-a-name-of-some-length-{seed}.flac")
    with folder.joinpath("a-scene-with-a-name-of-some-length-22.csv").open("a") as annotations:
        annotations.write("1.0,1.3,cough\n")
    config = folder / "other.yaml"
    config.write_text("config_version: 1\nprobe: {threshold: 0.2}\n")
    page = folder / "compared.html"
    said = coughd("evaluate", folder, "--compare", config, "--html", page, "--json", os.devnull)
    assert said.exit_code == os.EX_OK, said.complaints
    peer, page = folder / "peer.csv", folder / "beside-a-peer.html"
    rows = (f"a-scene-with-a-name-of-some-length-21.flac,{at_s},cough\n" for at_s in range(38))
    peer.write_text("file,onset_s,label\n" + "".join(rows), encoding="utf-8")
    said = coughd("evaluate", folder, "--compare", peer, "--html", page, "--json", os.devnull)
    assert said.exit_code == os.EX_OK, said.complaints
    return folder


@pytest.mark.parametrize(
    ("folder", "page"),
    [
        ("history", "by-night"),
        ("history", "by-day"),
        ("evaluated", "compared"),
        ("evaluated", "beside-a-peer"),
    ],
)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width_px", [360, 768, 1280])
def test_a_reader_has_nothing_to_complain_of(
    folder: str,
    page: str,
    width_px: int,
    dark: bool,
    browser: Browser,
    request: pytest.FixtureRequest,
) -> None:
    path = request.getfixturevalue(folder) / f"{page}.html"
    browser.show(path, width_px=width_px, dark=dark)
    assert [] == browser.faults()


@pytest.mark.parametrize("picture", ["evaluation", "history", "monitoring"])
def test_a_picture_of_the_documents_is_legible_where_they_are_read(
    picture: str, tmp_path: Path, browser: Browser
) -> None:
    drawn = (_DOCS / f"{picture}.svg").read_text(encoding="utf-8")
    page = tmp_path / "page.html"
    title = "<title>A picture has its name from the page</title>"
    page.write_text(f"{_HEAD}{drawn.replace('</style>', '</style>' + title, 1)}", encoding="utf-8")
    browser.show(page, width_px=_READ_AT_PX)
    assert [] == browser.faults()


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("<p style='width: 700px'>wide</p>", "the page is 7"),
        ("<p style='font-size: 8px'>small</p>", 'the letters of "small" are 8.0 px'),
        ("<p style='color: #999'>pale</p>", '"pale" has a contrast of 2.8'),
        ("<link rel=stylesheet href=elsewhere.css>", "it asks for file:"),
        ("<svg role=img viewBox='0 0 9 9'></svg>", "1 pictures have no name"),
        (f"{_SVG}<text x=9 y=20>one</text><text x=12 y=22>two</text></svg>", '"one" and "two" lie'),
        (f"{_SVG}<text x=80 y=20>far</text></svg>", '"far" stands'),
    ],
)
def test_a_bad_page_is_complained_of(
    body: str, complaint: str, tmp_path: Path, browser: Browser
) -> None:
    page = tmp_path / "page.html"
    page.write_text(f"{_HEAD}{body}", encoding="utf-8")
    browser.show(page, width_px=360)
    assert [True] == [one.startswith(complaint) for one in browser.faults() if complaint in one]
