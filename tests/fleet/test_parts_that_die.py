"""What happens when a part of a fleet dies: real processes on hosts of their own, one by one."""

import signal
import subprocess
import sys
import time
from itertools import pairwise

import pytest

from tests.fleet.faults import heal, started
from tests.fleet.hosts import namespaces_are_allowed
from tests.fleet.left_over import has_polls, ledger_rows, not_recorded, recorded_polls
from tests.fleet.world import (
    INTERVAL_SECONDS,
    LEASE_SECONDS,
    OFTEN_DOWN,
    PROGRAMS,
    TITLE,
    World,
    polled_twice,
    wait_until,
)
from wallboard.recorder.recording import Recording

pytestmark = pytest.mark.skipif(
    not namespaces_are_allowed(), reason="needs network namespaces (unshare, ip, nsenter)"
)

SHARED_SECONDS = 2.0
"""After so long the others know what was written to a ledger."""

LONG_LEASE = 10.0
LONGER_LEASE = 60.0
"""Nobody else takes it while a process starts anew."""


@pytest.fixture
def world(tmp_path):
    with World(tmp_path) as world:
        yield world


def test_a_leader_that_was_stopped_tells_nobody_of_alarms(tmp_path):
    with World(tmp_path, members=2, scenario=OFTEN_DOWN) as world:
        first = started(world)
        wait_until(lambda: len(world.notices()) >= 2)
        time.sleep(SHARED_SECONDS)
        world.member(first).signal(signal.SIGSTOP)
        stopped = time.time()
        second = world.until_polled(first)
        wait_until(lambda: {"raise", "over"} <= {one.phase for one in since(world, stopped)})
        world.member(first).signal(signal.SIGCONT)
        continued = time.time()
        wait_until(lambda: {"raise", "over"} <= {one.phase for one in since(world, continued)})
        assert {one.member for one in since(world, stopped)} == {second}
        ids = [one.id for one in world.notices()]
        assert len(ids) == len(set(ids))


def since(world, moment):
    return [one for one in world.notices() if one.at > moment]


def test_a_member_that_listens_and_was_away_has_all_of_it_afterwards(world):
    first = started(world)
    killed, cut = (one for one in world.members if one.name != first)
    time.sleep(2 * INTERVAL_SECONDS)
    began = time.time()
    time.sleep(2 * INTERVAL_SECONDS)
    killed.kill()
    world.network.cut(cut.host)
    time.sleep(LEASE_SECONDS + 2 * INTERVAL_SECONDS)
    killed.start()
    world.network.mend(cut.host)
    time.sleep(4 * LEASE_SECONDS)
    ended = time.time()
    time.sleep(2 * INTERVAL_SECONDS)
    assert {one.member for one in world.polls()} == {first}
    for member in world.members:
        assert member.stop() == 0
    for member in (killed, cut):
        assert not list(not_recorded(world.member(first), member, began, ended))


def test_a_bus_that_is_away_for_less_than_a_lease_costs_no_poll(tmp_path):
    with World(tmp_path, members=2, lease=LONG_LEASE) as world:
        first = started(world)
        time.sleep(4 * INTERVAL_SECONDS)
        began = time.time()
        time.sleep(2 * INTERVAL_SECONDS)
        world.kill_bus()
        time.sleep(4 * INTERVAL_SECONDS)
        world.start_bus()
        time.sleep(2 * LEASE_SECONDS)
        ended = time.time()
        time.sleep(2 * INTERVAL_SECONDS)
        polls = world.polls()
        assert {one.member for one in polls} == {first}
        moments = [one.at for one in polls if began < one.at < ended]
        assert max(later - earlier for earlier, later in pairwise(moments)) < 4 * INTERVAL_SECONDS
        for member in world.members:
            assert member.stop() == 0
        other = next(one for one in world.members if one.name != first)
        assert not list(not_recorded(world.member(first), other, began, ended))


def test_what_was_recorded_without_the_bus_is_told_by_the_process_that_comes_after(tmp_path):
    with World(tmp_path, members=2, lease=LONGER_LEASE) as world:
        first = started(world)
        time.sleep(4 * INTERVAL_SECONDS)
        world.kill_bus()
        # What waits in memory to be published ends with its process.
        without = time.time()
        time.sleep(6 * INTERVAL_SECONDS)
        holder = world.member(first)
        assert holder.stop() == 0
        ended = time.time()
        assert {one.member for one in world.polls() if one.at > without} == {first}
        # Of an answer that lasts, the recording has the first poll and the last.
        assert any(
            without < run.last < ended for runs in recorded_polls(holder).values() for run in runs
        )
        other = next(one for one in world.members if one is not holder)
        assert list(not_recorded(holder, other, without, ended))
        holder.start()
        world.start_bus()
        wait_until(lambda: not list(not_recorded(holder, other, without, ended)))


def test_a_holder_that_does_not_reach_a_server_says_so_on_all_boards(tmp_path):
    with World(tmp_path, members=2) as world:
        first = started(world)
        holder = world.member(first)
        other = next(one for one in world.members if one is not holder)
        wait_until(lambda: has_polls(other))
        began = time.time()
        holder.host.refuse(world.ece)
        wait_until(lambda: out_of_reach(holder) and out_of_reach(other))
        holder.host.allow(world.ece)
        wait_until(lambda: not out_of_reach(holder) and not out_of_reach(other))
        ended = time.time()
        time.sleep(2 * INTERVAL_SECONDS)
        assert {one.member for one in world.polls()} == {first}
        for member in world.members:
            assert member.stop() == 0
        assert not list(not_recorded(holder, other, began, ended))


def out_of_reach(member):
    """The servers that its recording says are out of reach by now."""
    with Recording.open(member.recording) as recording:
        return [one for one in recording.newest_board(time.time()).servers if one.failure]


def test_garbage_on_every_subject_ends_no_member_and_spoils_no_ledger(world):
    started(world)
    words = [sys.executable, str(PROGRAMS / "publish_garbage.py")]
    done = subprocess.run(
        world.bus.command([*words, f"nats://{world.bus.address}:4222", TITLE, "4"]),
        check=True,
        capture_output=True,
        timeout=60,
    )
    assert int(done.stdout) > 100
    assert all(member.runs for member in world.members)
    heal(world)
    world.until_polled()
    time.sleep(2 * LEASE_SECONDS)
    began = time.time()
    time.sleep(8 * INTERVAL_SECONDS)
    ended = time.time()
    time.sleep(2 * INTERVAL_SECONDS)
    assert polled_twice(world.polls()) <= LEASE_SECONDS
    for member in world.members:
        assert member.stop() == 0
        assert "Traceback" not in member.log()
        assert "\x1b" not in member.log()
    first, *others = world.members
    for member in others:
        assert ledger_rows(member) == ledger_rows(first)
        assert not list(not_recorded(first, member, began, ended))
