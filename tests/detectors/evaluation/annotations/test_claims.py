"""What somebody else counted is scored as it is marked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from marked import row, table

from coughd.detectors.evaluation.annotations.claims import claims_of
from coughd.detectors.evaluation.annotations.pairing import pair
from coughd.detectors.evaluation.annotations.rows import Row
from coughd.detectors.evaluation.sounds import Claim

A = Path("/x/a.flac")


def claimed(*rows: Row, threshold: float | None = None) -> tuple[tuple[Claim, ...], list[str]]:
    annotated, _ = pair([A], [table(*rows)])
    claims, notices = claims_of(60.0, annotated[A], threshold)
    return claims, [str(notice).removeprefix("/x/table.csv") for notice in notices]


def test_what_is_counted_twice_is_claimed_twice_in_the_order_of_time() -> None:
    claims, notices = claimed(row(2, "a", 9.0), row(3, "a", 1.1, 1.5), row(4, "a", 1.0, 1.4))

    assert [(claim.onset_s, claim.offset_s) for claim in claims] == [
        (1.0, 1.4),
        (1.1, 1.5),
        (9.0, 9.3),
    ]
    assert all(claim.counted and claim.gate_score is None for claim in claims)
    assert [] == notices


def test_other_sounds_and_what_nobody_is_sure_of_are_no_claims() -> None:
    unsure = replace(row(4, "a", 9.0), sure=False)
    claims, _ = claimed(row(2, "a", 1.0, label="laugh"), row(3, "a", 2.0, label="unknown"), unsure)

    assert () == claims
    assert ((), []) == claimed(row(2, "a", None))


def test_what_lies_outside_is_said() -> None:
    claims, notices = claimed(row(2, "a", 5.0), row(3, "a", 59.9, 61.0), row(4, "a", 70.0))

    assert [claim.offset_s for claim in claims] == [5.3, 60.0]
    assert notices == [
        ":3: ends at 61 s, after the recording, which lasts 60.000 s; it is cut there.",
        ":4: begins at 70 s, after the recording's end (60.000 s); it is left out.",
    ]


def test_a_probability_is_one() -> None:
    sure = ("0.0", "0,7", "12", "90%")
    rows = (replace(row(2 + k, "a", 5.0 * k), probability=p) for k, p in enumerate(sure))
    claims, notices = claimed(*rows)

    assert [claim.probability for claim in claims] == [0.0, 0.7, None, None]
    assert notices == [
        f":{line}: has the probability '{written}', which is no number from 0 to 1; it has none."
        for line, written in ((4, "12"), (5, "90%"))
    ]


def test_below_the_threshold_nothing_is_counted_and_without_a_probability_all_is() -> None:
    sure = ("0.3", "0.5", "0.7", "")
    rows = (replace(row(2 + k, "a", 5.0 * k), probability=p) for k, p in enumerate(sure))
    claims, _ = claimed(*rows, threshold=0.5)

    assert [claim.counted for claim in claims] == [False, True, True, True]
