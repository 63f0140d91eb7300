"""What was played against what is stored, delivered and replayed: every difference must be zero."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from living_daemon import read

from coughd.daemon.subscriber import Message, Subscriber
from coughd.detectors.ports import SAMPLE_RATE_HZ

from .bench import MICROPHONE, NIGHT
from .recordings import Recording

_EDGE_S = 3.0
"""So long before a stretch's end a window may be incomplete, or the event not yet judged."""
_START_S = 0.5
_SAME_S = 0.02
"""So far apart may two hearings of one cough begin: what the gate heard before moves an onset by a
few samples, and a microphone begins or repeats the recording elsewhere than a file does."""
_PATIENCE_S = 300.0


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the balance: its amounts, all of which must be equal."""

    name: str
    amounts: Mapping[str, int]

    @property
    def difference(self) -> int:
        return max(self.amounts.values()) - min(self.amounts.values())


def balance(
    store: Path,
    played: Mapping[str, Recording],
    by_microphone: Recording,
    outbox: Sequence[str],
    delivered: Sequence[str],
) -> list[Line]:
    """Balance what the files held against what came of it.

    Parameters
    ----------
    played
        By source id, each heard once to its end.
    by_microphone
        Heard again and again, from its beginning at each opening.
    outbox
        The messages stored, read before the log: a running daemon may tell more at any moment.
    delivered
        The subscriber's log.
    """
    told = Counter(outbox)
    replayed = replay(store.parent.parent, len(outbox)) if outbox else []
    return [
        _samples(store, played),
        *_coughs(store, played, delivered, replayed),
        messages_line(outbox, delivered, replayed),
        Line("messages told twice", {"twice": sum(count > 1 for count in told.values()), "due": 0}),
        *_microphone_lines(store, by_microphone),
    ]


def replay(folder: Path, count: int) -> list[str]:
    """Ask a running daemon for all from the beginning."""
    got: list[str] = []
    with Subscriber(
        f"ipc://{folder}/events.sock", f"ipc://{folder}/replay.sock", since_seq=0
    ) as subscriber:
        for item in subscriber.messages(_PATIENCE_S):
            assert isinstance(item, Message), item
            got.append(item.raw)
            if len(got) == count:
                break
    return got


def _samples(store: Path, played: Mapping[str, Recording]) -> Line:
    rows = read(
        store,
        "SELECT state, sum(end_sample - start_sample) FROM coverage "
        f"WHERE source_id LIKE '{NIGHT}%' GROUP BY state",
    )
    by_state = dict(rows)
    return Line(
        "samples of files",
        {
            "played": sum(recording.samples for recording in played.values()),
            "monitored + accounted gaps": sum(by_state.values()),
        },
    )


def _coughs(
    store: Path,
    played: Mapping[str, Recording],
    delivered: Sequence[str],
    replayed: Sequence[str],
) -> list[Line]:
    stored: dict[str, dict[int, bool]] = defaultdict(dict)
    rows = read(store, "SELECT source_id, onset_sample, counted FROM events")
    for source_id, onset, counted in rows:
        stored[source_id][onset] = bool(counted)
    of_files = [row for row in rows if row[0].startswith(NIGHT)]
    wrong = sum(
        len(stored[source_id].items() ^ recording.events.items())
        for source_id, recording in played.items()
    )
    due = sum(recording.coughs for recording in played.values())
    return [
        Line(
            "coughs of files",
            {
                "played": due,
                "stored": sum(bool(counted) for _, _, counted in of_files),
                "delivered": _ends(delivered),
                "replayed": _ends(replayed),
            },
        ),
        Line("events that differ from an undisturbed hearing", {"stored": wrong, "due": 0}),
        Line(
            "events of files",
            {"stored": len(of_files), "different": sum(len(stored[one]) for one in played)},
        ),
    ]


def _ends(bodies: Sequence[str]) -> int:
    """Coughs told for the first time, of files."""
    parsed: list[dict[str, Any]] = [json.loads(body) for body in bodies]
    return len(
        {
            body["event_id"]
            for body in parsed
            if body.get("phase") == "end" and body["source"]["id"].startswith(NIGHT)
        }
    )


def messages_line(outbox: Sequence[str], delivered: Sequence[str], replayed: Sequence[str]) -> Line:
    """Count of each how many messages are what the store holds, in its order."""
    return Line(
        "messages, byte for byte in order",
        {
            "stored": len(outbox),
            "delivered": _alike(outbox, delivered),
            "replayed": _alike(outbox, replayed),
        },
    )


def _alike(outbox: Sequence[str], heard: Sequence[str]) -> int:
    """How many messages are the same, up to the first one that is not."""
    pairs = zip(outbox, heard, strict=False)
    return next(
        (place for place, (told, got) in enumerate(pairs) if told != got),
        min(len(outbox), len(heard)),
    )


def _microphone_lines(store: Path, recording: Recording) -> list[Line]:
    """Within what the store says was heard of the microphone, no cough is missing or too many."""
    stretches = read(
        store,
        "SELECT stretch_id, min(start_sample), max(end_sample), sum(end_sample - start_sample) "
        f"FROM coverage WHERE source_id = '{MICROPHONE}' AND state = 'ok' GROUP BY stretch_id",
    )
    compared: Counter[str] = Counter()
    for stretch_id, begin, end, covered in stretches:
        assert covered == end - begin, f"stretch {stretch_id} has a hole that nobody accounts for"
        rows = read(
            store, f"SELECT onset_sample FROM events WHERE counted AND stretch_id = '{stretch_id}'"
        )
        compared.update(compare(recording, begin, end, [onset for (onset,) in rows]))
    return [
        Line(
            "coughs of the microphone in the time heard",
            {"played": compared["played"], "stored": compared["found"]},
        ),
        Line(
            "coughs of the microphone that were not played",
            {"stored": compared["not played"], "due": 0},
        ),
    ]


def compare(recording: Recording, begin: int, end: int, stored: Sequence[int]) -> Mapping[str, int]:
    """Hold a stretch's coughs against the recording, which was played again and again from 0.

    Parameters
    ----------
    begin, end
        What was heard, in samples since the first lap began. At its edges nothing is due.
    stored
        Onsets of the coughs that count.
    """
    low, high = begin + _START_S * SAMPLE_RATE_HZ, end - _EDGE_S * SAMPLE_RATE_HZ
    played = [
        lap * recording.samples + onset
        for lap in range(end // recording.samples + 1)
        for onset, counted in recording.events.items()
        if counted
    ]
    due = [onset for onset in played if low <= onset < high]
    inside = [onset for onset in stored if low <= onset < high]
    return {
        "played": len(due),
        "found": _pairs(due, stored),
        "not played": len(inside) - _pairs(played, inside),
    }


def _pairs(some: Sequence[int], others: Sequence[int]) -> int:
    """How many have a partner among the others, each its own."""
    rest, pairs = sorted(others, reverse=True), 0
    for onset in sorted(some):
        while rest and rest[-1] < onset - _SAME_S * SAMPLE_RATE_HZ:
            rest.pop()
        if rest and rest[-1] <= onset + _SAME_S * SAMPLE_RATE_HZ:
            rest.pop()
            pairs += 1
    return pairs
