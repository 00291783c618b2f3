"""A fleet of real processes on hosts of their own, and everything that can break between them."""

import random
import signal
import time

import pytest

from tests.fleet.hosts import namespaces_are_allowed
from tests.fleet.world import (
    INTERVAL_SECONDS,
    LEASE_SECONDS,
    World,
    ledger_rows,
    not_recorded,
    polled_twice,
)

pytestmark = pytest.mark.skipif(
    not namespaces_are_allowed(), reason="needs network namespaces (unshare, ip, nsenter)"
)

BUSY_SECONDS = 3.0
"""What a busy machine may add."""

TAKE_OVER_SECONDS = 2 * INTERVAL_SECONDS + LEASE_SECONDS + BUSY_SECONDS


@pytest.fixture
def world(tmp_path):
    with World(tmp_path) as world:
        yield world


def started(world: World, count: int = 3) -> str:
    """The name of the member that polls, once all of them run."""
    for member in world.members[:count]:
        member.start()
    return world.until_polled()


def test_one_member_polls_for_all(world):
    first = started(world)
    time.sleep(5 * INTERVAL_SECONDS)
    assert {one.member for one in world.polls()} == {first}


def test_a_leader_that_is_killed_is_relieved(world):
    first = started(world)
    world.member(first).kill()
    killed = time.time()
    second = world.until_polled(first)
    began = next(one.at for one in world.polls() if one.member == second)
    assert began - killed < TAKE_OVER_SECONDS
    assert polled_twice(world.polls()) == 0


def test_a_leader_that_ends_lets_another_poll_at_once(world):
    first = started(world)
    assert world.member(first).stop() == 0
    ended = time.time()
    second = world.until_polled(first)
    began = next(one.at for one in world.polls() if one.member == second)
    assert began - ended < LEASE_SECONDS + BUSY_SECONDS


def test_a_leader_that_was_stopped_polls_no_more(world):
    first = started(world)
    world.member(first).signal(signal.SIGSTOP)
    second = world.until_polled(first)
    continued = time.time()
    world.member(first).signal(signal.SIGCONT)
    time.sleep(4 * INTERVAL_SECONDS)
    after = {one.member for one in world.polls() if one.at > continued + INTERVAL_SECONDS}
    assert after == {second}
    assert polled_twice(world.polls()) <= LEASE_SECONDS


def test_a_leader_whose_cable_is_cut_stops_by_itself(world):
    first = started(world)
    # It still reaches the server: only the bus is away.
    world.member(first).host.refuse(world.bus)
    cut = time.time()
    second = world.until_polled(first)
    last = max(one.at for one in world.polls() if one.member == first)
    assert last - cut < LEASE_SECONDS + BUSY_SECONDS
    assert polled_twice(world.polls()) <= LEASE_SECONDS
    world.member(first).host.allow(world.bus)
    time.sleep(LEASE_SECONDS)
    assert world.poller() == second


@pytest.mark.parametrize("wiped", [False, True])
def test_a_bus_that_comes_back_is_used_again(world, wiped):
    began = started(world)
    time.sleep(4 * INTERVAL_SECONDS)
    since = time.time()
    time.sleep(2 * INTERVAL_SECONDS)
    world.kill_bus(wiped=wiped)
    time.sleep(LEASE_SECONDS + 2 * INTERVAL_SECONDS)
    world.start_bus()
    back = time.time()
    world.until_polled()
    assert min(one.at for one in world.polls() if one.at > back) - back < TAKE_OVER_SECONDS
    assert polled_twice(world.polls()) <= LEASE_SECONDS
    time.sleep(4 * INTERVAL_SECONDS)
    ended = time.time()
    time.sleep(2 * INTERVAL_SECONDS)
    for member in world.members:
        member.stop()
    # Also what its leader polled while there was no bus.
    for member in world.members:
        lost = list(not_recorded(world.member(began), member, since, ended))
        assert not lost, f"{member.name} has not what {began} has: {lost[:5]}"


@pytest.mark.parametrize("seed", [1])
def test_whatever_happens_nothing_is_lost(world, seed):
    live_through(world, random.Random(seed), faults=6)


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
    print(f"{time.time():.3f} {kind} {member.name}")
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
