"""A clock that was wrong at the start: since when a source is known is corrected with its sound."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from coughd.storage.records import AnchorSet, SourceSeen

from .facts import EPOCH_US, RATE_HZ, SOURCE, covered, open_store
from .opened import DAY_S, HOUR_S, microphone, opened

SECOND_US = 1_000_000


def anchor(stretch_id: str = "stretch-1", *, at_s: int = 0, corrects_s: int = 0) -> AnchorSet:
    """As the first stretch was heard from `EPOCH_US` on."""
    return AnchorSet(
        SOURCE,
        stretch_id,
        at_s * RATE_HZ,
        RATE_HZ,
        at_s * SECOND_US,
        EPOCH_US + (at_s + corrects_s) * SECOND_US,
        float(RATE_HZ),
        corrects_s * SECOND_US,
    )


def seen_s(path: Path) -> tuple[float, float]:
    """When the source was seen first and last, in seconds from `EPOCH_US`."""
    with opened(path) as history:
        (source,) = history.sources()
    moments = (source.first_seen, source.last_seen)
    first, last = (moment.timestamp() - EPOCH_US / SECOND_US for moment in moments)
    return first, last


def test_hours_that_never_were_take_no_coverage(
    store_path: Path, write: Callable[..., object]
) -> None:
    write(microphone(), anchor(), covered(0, HOUR_S))
    write(anchor(at_s=HOUR_S, corrects_s=5 * HOUR_S))
    with opened(store_path, now_s=6 * HOUR_S) as history:
        total = history.summary()
    assert (total.elapsed_s, total.coverage) == (HOUR_S, 1.0)
    assert seen_s(store_path) == (5 * HOUR_S, 5 * HOUR_S)


def test_what_an_earlier_life_saw_first_stays(
    store_path: Path, write: Callable[..., object]
) -> None:
    write(microphone())
    write(microphone(seen_s=7 * HOUR_S), anchor())
    write(anchor(at_s=60, corrects_s=-HOUR_S))
    assert seen_s(store_path) == (0, 6 * HOUR_S)


def test_a_stretch_of_more_than_a_day_before_keeps_when_the_source_was_seen(
    store_path: Path, write: Callable[..., object]
) -> None:
    write(microphone(), anchor(), anchor("stretch-2", at_s=DAY_S))
    write(anchor("stretch-2", at_s=DAY_S + 60, corrects_s=HOUR_S))
    assert seen_s(store_path) == (0, 0)


def test_a_commit_whose_answer_was_lost_moves_it_once(store_path: Path) -> None:
    with open_store(store_path) as store:
        store.write([microphone(), anchor()])
        for _ in range(2):
            store.write([anchor(at_s=60, corrects_s=HOUR_S)])
    assert seen_s(store_path) == (HOUR_S, HOUR_S)


def seen_rightly(by_s: int) -> SourceSeen:
    """As it was announced at `EPOCH_US`, after the clock was set by so much."""
    return replace(microphone(seen_s=by_s), instead_of_us=EPOCH_US)


def test_a_source_that_was_never_heard_is_known_since_its_right_time(store_path: Path) -> None:
    with open_store(store_path) as store:
        store.write([microphone()])
        for _ in range(2):
            store.write([seen_rightly(HOUR_S)])
    assert seen_s(store_path) == (HOUR_S, HOUR_S)
    with opened(store_path, now_s=HOUR_S + 60) as history:
        assert history.summary().elapsed_s == 60


def test_what_an_earlier_life_saw_first_stays_also_of_a_source_that_is_away(
    store_path: Path, write: Callable[..., object]
) -> None:
    write(microphone(seen_s=-HOUR_S))
    write(microphone())
    write(seen_rightly(2 * HOUR_S))
    assert seen_s(store_path) == (-HOUR_S, 2 * HOUR_S)
