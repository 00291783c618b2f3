"""Members of a fleet as processes, one of which is killed, stopped or ended.

Each polls a server of its own, so that the log of requests says who polls.
"""

import asyncio
import signal
import sys
import time

import pytest
from waiting import until

INTERVAL = 0.5
LEASE = 3.0
LONG_LEASE = 60.0
"""Longer than any test waits."""

SLOW = '[[fault]]\nkind = "latency"\nms = 300\n'
"""So that polls are under way whenever a process is stopped."""


class Process:
    """A member that records, and the server that only this one polls."""

    def __init__(self, name, process, simulator, log) -> None:
        self.name, self.process, self.simulator, self._log = name, process, simulator, log

    @property
    def said(self) -> str:
        return self._log.read_text()

    @property
    def moments(self) -> list[float]:
        """When it polled, on the clock of the simulator."""
        return [at for at, _ in self.simulator.requests.log]

    @property
    def polls(self) -> int:
        return self.simulator.requests.count

    def send(self, number) -> None:
        self.process.send_signal(number)


@pytest.fixture
async def member(simulated, bus_server, tmp_path):
    members = []

    async def started(name, lease=LEASE):
        simulator = await simulated(SLOW)
        folder = tmp_path / name
        folder.mkdir()
        points = "".join(f"[[server.entry_point]]\nid = {id_}\n" for id_ in simulator.entry_points)
        (folder / "wallboard.toml").write_text(
            f'interval = {INTERVAL}\ntimeout = 1\nrecord = "wall.db"\n'
            f'[fleet]\nurl = "{bus_server.url}"\nmember = "{name}"\nlease = {lease}\n'
            f'[[server]]\nname = "prod"\nurl = "{simulator.url}"\n{points}'
        )
        log = folder / "log"
        with log.open("wb") as output:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "wallboard", "record",
                cwd=folder, stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output,
            )  # fmt: skip
        members.append(Process(name, process, simulator, log))
        return members[-1]

    yield started
    for one in members:
        if one.process.returncode is None:
            one.process.kill()
        await one.process.wait()


async def polled_more(member, count=15):
    before = member.polls
    await until(lambda: member.polls > before + count)


async def leader_and_standby(member, lease=LEASE):
    """Two members of which the first polls and the second hears it."""
    ana = await member("ana", lease)
    await polled_more(ana)
    bob = await member("bob", lease)
    await until(lambda: "follows ana" in bob.said or "follows=ana" in bob.said)
    return ana, bob


def spells(member):
    """From when to when a member polled, each time."""
    found = []
    for at in member.moments:
        if found and at - found[-1][1] < 3 * INTERVAL:
            found[-1][1] = at
        else:
            found.append([at, at])
    return found


def longest_together(one, other):
    """The longest time in seconds in which both polled."""
    return max(
        min(end, other_end) - max(start, other_start)
        for start, end in spells(one)
        for other_start, other_end in spells(other)
    )


async def test_a_leader_that_is_killed_is_relieved(member):
    ana, bob = await leader_and_standby(member)
    assert bob.polls == 0
    ana.send(signal.SIGKILL)
    killed = time.monotonic()
    await until(lambda: bob.polls)
    # Until then nobody could know that it was not just slow.
    assert time.monotonic() - killed >= LEASE / 2
    await polled_more(bob)


async def test_a_leader_that_ends_is_relieved_before_its_lease_is_over(member):
    ana, bob = await leader_and_standby(member, LONG_LEASE)
    ana.send(signal.SIGTERM)
    await until(lambda: bob.polls, LONG_LEASE / 2)
    assert await ana.process.wait() == 0
    assert longest_together(ana, bob) <= 0.0


async def test_a_leader_that_stood_still_for_too_long_polls_nothing_when_it_goes_on(member):
    ana, bob = await leader_and_standby(member)
    ana.send(signal.SIGSTOP)
    await until(lambda: bob.polls)
    await polled_more(bob)
    before = ana.polls
    ana.send(signal.SIGCONT)
    await until(lambda: "follows bob" in ana.said or "follows=bob" in ana.said)
    await polled_more(bob)
    assert ana.polls == before
    bob.send(signal.SIGTERM)
    await until(lambda: ana.polls > before)


async def test_many_changes_of_the_leader_never_have_two_poll_for_longer_than_a_lease(member):
    ana, bob = await leader_and_standby(member)
    for leader, other in ((ana, bob), (bob, ana), (ana, bob)):
        leader.send(signal.SIGSTOP)
        before = other.polls
        await until(lambda other=other, before=before: other.polls > before)
        leader.send(signal.SIGCONT)
        await polled_more(other)
    assert longest_together(ana, bob) <= LEASE
