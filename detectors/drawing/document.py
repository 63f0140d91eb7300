"""A web page that needs nothing else: no script, no font, no server. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from importlib import resources

STYLE = resources.files(__package__).joinpath("page.css")


def whole_document(title: str, body: Iterable[str], more_style: str = "") -> str:
    """The HTML of a page; `body` is HTML already, `more_style` CSS beside that of every page."""
    return "".join(document_parts(title, body, more_style))


def document_parts(title: str, body: Iterable[str], more_style: str = "") -> Iterator[str]:
    """The same piece by piece, while the body is made."""
    style = STYLE.read_text(encoding="utf-8") + more_style
    yield (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{style}</style></head><body>"
    )
    yield from body
    yield "</body></html>\n"


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are HTML already."""
    head = "".join(f"<th>{heading}</th>" for heading in headings)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def figure(picture: str, caption: str) -> str:
    """A picture and how to read it, both HTML already."""
    return f"<figure>{picture}<figcaption>{caption}</figcaption></figure>"
