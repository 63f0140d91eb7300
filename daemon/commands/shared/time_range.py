"""`--since` and `--until`: a length of time, a date or a moment."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from ....config.errors import UsageError
from ....storage.reading.local_time import to_us, wall_time

_LENGTH = re.compile(r"([0-9]{1,9})([smhdw])")
_DATE = re.compile(r"[0-9]{4}-?[0-9]{2}-?[0-9]{2}")
_DATE_AND_TIME = re.compile(_DATE.pattern + "[Tt ].+")
_UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_NOON = time(12)
_FIRST = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = datetime(9000, 1, 1, tzinfo=UTC)


def is_length(text: str) -> bool:
    """Whether the text is a length of time, such as `24h`."""
    return _LENGTH.fullmatch(text.strip()) is not None


def is_date(text: str) -> bool:
    """Whether the text is a date without a time, such as `2026-11-20`."""
    return _DATE.fullmatch(text.strip()) is not None


def moment_of(
    option: str, text: str, now: datetime, zone: tzinfo, *, end: bool = False
) -> datetime:
    """Read `90m`, `24h`, `7d`, `2w` (before now), a date, or a date and time.

    A date is its first moment in the zone, or the moment after its last for `end`; a time
    without an offset is of the zone, by `wall_time`. `option` names the option in the error.

    Raises UsageError.
    """
    text = text.strip()
    length = _LENGTH.fullmatch(text)
    try:
        if length:
            moment = now - int(length[1]) * _UNITS[length[2]]
        elif _DATE.fullmatch(text):
            day = date.fromisoformat(text) + timedelta(days=1 if end else 0)
            moment = datetime.combine(day, time())
        else:
            moment = _date_and_time(text)
        if moment.tzinfo is None:
            moment = wall_time(moment, zone)
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError) as exc:
        raise UsageError(
            f"{option} {text!r} is no time; write 24h, 7d, 2026-11-20 or 2026-11-20T22:00"
        ) from exc
    if not _FIRST <= moment <= _LAST:
        raise UsageError(f"{option} {text!r} is out of reach; years from 1970 to 9000 are known")
    return moment.astimezone(zone)


def noon_of(moment: datetime, text: str) -> datetime:
    """Give the edge of a night where `text` is a date, as a night has that of its evening.

    `moment` is what `moment_of` made of the text; anything but a date stays that.
    """
    return datetime.combine(moment.date(), _NOON, moment.tzinfo) if is_date(text) else moment


def _date_and_time(text: str) -> datetime:
    # Python would read a week for its Monday, and 2026-11-20+01:00 for one o'clock.
    if not _DATE_AND_TIME.fullmatch(text):
        raise ValueError(text)
    return datetime.fromisoformat(text)


def check_times(since: str | None, until: str | None, now: datetime) -> None:
    """Raise UsageError where an option that was given is no time, before a store is sought."""
    for option, text in (("--since", since), ("--until", until)):
        if text is not None:
            moment_of(option, text, now, UTC)


def range_of(
    since: str | None, until: str | None, now: datetime, zone: tzinfo, *, of_nights: bool = False
) -> tuple[datetime | None, datetime | None]:
    """Read both options, None where one was not given; UsageError, also where they are swapped.

    Of nights, a date is the noon of that day.
    """
    start = end = None
    if since is not None:
        start = moment_of("--since", since, now, zone)
        start = noon_of(start, since) if of_nights else start
    if until is not None:
        end = moment_of("--until", until, now, zone, end=True)
        end = noon_of(end, until) if of_nights else end
    if start is not None and end is not None:
        check_order(start, since, end, until)
    return start, end


def check_order(start: datetime, since: str | None, end: datetime, until: str | None) -> None:
    """Raise UsageError where the moment read from `until` is before the one from `since`.

    `since` is None where it was not given.
    """
    if to_us(end) >= to_us(start):
        return
    if since is None:
        raise UsageError(
            f"--until {until} is before the time that is shown without --since; add --since"
        )
    raise UsageError(f"--until {until} is before --since {since}; swap them")
