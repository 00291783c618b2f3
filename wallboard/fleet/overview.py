"""A fleet as somebody sees it who asks the bus: its members, its leases, its streams."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

from wallboard.clock import running
from wallboard.fleet import names
from wallboard.fleet.bus import Bus, BusError, StreamState
from wallboard.fleet.bus_streams import stream_plans
from wallboard.fleet.lease import member_in
from wallboard.fleet.names import BoardNames
from wallboard.fleet.presence import Member, members_of
from wallboard.fleet_settings import FleetSettings
from wallboard.frozen import frozen

MOST_PLACES = 64
CONNECT_SECONDS = 5.0
MOST_AHEAD_SECONDS = 2.0
"""Between the clock of the bus and that of this machine; more is worth a word."""


@frozen(kw_only=True)
class HeldLease:
    """Who polls from a place, or ``decides`` about alarms; ``age`` is seconds since its renewal."""

    place: str
    holder: str
    age: float
    decides: bool = False


@frozen(kw_only=True)
class Overview:
    """A fleet at one moment. ``ahead`` is by how many seconds the clock of the bus is ahead.

    ``error`` is why there is nothing else, ``problems`` what is not as it should be, as sentences.
    """

    board: str
    address: str = ""
    version: str = ""
    error: str = ""
    secure: bool = False
    round_trip: float = 0.0
    ahead: float = 0.0
    lease_seconds: float = 0.0
    members: Sequence[Member] = ()
    leases: Sequence[HeldLease] = ()
    """Those to poll, and that to decide about alarms where there are several places."""
    streams: Sequence[StreamState] = ()
    problems: Sequence[str] = ()


async def overview(bus: Bus, title: str, board: BoardNames, now: float) -> Overview:
    """What the bus says, or why it does not; ``now`` is Unix time when this is called."""
    began = running()
    try:
        async with _connected(bus):
            return await _seen(bus, title, board, now - began)
    except BusError as error:
        why = str(error)
        problem = f"{why[:1].upper()}{why[1:].rstrip('.')}."
        return Overview(board=title, address=bus.status.address, error=why, problems=[problem])


async def make_mirrors(settings: FleetSettings) -> Sequence[str]:
    """Have the server mirror the streams of ``domain``; what was made. Raises ``BusError``."""
    bus = Bus(settings, name="wallboard fleet mirror", writes=False)
    async with _connected(bus):
        return await bus.make_mirrors(settings.domain)


@asynccontextmanager
async def _connected(bus: Bus) -> AsyncIterator[None]:
    """Raises ``BusError`` if that takes too long."""
    connected = asyncio.Event()

    async def reached() -> None:
        connected.set()

    bus.on_connected(reached)
    task = asyncio.create_task(bus.run())
    try:
        with suppress(TimeoutError):
            await asyncio.wait_for(connected.wait(), CONNECT_SECONDS)
        if not bus.status.connected:
            raise BusError(bus.status.error or "the bus does not answer")
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _seen(bus: Bus, title: str, board: BoardNames, offset: float) -> Overview:
    """Raises ``BusError``. ``offset`` makes Unix time of what ``running`` says."""
    round_trip = await bus.round_trip()
    plans = stream_plans(bus.settings.lease)
    asked = running() + offset
    clock = (await bus.stream(plans[0].name)).clock
    ahead = clock - (asked + running() + offset) / 2 if clock else 0.0
    found = await asyncio.gather(*(bus.stream(plan.name) for plan in plans), return_exceptions=True)
    leases = await _leases(bus, board, clock)
    missing = [
        f"The bus has no {plan.name}: {one}."
        for plan, one in zip(plans, found, strict=True)
        if isinstance(one, BusError)
    ]
    return Overview(
        board=title,
        address=bus.status.address,
        version=bus.status.version,
        secure=bus.status.secure,
        round_trip=round_trip,
        ahead=ahead,
        lease_seconds=bus.lease_seconds,
        members=await members_of(bus, board),
        leases=leases,
        streams=[one for one in found if isinstance(one, StreamState)],
        problems=[*missing, *await _problems(bus, board, leases, ahead)],
    )


async def _problems(
    bus: Bus, board: BoardNames, leases: Sequence[HeldLease], ahead: float
) -> Sequence[str]:
    """Raises ``BusError``."""
    settings, found = bus.settings, list[str]()
    if not any(one.place == board.place and not one.decides for one in leases):
        found.append("Nobody polls: no collector holds the lease.")
    if settings.collect and not await bus.may_store(board.observations):
        found.append(
            "This user may not publish polls: use that of a collector, or set `collect` to false."
        )
    if settings.collect and settings.lease != bus.lease_seconds:
        found.append(
            f"`lease` is {settings.lease:g} s, but on the bus it lasts {bus.lease_seconds:g} s: "
            f"delete the bucket {names.LEASE} to have it made anew."
        )
    if abs(ahead) > MOST_AHEAD_SECONDS:
        where = "ahead of" if ahead > 0 else "behind"
        found.append(f"The clock of the bus is {abs(ahead):.0f} s {where} that of this machine.")
    return found


async def _leases(bus: Bus, board: BoardNames, clock: float) -> Sequence[HeldLease]:
    keys = (await bus.keys(names.LEASE, f"{board.board}."))[:MOST_PLACES]
    found = []
    for key in keys:
        kept = await bus.entry(names.LEASE, key)
        if kept and kept.data is not None:
            decides = key == board.alarms_key
            place = "" if decides else key.removeprefix(f"{board.board}.")
            holder, age = member_in(kept.data), max(0.0, clock - kept.at)
            found.append(HeldLease(place=place, holder=holder, age=age, decides=decides))
    return found
