"""A moment as an operator writes it: ``14:32``, ``yesterday 14:32``, ``-2h``; or one to come."""

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from datetime import time as time_of_day

FORMS = "14:32, 14:32:10, 2026-11-21 14:32, 2026-11-21 14:32+01:00, yesterday 14:32, -2h or -90s"
"""How a moment can be written, for help and errors."""

FORMS_TO_COME = "15m, 4h, 1h30m, 18:00, tomorrow 08:00 or 2026-11-21 18:00+01:00"
"""How a moment to come can be written."""

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400}
_SPAN = re.compile(r"-?\s*((?:\d{1,9}\s*[smhdw]\s*)+)")
_PART = re.compile(r"(\d+)\s*([smhdw])")
_CLOCK = re.compile(
    r"(?:(?P<day>today|yesterday|\d{4}-\d{1,2}-\d{1,2})(?:[t\s]\s*|$))?"
    r"(?:(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?P<part>\.\d{1,6})?)?)?"
    r"\s*(?P<offset>z|utc|[+-]\d{2}:?\d{2})?"
)


class MomentError(ValueError):
    """A text that says no moment; the message is for whoever wrote it."""


def moment(text: str, now: float, zone: tzinfo | None = None) -> float:
    """The moment that a text means, Unix time in seconds; ``now`` is the same.

    Times are those of ``zone``, or of this machine, unless the text has an offset of its own. A
    time without a date is the last one there was, a date without a time its midnight. Of an hour
    that a day has twice the first is meant, and one that it lacks goes by the offset before, as
    RFC 5545 has it. Raises ``MomentError``.
    """
    written = text.strip().lower()
    if written == "now":
        return now
    if span := _SPAN.fullmatch(written):
        at = now - _seconds(span[1])
    else:
        at = _by_clock(text, written, now, zone)
    if at < 0:
        raise MomentError(f"{text.strip()!r} is older than any recording.")
    return at


def moment_to_come(text: str, now: float, zone: tzinfo | None = None) -> float:
    """The moment after ``now`` that a text means; both are Unix time in seconds.

    A time without a date is the next one there will be. Raises ``MomentError``.
    """
    written = text.strip().lower().removeprefix("until ").strip()
    if (span := _SPAN.fullmatch(written)) and not written.startswith("-"):
        at = now + _seconds(span[1])
    else:
        at = _next_by_clock(text, written, now, zone)
    if at <= now:
        raise MomentError(f"{text.strip()!r} is not in the future.")
    return at


def _next_by_clock(text: str, written: str, now: float, zone: tzinfo | None) -> float:
    if written.startswith("tomorrow"):
        tomorrow = datetime.fromtimestamp(now, zone).date() + timedelta(days=1)
        written = written.replace("tomorrow", tomorrow.isoformat(), 1)
    found = _CLOCK.fullmatch(written)
    try:
        # Without a date, the first one that will have been the last there was.
        hours = range(1 if found and found["day"] else 27)
        looks = (_by_clock(text, written, now + hour * 3600, zone) for hour in hours)
        return next((at for at in looks if at > now), now)
    except MomentError as error:
        raise MomentError(str(error).replace(FORMS, FORMS_TO_COME)) from None


def _seconds(span: str) -> int:
    return sum(int(number) * _SECONDS[unit] for number, unit in _PART.findall(span))


def _by_clock(text: str, written: str, now: float, zone: tzinfo | None) -> float:
    found = _CLOCK.fullmatch(written)
    if found is None or not (found["day"] or found["hour"]):
        raise MomentError(f"not a time: {text.strip()!r}; use {FORMS}.")
    zone = _offset(text, found["offset"]) if found["offset"] else zone
    today = datetime.fromtimestamp(now, zone).date()
    try:
        day, clock = _day(found["day"], today), _clock(found)
        at, again = (
            datetime.combine(day, clock.replace(fold=fold), zone).timestamp() for fold in (0, 1)
        )
        if found["day"] is None and at < again <= now:
            at = again
        elif found["day"] is None and at > now:
            at = datetime.combine(day - timedelta(days=1), clock, zone).timestamp()
    except (ValueError, OverflowError):
        raise MomentError(f"{text.strip()!r}: no such date or time.") from None
    return at


def _day(written: str | None, today: date) -> date:
    if written is None or written == "today":
        return today
    if written == "yesterday":
        return today - timedelta(days=1)
    year, month, day = map(int, written.split("-"))
    return date(year, month, day)


def _clock(found: re.Match[str]) -> time_of_day:
    hour, minute, second = (int(found[name] or 0) for name in ("hour", "minute", "second"))
    return time_of_day(hour, minute, second, round(float(found["part"] or 0) * 1_000_000))


def _offset(text: str, written: str) -> timezone:
    if written in {"z", "utc"}:
        return UTC
    hours, minutes = int(written[1:3]), int(written[-2:])
    offset = timedelta(hours=hours, minutes=minutes)
    try:
        return timezone(-offset if written[0] == "-" else offset)
    except ValueError:
        raise MomentError(f"{text.strip()!r}: no time zone is {written} from UTC.") from None
