"""What was seen in a clip corrects what the rule marked; the table itself is whole."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from coughd.config.errors import InputError
from coughd.detectors.training.clips.certainty import NOT_COUGHED
from coughd.detectors.training.clips.pack import Span
from coughd.detectors.training.clips.seen_bursts import Burst, Seen, read_bursts, with_bursts


def merged(spans: list[Span], *bursts: Burst, duration_s: float = 5.0) -> tuple[Span, ...]:
    return with_bursts(spans, duration_s, bursts)


def test_a_cough_in_anothers_tail_takes_the_rest_of_it() -> None:
    spans = merged([Span(1.0, 1.9), Span(2.0, 2.2)], Burst(1.5, Seen.COUGH))
    assert spans == (Span(1.0, 1.5), Span(1.5, 1.9), Span(2.0, 2.2))


def test_one_that_stands_alone_lasts_at_most_until_the_next() -> None:
    spans = merged([Span(1.0, 1.2), Span(2.0, 2.2)], Burst(0.2, Seen.COUGH), Burst(1.8, Seen.COUGH))
    assert spans == (Span(0.2, 0.5), Span(1.0, 1.2), Span(1.8, 2.0), Span(2.0, 2.2))


def test_one_at_the_end_is_cut_off_with_its_clip() -> None:
    assert merged([], Burst(4.9, Seen.COUGH), Burst(5.0, Seen.COUGH)) == (Span(4.9, 5.0),)


def test_a_doubtful_burst_is_marked_as_such() -> None:
    spans = merged([Span(1.0, 1.2)], Burst(3.0, Seen.DOUBTFUL))
    assert [span.sure for span in spans] == [True, False]


@pytest.mark.parametrize(("seen", "sure"), [(Seen.COUGH, True), (Seen.DOUBTFUL, False)])
def test_the_eye_overrules_a_mark(seen: Seen, sure: bool) -> None:
    spans = merged([Span(1.0, 1.2, sure=not sure)], Burst(1.04, seen))
    assert spans == (Span(1.0, 1.2, sure),)


def test_what_was_seen_to_be_none_changes_nothing() -> None:
    assert merged([Span(1.0, 1.9)], Burst(1.5, Seen.NO)) == (Span(1.0, 1.9),)


def test_the_shipped_table_has_each_burst_once_and_knows_coughs_doubts_and_closing_bursts() -> None:
    bursts = read_bursts()
    assert not NOT_COUGHED & bursts.keys()
    assert {burst.seen for some in bursts.values() for burst in some} == set(Seen)
    for clip, some in bursts.items():
        onsets_s = sorted(burst.onset_s for burst in some)
        assert all(b - a >= 0.1 for a, b in pairwise(onsets_s)), clip


@pytest.mark.parametrize(
    "text", ["clip,onset_s\na.flac,1\n", "clip,onset_s,seen\na.flac,soon,cough\n"]
)
def test_a_wrong_table_is_named(tmp_path: Path, text: str) -> None:
    table = tmp_path / "bursts.csv"
    table.write_text(text)
    with pytest.raises(InputError, match=r"bursts\.csv cannot be read"):
        read_bursts(table)
