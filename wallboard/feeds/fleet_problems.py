"""What hinders a member of a fleet, in sentences."""

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from wallboard.clock import running
from wallboard.domain.foreign_text import brief
from wallboard.feeds import FleetStatus
from wallboard.fleet_settings import FleetSettings

if TYPE_CHECKING:
    from wallboard.fleet.lease import Lease

AWAY_SECONDS = 2.0
"""A bus that has not been away for longer is not mentioned."""

SILENT_SECONDS = 5.0
"""Whoever has the lease says something each second."""


def fleet_problems(
    fleet: FleetSettings,
    status: FleetStatus,
    *,
    lease: "Lease",
    unsent: str,
    silent_since: float | None,
    now: float,
) -> Iterator[str]:
    """What is wrong with the bus, or with whoever polls.

    ``unsent`` is why polls of this member do not reach the others. ``silent_since`` is since when
    nothing was heard of others, unless this member polls; it and ``now`` are Unix time.
    """
    unanswered = running() - lease.answered_at
    if not status.connected:
        if status.alone or now - status.since > AWAY_SECONDS:
            since = status.since if status.connections else None
            yield _away(fleet, status, since, status.error)
    elif lease.problem and unanswered > lease.lasts / 2:
        # A connection to a bus that stands still looks well for a while.
        yield _away(fleet, status, now - unanswered, lease.problem)
    elif unsent:
        yield f"Others do not get what is polled here: {brief(unsent)}. Retrying."
    elif silent_since is not None and now - silent_since > SILENT_SECONDS:
        yield _silent(fleet, status, silent_since)
    if status.denied and status.connected:
        yield f"Some of what others send is not seen here: {brief(status.denied)}."
    if lease.lasts != fleet.lease and status.connected:
        yield (
            f"A lease on this bus lasts {lease.lasts:g} s, not {fleet.lease:g} s as set here; "
            "it must be the same for all members."
        )


def _away(fleet: FleetSettings, status: FleetStatus, since: float | None, error: str) -> str:
    moment = "" if since is None else f" since {_time(since)}"
    error = error.removeprefix(f"{status.address}: ")
    why = f": {brief(error)}" if error else ""
    said = f"The bus {brief(status.address)} has not answered{moment}{why}. "
    if status.alone:
        return said + "This member polls alone; others may poll, too."
    if status.holds:
        return said + "This member polls until its lease ends."
    if fleet.collect and fleet.poll_alone:
        return said + "This member is about to poll alone."
    return said + ("This member does not poll without its lease." if fleet.collect else "Retrying.")


def _silent(fleet: FleetSettings, status: FleetStatus, since: float) -> str:
    if status.holds:
        return f"This member has the lease since {_time(since)} and is about to poll."
    if status.holder:
        return f"{status.holder} has the lease, and was not heard since {_time(since)}."
    who = "" if fleet.collect else ": no collector is on the bus"
    return f"Nobody polls since {_time(since)}{who}."


def _time(moment: float) -> str:
    return time.strftime("%H:%M:%S", time.localtime(moment))
