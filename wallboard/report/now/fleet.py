"""A fleet as text or JSON: its bus, who polls, its members, and what the bus keeps."""

import json
from collections.abc import Iterator
from typing import Any

from wallboard.domain.policy import Level
from wallboard.fleet.overview import Overview
from wallboard.report.words.figures import age, iso
from wallboard.report.words.table import table

_FIGURES = frozenset({"TERM", "LAG", "POINTS", "MESSAGES", "SIZE", "LIMIT"})


def fleet_level(fleet: Overview) -> Level:
    """How it is: critical without the bus, a warning if nobody polls or something is not right."""
    if fleet.error:
        return Level.CRITICAL
    return Level.WARNING if fleet.problems else Level.OK


def fleet_text(fleet: Overview) -> Iterator[str]:
    """Line by line; every text of others has been cleaned."""
    yield f"Board    {fleet.board}"
    if fleet.error:
        yield f"Bus      {fleet.error}"
        return
    yield (
        f"Bus      {fleet.address}, nats-server {fleet.version}, "
        f"{'TLS' if fleet.secure else 'no TLS'}, "
        f"round trip {fleet.round_trip * 1000:.1f} ms"
    )
    for lease in fleet.leases:
        place = "alarms" if lease.decides else lease.place
        yield (
            f"Lease    {place}: {lease.holder}, renewed {age(lease.age)} ago, "
            f"lasts {fleet.lease_seconds:g}s"
        )
    yield ""
    yield from _members(fleet)
    yield ""
    yield from _streams(fleet)
    if fleet.problems:
        yield ""
        yield from fleet.problems


def _members(fleet: Overview) -> list[str]:
    return table(
        ("MEMBER", "VANTAGE", "ROLE", "TERM", "LAG", "POINTS", "VERSION"),
        [
            (
                one.member,
                one.vantage or "–",
                one.role,
                str(one.term or "–"),
                "–" if one.lag_seconds is None else f"{one.lag_seconds:.1f}s",
                str(one.entry_points),
                one.version,
            )
            for one in fleet.members
        ],
        right=_FIGURES,
    )


def _streams(fleet: Overview) -> list[str]:
    return table(
        ("STREAM", "MESSAGES", "SIZE", "LIMIT", "KEEPS"),
        [
            (
                one.name,
                str(one.messages),
                _size(one.size),
                _size(one.largest) if one.largest else "none",
                age(one.seconds) if one.seconds else "the last",
            )
            for one in fleet.streams
        ],
        right=_FIGURES,
    )


def fleet_json(fleet: Overview, at: float) -> str:
    """One document; ``null`` is what is not known."""
    return json.dumps(_document(fleet, at), indent=1, allow_nan=False)


def _document(fleet: Overview, at: float) -> dict[str, Any]:
    return {
        "at": iso(at),
        "level": fleet_level(fleet).label,
        "board": fleet.board,
        "problems": list(fleet.problems),
        "bus": {
            "connected": not fleet.error,
            "address": fleet.address or None,
            "version": fleet.version or None,
            "tls": fleet.secure if fleet.address else None,
            "round_trip_seconds": round(fleet.round_trip, 6) if fleet.address else None,
            "clock_ahead_seconds": round(fleet.ahead, 3) if fleet.address else None,
        },
        "leases": [
            {
                "place": one.place or None,
                "decides": one.decides,
                "holder": one.holder,
                "age_seconds": round(one.age, 3),
                "lasts_seconds": fleet.lease_seconds,
            }
            for one in fleet.leases
        ],
        "members": [
            {
                "member": one.member,
                "vantage": one.vantage or None,
                "role": one.role,
                "holds_lease": one.holds,
                "term": one.term or None,
                "lag_seconds": one.lag_seconds,
                "entry_points": one.entry_points,
                "version": one.version,
            }
            for one in fleet.members
        ],
        "streams": [
            {
                "name": one.name,
                "messages": one.messages,
                "bytes": one.size,
                "max_bytes": one.largest or None,
                "max_age_seconds": one.seconds or None,
                "mirror": bool(one.mirror),
            }
            for one in fleet.streams
        ],
    }


def _size(count: int) -> str:
    size = float(count)
    for unit in ("B", "KiB", "MiB"):
        if size < 1024:
            return f"{size:.0f} {unit}"
        size /= 1024
    return f"{size:.1f} GiB"
