"""What PyYAML says of a file that is no YAML, as the line to mend and what to do there."""

from __future__ import annotations

from typing import NamedTuple

import yaml

from .mistakes import Mistake


class _Advice(NamedTuple):
    problem: str
    """How PyYAML's sentence begins."""
    says: str


_LATE = (
    _Advice("could not find expected ':'", "no key here; write `key: value`, with the space"),
    _Advice("found unexpected end of stream", "the quote that opens here is never closed"),
)
"""Noticed only lines later: what is to be mended is where it begins."""
_AT_ONCE = (
    _Advice("found character '\\t'", "a tab; indent with spaces"),
    _Advice(
        "mapping values are not allowed here",
        "a ':' that cannot be here; indent as the line before, and put text with ': ' in quotes",
    ),
    _Advice(
        "expected <block end>, but found '<scalar>'",
        "text behind a closing quote, or indented otherwise; a ' in '…' is written twice",
    ),
    _Advice("expected <block end>", "indented otherwise than the lines it belongs to"),
    _Advice("expected '<document start>'", "indented otherwise than the lines before"),
    _Advice("found unknown escape", "a backslash in \"…\" begins an escape; use '…'"),
    _Advice("expected escape sequence", "a backslash in \"…\" begins an escape; use '…'"),
)


def explain(exc: yaml.MarkedYAMLError) -> Mistake:
    """Give the mistake; in PyYAML's own words where we know no better ones."""
    found, began = _line(exc.problem_mark), _line(exc.context_mark)
    problem = exc.problem or ""
    for line, advices in ((began, _LATE), (found, _AT_ONCE)):
        for advice in advices:
            if line is not None and problem.startswith(advice.problem):
                return Mistake(line, "", f"not YAML: {advice.says}")
    context = exc.context or ""
    says = " ".join(part for part in (context, problem) if part)
    if context.startswith("while ") and began is not None and began != found:
        says += f"; it begins in line {began}"
    return Mistake(found or began or 1, "", f"not YAML: {says}")


def _line(mark: yaml.Mark | None) -> int | None:
    return None if mark is None else int(mark.line) + 1
