"""Moments and spans as a report writes them: for machines in UTC, for people in local time."""

from datetime import UTC, datetime


def moment(at: float) -> str:
    """Unix time in seconds as ``2026-11-22 14:05:01 UTC (15:05:01 +01:00)``.

    The local date is written out where it is another one.
    """
    universal = datetime.fromtimestamp(at, UTC)
    local = universal.astimezone()
    form = "%H:%M:%S" if local.date() == universal.date() else "%Y-%m-%d %H:%M:%S"
    return f"{universal:%Y-%m-%d %H:%M:%S} UTC ({local.strftime(form)} {_offset(local)})"


def moments(at: float) -> tuple[str, str]:
    """The same for two columns of a table: ``2026-11-22 14:05:01`` and ``15:05:01 +01:00``."""
    universal = datetime.fromtimestamp(at, UTC)
    local = universal.astimezone()
    return f"{universal:%Y-%m-%d %H:%M:%S}", f"{local:%H:%M:%S} {_offset(local)}"


def iso(at: float) -> str:
    """The same in ISO 8601 with its offset from UTC, for programs."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")


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
