"""Random faults of a fleet of real processes, and what must hold afterwards."""

import random
import signal
import sys
import time

from tests.fleet.world import (
    INTERVAL_SECONDS,
    LEASE_SECONDS,
    World,
    ledger_rows,
    not_recorded,
    polled_twice,
)


def started(world: World, count: int = 3) -> str:
    """The name of the member that polls, once all of them run."""
    for member in world.members[:count]:
        member.start()
    return world.until_polled()


def live_through(world: World, chances: random.Random, faults: int) -> None:
    """Have things break and mend again in any order, and check what is left of it."""
    started(world)
    for _ in range(faults):
        break_something(world, chances)
        time.sleep(chances.uniform(0.5, 3.0))
    heal(world)
    world.until_polled()
    time.sleep(2 * LEASE_SECONDS)
    healed = time.time()
    time.sleep(8 * INTERVAL_SECONDS)
    ended = time.time()
    time.sleep(2 * INTERVAL_SECONDS)
    assert len({one.member for one in world.polls() if one.at > time.time() - 1}) == 1
    for member in world.members:
        assert member.stop() == 0, member.log()
    check(world, healed, ended)


def break_something(world: World, chances: random.Random) -> None:
    member = chances.choice(world.members)
    kind = chances.choice(["kill", "stop", "cut", "one way", "bus", "wipe"])
    print(f"{time.time():.3f} {kind} {member.name}", file=sys.stderr)
    if kind == "kill":
        member.kill()
        time.sleep(chances.uniform(0, 2))
        member.start()
    elif kind == "stop":
        member.signal(signal.SIGSTOP)
        time.sleep(chances.uniform(0.5, 2 * LEASE_SECONDS))
        member.signal(signal.SIGCONT)
    elif kind == "cut":
        world.network.cut(member.host)
        time.sleep(chances.uniform(0.2, 2 * LEASE_SECONDS))
        world.network.mend(member.host)
    elif kind == "one way":
        member.host.refuse(world.bus)
        time.sleep(chances.uniform(0.2, 2 * LEASE_SECONDS))
        member.host.allow(world.bus)
    else:
        world.kill_bus(wiped=kind == "wipe")
        time.sleep(chances.uniform(0.2, 2 * LEASE_SECONDS))
        world.start_bus()


def heal(world: World) -> None:
    """Have every member run and reach everybody."""
    for member in world.members:
        member.signal(signal.SIGCONT)
        if not member.runs:
            member.start()


def check(world: World, healed: float, ended: float) -> None:
    """What must hold after whatever happened; between two moments nothing did."""
    assert polled_twice(world.polls()) <= LEASE_SECONDS + INTERVAL_SECONDS
    told = {(one.phase, one.entry_point, one.id) for one in world.notices()}
    assert len({id_ for *_, id_ in told}) == len(told), "one id was used for two notices"
    first, *others = map(ledger_rows, world.members)
    assert first
    for rows in others:
        assert rows == first
    lost = {
        (one.name, other.name): list(not_recorded(one, other, healed, ended))
        for one in world.members
        for other in world.members
        if one is not other
    }
    assert not any(lost.values()), {pair: what[:5] for pair, what in lost.items() if what}
