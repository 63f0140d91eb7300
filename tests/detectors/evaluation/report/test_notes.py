"""What a report says of its own numbers: how they were drawn, and which of them say little."""

from __future__ import annotations

from collections.abc import Sequence

from annotated import claim, cough, heard, truth

from coughd.detectors.evaluation.report.intervals import intervals
from coughd.detectors.evaluation.report.notes import notes, silence
from coughd.detectors.evaluation.scoring import breakdown
from coughd.detectors.evaluation.scoring.scores import Draws, score
from coughd.detectors.evaluation.scoring.units import units_of_sounds
from coughd.detectors.evaluation.sounds import Heard


def said(recordings: Sequence[Heard], *others: Sequence[Heard]) -> list[str]:
    truths = [one.truth for one in recordings]
    draws = Draws.over(truths, units_of_sounds(truths))
    systems = [recordings, *others]
    scores = [score(one, draws) for one in systems]
    groups = breakdown.by_source(scores[0].outcomes, draws.sounds, draws.of_sounds)
    return notes(truths, draws, scores, groups, [()] * len(systems))


def nights(number: int) -> list[Heard]:
    """Each with another number of coughs, all found."""
    return [
        heard(
            truth(*(cough(5.0 * k) for k in range(night + 1)), name=f"{night}", duration_s=3_600.0),
            *(claim(5.0 * k) for k in range(night + 1)),
        )
        for night in range(number)
    ]


def sentence(recordings: Sequence[Heard]) -> str:
    truths = [one.truth for one in recordings]
    return str(intervals(Draws.over(truths, units_of_sounds(truths)))["sentence"])


def test_what_is_all_or_nothing_has_an_exact_bound() -> None:
    (note,) = [note for note in said(nights(12)) if "no interval" in note]

    assert "sensitivity at least 0.962 (78 of 78)" in note
    assert "PPV at least 0.962 (78 of 78)" in note
    assert "at most 0.2 false alarms per hour (0 in 12.00 hours)" in note


def test_two_systems_have_their_own_bounds() -> None:
    deaf = [heard(one.truth, claim(3_000.0)) for one in nights(12)]
    (note,) = [note for note in said(nights(12), deaf) if "no interval" in note]

    assert "the first: sensitivity at least" in note
    assert "the second: sensitivity at most 0.038 (0 of 78), PPV at most 0.221 (0 of 12)" in note


def test_few_units_are_warned_of() -> None:
    assert any("Few units are drawn again (9 recordings)" in note for note in said(nights(9)))
    assert not any("Few units" in note for note in said(nights(10)))


def test_one_recording_has_no_intervals_and_no_concordance() -> None:
    assert sentence(nights(1)) == "No intervals: one recording."
    assert any("one piece only" in note for note in said(nights(1)))
    assert not any("Few units" in note for note in said(nights(1)))


def test_hours_of_few_recordings_are_not_taken_for_those_of_many() -> None:
    def long(number: int) -> list[str]:
        some = [
            heard(truth(cough(5.0), name=f"{night}", duration_s=7_200.0)) for night in range(number)
        ]
        return [note for note in said(some) if "limits of agreement are of" in note]

    assert "2 pieces of 1 recording, taken as if" in long(1)[0]
    assert "18 pieces of 9 recordings, taken as if" in long(9)[0]
    assert not long(10)
    assert not any("limits of agreement are of" in note for note in said(nights(9)))


def test_both_kinds_of_units_are_told() -> None:
    assert sentence(nights(3)).endswith("2000 draws over 3 recordings.")
    two = [
        heard(truth(cough(1.0, subject="a"), cough(9.0, subject="b"), name=name)) for name in "xy"
    ]
    assert sentence(two).endswith(
        "over 2 subjects and 2 recordings for what belongs to nobody; all other scores over "
        "2 recordings."
    )
    assert sentence(two[:1]).endswith("all other scores have none, there is one recording.")


def test_who_is_not_known_is_no_subject() -> None:
    owners = ("anna", "anna", "ben", None, None, None)
    some = [
        heard(truth(cough(1.0, subject=owner), name=f"{number}.wav", subject=owner))
        for number, owner in enumerate(owners)
    ]
    told = "2 subjects and 3 recordings whose subject is not known"
    assert sentence(some).endswith(f"2000 draws over {told}.")
    assert any(f"Few units are drawn again ({told})" in note for note in said(some))
    assert sentence(some[:3]).endswith("2000 draws over 2 subjects.")


def test_silence_is_told_where_it_changes_rates() -> None:
    truths = [truth(duration_s=3_600.0), truth(duration_s=7_200.0)]

    assert [*silence(truths, 30.0)] == []
    (some,) = silence(truths, 3_600.0)
    assert some.startswith("1.00 of 3.00 hours are digital silence")
    assert some.endswith("per hour of sound every rate is 1.50 times as high.")
    (nothing,) = silence(truths, 10_800.0)
    assert nothing.endswith("nothing to hear.")


def test_coughs_without_an_end_are_told() -> None:
    points = [heard(truth(cough(1.0, 0.0), cough(9.0)))]

    assert any(note.startswith("1 of 2 coughs are marked without an end") for note in said(points))
    assert not any("without an end" in note for note in said(nights(2)))


def test_a_group_without_an_interval_is_told_of_too() -> None:
    def uneven(source: str) -> list[Heard]:
        """The first cough of each night is always found; the others, and alarms, vary."""
        return [
            heard(
                truth(
                    cough(5.0, source=source),
                    *(cough(20.0 * k, source="desk") for k in range(1, night + 2)),
                    name=f"{night}",
                    duration_s=3_600.0,
                ),
                claim(5.0),
                *(claim(20.0 * k + 0.01 * night) for k in range(2, night + 2)),
                *(claim(1_000.0 + 10.0 * k) for k in range(night % 3)),
            )
            for night in range(12)
        ]

    assert any(note.startswith("Where all draws give the same") for note in said(uneven("phone")))
    assert not any("all draws" in note for note in said(uneven("desk")))
