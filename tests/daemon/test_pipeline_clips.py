"""What the loop tells whoever keeps clips: each judged window, and when its past is settled."""

from __future__ import annotations

from fakes import block, cut, opened
from listening_loop import ONSETS, ToldClips, bursts, hear

from coughd.daemon.heard_before import HeardBefore
from coughd.daemon.sources.ports import Finished, Gap, Item
from coughd.storage.records import Listening, SourceChanged, SourceSeen

ONE_SECOND = 16_000


def test_a_past_that_is_settled_has_nothing_to_be_judged_any_more() -> None:
    clips = ToldClips()
    hear([("a", list(cut(bursts(ONSETS, 800_000), 1_600)))], clips=clips)

    ((*told, last),) = clips.calls.values()
    assert last == ("ended", 0)
    assert [onset for what, onset in told if what == "judged"] == list(ONSETS)
    settled_sample = 0
    for what, sample in told:
        assert sample >= settled_sample
        if what == "settled":
            settled_sample = sample


def test_a_window_that_was_judged_is_settled_while_the_sound_goes_on() -> None:
    clips = ToldClips()
    hear([("a", list(cut(bursts((20_000,), 10 * ONE_SECOND), 1_600)))], clips=clips)

    (told,) = clips.calls.values()
    judged = told.index(("judged", 20_000))
    settled = next(place for place, (what, sample) in enumerate(told) if sample > 20_000)
    assert judged < settled < told.index(("ended", 0)) - 10


def test_each_stretch_ends_once_with_all_of_it_judged() -> None:
    sound = bursts((20_000, 100_000), 120_000)
    items: list[Item] = [
        opened(),
        block(0, sound[:40_000]),
        Gap(40_000, 2_000, "the pipe was full"),
        block(42_000, sound[42_000:]),
        Finished("done", damaged=False),
    ]
    clips = ToldClips()
    hear([("a", items)], clips=clips)

    for told in clips.calls.values():
        whats = [what for what, _ in told if what != "settled"]
        assert whats == ["judged", "ended"]
    assert len(clips.calls) == 2


def test_what_an_earlier_daemon_told_is_known() -> None:
    items = list(cut(bursts(ONSETS, 800_000), 1_600))
    first = hear([("a", items)])
    known = frozenset(event.event_id for event in first.events[:3])
    clips = ToldClips()
    before = {first.events[0].stretch_id: HeardBefore(1_000_000, known)}
    hear([("a", items)], heard_before=before, clips=clips)

    (told,) = clips.calls.values()
    whats = [what for what, _ in told if what in {"known", "judged"}]
    assert whats == ["known"] * 3 + ["judged"] * 4


def test_every_change_of_the_sound_is_noted() -> None:
    clips = ToldClips()
    sink = hear([("a", list(cut(bursts(ONSETS, 800_000), 1_600)))], clips=clips)

    of_the_source = (Listening, SourceSeen, SourceChanged)
    kept = [change for change in sink.changes if not isinstance(change, of_the_source)]
    assert list(map(id, clips.changes)) == list(map(id, kept))
