"""A fleet of real processes on hosts of their own, and everything that can break between them."""

import random
import signal
import time
from dataclasses import replace

import pytest

from tests.fleet.faults import BEFORE_SECONDS, Troubles, live_through, odd_notices, started
from tests.fleet.hosts import namespaces_are_allowed
from tests.fleet.left_over import Alike, missing, not_recorded
from tests.fleet.world import (
    INTERVAL_SECONDS,
    LEASE_SECONDS,
    OFTEN_DOWN,
    Polled,
    Told,
    World,
    polled_twice,
    wait_until,
)
from wallboard.domain.ledger_row import AlarmKey, LedgerRow, RowKind

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


def test_two_that_poll_at_once_are_noticed():
    spells = {"ana": (0.0, 5.0), "bob": (3.0, 9.0)}
    polls = [
        Polled(begin + step * INTERVAL_SECONDS, name)
        for name, (begin, end) in spells.items()
        for step in range(round((end - begin) / INTERVAL_SECONDS) + 1)
    ]
    assert polled_twice(polls) == 2.0
    assert polled_twice([one for one in polls if one.member == "ana" or one.at > 5]) == 0.0


def test_notices_that_come_too_often_or_under_two_ids_are_noticed():
    def told(id_, phase="raise"):
        return Told(1.0, "ana", id_, phase, "1000")

    def queued(id_, onset=5.0):
        key = AlarmKey("ece", 1000)
        text = "raise after 0 s"
        return LedgerRow(6.0, RowKind.QUEUED, key, onset, notice=id_, channel="hook", text=text)

    ledger = [queued("a"), queued("b", onset=7.0)]
    assert odd_notices([told("a"), told("a"), told("b")], ledger, 1) == []
    assert "1 notices came again" in odd_notices([told("a"), told("a")], ledger, 0)[0]
    assert "came 3 times" in odd_notices([told("a")] * 3, ledger, 2)[0]
    assert "used for" in odd_notices([told("a"), told("a", "over")], ledger, 1)[0]
    assert "is in no ledger" in odd_notices([told("c")], ledger, 1)[0]
    assert "under 2 ids" in odd_notices([told("a"), told("c")], [*ledger, queued("c")], 1)[0]
    sent = replace(queued("b"), kind=RowKind.SENT)
    assert "b never came" in odd_notices([told("a")], [*ledger, sent], 1)[0]


def test_polls_that_one_has_and_another_has_not_are_noticed():
    target = ("ece", "capacity")
    runs = [Alike(1.0, 3.0, 5, "4"), Alike(3.5, 3.5, 1, "5")]
    whole = {target: runs}
    assert list(missing(whole, {target: [Alike(0.0, 4.0, 9, "4"), runs[1]]}, 0, 9)) == []
    assert len(list(missing(whole, {target: runs[:1]}, 0, 9))) == 1
    assert list(missing(whole, {target: runs[:1]}, 0, 3.2)) == []
    fewer = [replace(runs[0], polls=4), runs[1]]
    assert "1 of 5" in next(missing(whole, {target: fewer}, 0, 9))
    split = [Alike(1.0, 1.5, 2, "4"), Alike(2.0, 3.0, 3, "4"), runs[1]]
    assert list(missing(whole, {target: split}, 0, 9)) == []


def test_between_troubles_all_is_to_be_recorded():
    troubles = Troubles()
    began = troubles.began
    troubles.note(began + 1, matters=False, forgets=False)
    assert troubles.calm(began + 100) == [(began, began + 100)]
    troubles.note(began + 10, matters=True, forgets=False)
    (first, second) = troubles.calm(began + 100)
    assert first == (began, began + 10 - BEFORE_SECONDS)
    assert second[1] == began + 100


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


@pytest.mark.parametrize("hears", [True, False])
def test_a_leader_whose_cable_is_cut_stops_by_itself(world, hears):
    first = started(world)
    holder = world.member(first).host
    # It still reaches the server: only the bus is away, in one direction.
    one, other = (holder, world.bus) if hears else (world.bus, holder)
    one.refuse(other)
    cut = time.time()
    second = world.until_polled(first)
    last = max(one.at for one in world.polls() if one.member == first)
    assert last - cut < LEASE_SECONDS + BUSY_SECONDS
    assert polled_twice(world.polls()) <= LEASE_SECONDS
    wait_until(lambda: "has not answered since" in world.member(first).log())
    one.allow(other)
    time.sleep(LEASE_SECONDS)
    assert world.poller() == second


@pytest.mark.parametrize("wiped", [False, True])
def test_a_bus_that_comes_back_is_used_again(world, wiped):
    began = started(world)
    time.sleep(4 * INTERVAL_SECONDS)
    since = time.time()
    time.sleep(2 * INTERVAL_SECONDS)
    killed = time.time()
    world.kill_bus(wiped=wiped)
    time.sleep(LEASE_SECONDS + 2 * INTERVAL_SECONDS)
    world.start_bus()
    back = time.time()
    again = world.until_polled()
    assert min(one.at for one in world.polls() if one.at > back) - back < TAKE_OVER_SECONDS
    assert polled_twice(world.polls()) <= LEASE_SECONDS
    time.sleep(4 * INTERVAL_SECONDS)
    ended = time.time()
    time.sleep(2 * INTERVAL_SECONDS)
    for member in world.members:
        member.stop()
    # Also what its leader polled while there was no bus, unless another polled since then.
    until = ended if again == began else killed - INTERVAL_SECONDS
    for member in world.members:
        lost = list(not_recorded(world.member(began), member, since, until))
        assert not lost, f"{member.name} has not what {began} has: {lost[:5]}"


@pytest.mark.parametrize("seed", [1])
def test_whatever_happens_nothing_is_lost(tmp_path, seed):
    with World(tmp_path, viewers=1, scenario=OFTEN_DOWN) as world:
        live_through(world, random.Random(seed), faults=5)
