"""Figures, times and spans of time in words."""

import time
from datetime import UTC, datetime

from wallboard.domain.time_span import UNKNOWN, span

_SPOKEN = {
    86_400: ("day", "hour", 3600),
    3600: ("hour", "minute", 60),
    60: ("minute", "second", 1),
}


MOST_SECONDS = 999 * 86_400
"""Of a span that is told as it is."""


def age(seconds: float) -> str:
    """How long something has been so, in at most five characters: ``36s``, ``13m``, ``2h07m``.

    It changes at most once a minute after the first, since each change is sent over the link.
    """
    whole = int(min(max(0.0, seconds), MOST_SECONDS))
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m"
    if whole < 36_000:
        return f"{whole // 3600}h{whole % 3600 // 60:02}m"
    return f"{whole // 3600}h" if whole < 172_800 else f"{whole // 86_400}d"


def span_in_words(seconds: float) -> str:
    """A span of time in words for somebody who listens: ``45 seconds``, ``2 hours 3 minutes``."""
    whole = int(min(max(0.0, seconds), MOST_SECONDS) + 0.5)
    for unit, (name, smaller, part) in _SPOKEN.items():
        if whole >= unit:
            count, rest = divmod(whole, unit)
            more = f" {_counted(rest // part, smaller)}" if rest // part else ""
            return f"{_counted(count, name)}{more}"
    return _counted(whole, "second")


def _counted(count: int, unit: str) -> str:
    return f"{count} {unit}{'' if count == 1 else 's'}"


def figure(value: int | None, unknown: str = UNKNOWN) -> str:
    """A count as it is, or a dash where nothing is known."""
    return unknown if value is None else str(value)


def wait(seconds: float | None, unknown: str = UNKNOWN) -> str:
    """An estimated wait, or a dash where nothing is known."""
    return unknown if seconds is None else span(seconds, unknown)


def moment(at: float) -> str:
    """Unix time in seconds as ``2026-11-22 14:05:01 UTC (15:05:01 +01:00)``.

    The local date is written out where it is another one.
    """
    universal = datetime.fromtimestamp(at, UTC)
    local = universal.astimezone()
    form = "%H:%M:%S" if local.date() == universal.date() else "%Y-%m-%d %H:%M:%S"
    return f"{universal:%Y-%m-%d %H:%M:%S} UTC ({local.strftime(form)} {_offset(local)})"


def moments(at: float, zone: str) -> tuple[str, str]:
    """The same for two columns of a table: ``2026-11-22 14:05:01`` and ``15:05:01``.

    ``zone`` is what the heading says; a time with another offset (summer time) carries its own.
    """
    universal = datetime.fromtimestamp(at, UTC)
    local = universal.astimezone()
    own = "" if zone_of(at) == zone else f" {_offset(local)}"
    return f"{universal:%Y-%m-%d %H:%M:%S}", f"{local:%H:%M:%S}{own}"


def moment_in(at: float, zone: str) -> str:
    """The same as one text, ``2026-11-22 14:05:01 (15:05:01)``, where a heading says the zone."""
    return "{} ({})".format(*moments(at, zone))


def window_in(since: float, until: float) -> str:
    """From when to when, with both zones once, as a heading for what follows.

    ``2026-11-22 14:05:01 to 15:05:01 UTC (15:05:01 to 16:05:01 LOCAL +01:00)``, with the dates
    where they are needed.
    """
    ends = [datetime.fromtimestamp(at, UTC) for at in (since, until)]
    local = [at.astimezone() for at in ends]
    own = "" if _offset(local[0]) == _offset(local[1]) else f" {_offset(local[0])}"
    form = "%H:%M:%S" if {at.date() for at in local} == {ends[0].date()} else "%Y-%m-%d %H:%M:%S"
    first, last = (at.strftime(form) for at in local)
    return (
        f"{ends[0]:%Y-%m-%d %H:%M:%S} to {ends[1]:%Y-%m-%d %H:%M:%S} UTC"
        f" ({first}{own} to {last} LOCAL {_offset(local[1])})"
    )


def zone_of(at: float) -> str:
    """The offset of local time from UTC at a moment: ``+01:00``."""
    return _offset(datetime.fromtimestamp(at, UTC).astimezone())


def iso(at: float) -> str:
    """The same in ISO 8601 with its offset from UTC, for programs."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")


def repeated_hour(at: float) -> str:
    """The offset from UTC, after a space, where clocks show this time twice; else empty."""
    local = datetime.fromtimestamp(at)  # noqa: DTZ006 - the time of this machine
    if local.replace(fold=1 - local.fold).timestamp() == local.timestamp():
        return ""
    return f" {local.astimezone().isoformat()[-6:]}"


def clock(at: float, now: float) -> str:
    """Local time of day, with the date before it unless that is today's."""
    moment, today = time.localtime(at), time.localtime(now)
    form = "%H:%M:%S" if moment[:3] == today[:3] else "%d %b %H:%M:%S"
    return time.strftime(form, moment)


def clock_in(at: float, now: float, zone: str) -> str:
    """The same where a heading says the zone; with its own offset if that is another one."""
    own = zone_of(at)
    return clock(at, now) if own == zone else f"{clock(at, now)} {own}"


def minute(at: float, now: float) -> str:
    """Local time to the minute, with the date before it unless it is that of ``now``."""
    moment, today = time.localtime(at), time.localtime(now)
    return time.strftime("%H:%M" if moment[:3] == today[:3] else "%d %b %H:%M", moment)


def local_iso(at: float) -> str:
    """The same in local time, in ISO 8601 with its offset, for people who read line by line."""
    return datetime.fromtimestamp(at).astimezone().isoformat(timespec="seconds")


def times(name: str, at: float | None) -> dict[str, str | float | None]:
    """A moment twice: in ISO 8601, and under a name of its own as Unix time in seconds."""
    if at is None:
        return {name: None, f"{name}_unix": None}
    return {name: iso(at), f"{name}_unix": round(at, 3)}


def _offset(local: datetime) -> str:
    text = local.strftime("%z")
    return f"{text[:3]}:{text[3:5]}"
