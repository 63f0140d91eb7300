"""One message, one line for a person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from ....config.as_text import in_one_line
from ...stream.items import Message
from ...why import why_not
from .moments import CELLS, to_millisecond

HEADINGS = "  ".join(
    (
        f"{'time':<{CELLS}}",
        f"{'source':<8}",
        f"{'label':<12}",
        "P    ",
        f"{'level':>11}",
        "above noise",
    )
)
"""Of the lines that tell events."""


def text_line(message: Message, zone: ZoneInfo) -> str:
    """Write the time in `zone`, the source, and what happened."""
    body = message.body
    when = body.get("onset") or body.get("at") or body.get("reviewed_at")
    cells = [_local_time(when, zone), f"{_source_name(body):<8}", _what(message)]
    return in_one_line("  ".join(cells).rstrip())


def _what(message: Message) -> str:
    kind = ".".join(message.topic.split(".")[:3])
    if kind.startswith("cough.event."):
        return _event(message.body)
    if kind == "cough.epoch.end":
        return f"epoch of {message.body.get('coughs')} ended{_epoch(message.body)}"
    if kind.startswith("source."):
        return f"{message.body.get('state')}: {message.body.get('detail')}"
    if kind.startswith("review."):
        return f"{message.body.get('verdict')} by {message.body.get('reviewer')}"
    return kind


def _event(body: Mapping[str, object]) -> str:
    cells = [
        f"{body.get('label')!s:<12}",
        _number(body, "probability", "{:5.3f}", "    -"),
        _number(body, "level_dbfs", "{:6.1f} dBFS", "          -"),
        _number(body, "snr_db", "SNR {:4.1f} dB", ""),
    ]
    if body.get("phase") == "update":
        cells.append(f"revision {body.get('revision')}, scored by {body.get('scored_by')}")
    if body.get("reason"):
        cells.append(f"not counted: {_why_not(body)}")
    return "  ".join(cells) + _epoch(body)


def _why_not(body: Mapping[str, object]) -> str:
    scores = body.get("scores")
    return why_not(
        reason=str(body.get("reason")),
        probability=_float(body, "probability"),
        threshold=_float(body, "threshold"),
        gate_score=_float(body, "gate_score"),
        scores=scores if isinstance(scores, dict) else {},
        window=str(body.get("window")) if body.get("window") else None,
    )


def _float(body: Mapping[str, object], key: str) -> float | None:
    value = body.get(key)
    return float(value) if isinstance(value, int | float) else None


def _epoch(body: Mapping[str, object]) -> str:
    # The last digits of a uuid7 are the random ones.
    epoch_id = body.get("epoch_id")
    return f"  epoch {str(epoch_id)[-4:]}" if epoch_id else ""


def _number(body: Mapping[str, object], key: str, form: str, missing: str) -> str:
    value = body.get(key)
    return form.format(value) if isinstance(value, int | float) else missing


def _source_name(body: Mapping[str, object]) -> str:
    source = body.get("source")
    return str(source.get("name", "-")) if isinstance(source, dict) else "-"


def _local_time(when: object, zone: ZoneInfo) -> str:
    try:
        return to_millisecond(datetime.fromisoformat(str(when)).astimezone(zone))
    except (ValueError, OverflowError):
        return f"{'-':<{CELLS}}"
