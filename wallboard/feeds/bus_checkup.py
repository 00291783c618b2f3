"""Looks at the bus of a fleet for the doctor: whether it is reached, and is as it should be."""

from collections.abc import Callable

from wallboard.domain.doctor import Finding, Step
from wallboard.domain.policy import Level
from wallboard.settings import Settings


async def bus_finding(settings: Settings, clock: Callable[[], float]) -> Finding:
    """What the bus says; ``clock`` is Unix time in seconds."""
    from wallboard.fleet.bus import Bus
    from wallboard.fleet.names import names_of, title_of
    from wallboard.fleet.overview import overview

    bus = Bus(settings.fleet, name="wallboard doctor", writes=False)
    found = await overview(bus, title_of(settings), names_of(settings), clock())
    facts = {
        "address": found.address or None,
        "version": found.version or None,
        "tls": found.secure,
        "clock_ahead_seconds": round(found.ahead, 3) if not found.error else None,
        "members": len(found.members),
        "holders": tuple(one.holder for one in found.leases if not one.decides),
    }
    if found.problems:
        words = " ".join(found.problems)
        return Finding(Step.BUS, Level.WARNING, words, facts=facts)
    who = ", ".join(one.holder for one in found.leases if not one.decides)
    count = len(found.members)
    words = (
        f"{found.address}: nats-server {found.version}, {'TLS' if found.secure else 'no TLS'}; "
        f"{who} polls, {count} {'member' if count == 1 else 'members'}."
    )
    return Finding(Step.BUS, Level.OK, words, elapsed_seconds=found.round_trip, facts=facts)
