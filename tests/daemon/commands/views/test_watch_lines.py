from __future__ import annotations

import json
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from coughd.daemon.commands.views.watch_lines import text_line
from coughd.daemon.stream.items import Message

KATHMANDU = ZoneInfo("Asia/Kathmandu")


def line(topic: str, **body: Any) -> str:
    fields = {"source": {"id": "mic", "name": "Bedroom"}, **body}
    return text_line(Message(topic, 1, fields, json.dumps(fields)), KATHMANDU)


COUGH = {
    "onset": "2026-11-21T20:24:00.123456Z",
    "phase": "end",
    "revision": 1,
    "label": "cough",
    "probability": 0.9731,
    "level_dbfs": -21.44,
    "snr_db": 18.06,
    "reason": None,
    "scored_by": "open",
    "epoch_id": "0199f3a0-0000-7000-8000-00000000beef",
}


def test_a_cough_has_its_sites_time_source_label_scores_and_epoch() -> None:
    assert line("cough.event.end.home.mic", **COUGH) == (
        "2026-11-22 02:09:00.123  Bedroom   "
        "cough         0.973   -21.4 dBFS  SNR 18.1 dB  epoch beef"
    )


def test_the_second_passage_of_an_hour_is_told_from_the_first() -> None:
    def shown(onset: str) -> str:
        body = {**COUGH, "onset": onset, "source": {"name": "Bed"}}
        told = Message("cough.event.end.home.mic", 1, body, json.dumps(body))
        return text_line(told, ZoneInfo("Europe/Zurich")).partition("  ")[0]

    assert [shown(f"2026-10-25T{at}:30:00.5Z") for at in ("00", "01", "02")] == [
        "2026-10-25 02:30:00.500",
        "2026-10-25 02:30:00.500+0100",
        "2026-10-25 03:30:00.500",
    ]


@pytest.mark.parametrize("onset", ["soon", "0001-01-01T00:00:00+14:00"])
def test_a_time_that_is_none_is_a_dash(onset: str) -> None:
    assert line("cough.event.end.home.mic", **{**COUGH, "onset": onset}).startswith(
        f"{'-':<23}  Bedroom"
    )


def test_what_was_not_counted_says_why() -> None:
    rejected = {
        **COUGH,
        "label": "laugh",
        "probability": 0.2,
        "reason": "below_threshold",
        "threshold": 0.67,
        "gate_score": 0.95,
        "window": "complete",
        "scores": {"cough": 0.2, "speech": 0.2, "laugh": 0.5, "other": 0.1},
    }
    shown = line("cough.event.cancel.home.mic", **{**rejected, "epoch_id": None})
    assert shown.endswith(
        "SNR 18.1 dB  not counted: below_threshold "
        "(0.200 < 0.670; laugh 0.500, speech 0.200; gate 0.950)"
    )


def test_an_update_says_whose_score_it_has() -> None:
    shown = line(
        "cough.event.update.home.mic",
        **{**COUGH, "phase": "update", "revision": 2, "scored_by": "hear"},
    )
    assert "revision 2, scored by hear" in shown


def test_a_score_that_was_not_made_is_a_dash() -> None:
    shown = line("cough.event.end.home.mic", **{**COUGH, "probability": None})
    assert "cough             -   -21.4 dBFS" in shown


@pytest.mark.parametrize(
    ("topic", "body", "end"),
    [
        (
            "source.down.home.mic",
            {"at": "2026-11-21T20:24:00Z", "state": "down", "detail": "The microphone is gone."},
            "2026-11-22 02:09:00.000  Bedroom   down: The microphone is gone.",
        ),
        (
            "cough.epoch.end.home.mic",
            {"onset": "2026-11-21T20:24:00Z", "coughs": 3, "epoch_id": "abcdef"},
            "epoch of 3 ended  epoch cdef",
        ),
        (
            "review.changed.home.mic",
            {"reviewed_at": "2026-11-21T20:24:00Z", "verdict": "reject", "reviewer": "Ann"},
            "2026-11-22 02:09:00.000  Bedroom   reject by Ann",
        ),
        ("of.a.later.version", {}, "of.a.later"),
    ],
)
def test_the_other_messages_have_their_lines(topic: str, body: dict[str, Any], end: str) -> None:
    assert line(topic, **body).endswith(end)


def test_a_name_cannot_steer_the_terminal() -> None:
    shown = line("cough.event.end.home.mic", **{**COUGH, "source": {"name": "\x1b[2J\n"}})
    assert "\x1b" not in shown
    assert "\n" not in shown
