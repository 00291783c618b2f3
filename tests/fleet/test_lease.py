"""The lease on a real bus: one holder at a time, who believes in it for no longer than it lasts."""

import asyncio
import time
from contextlib import asynccontextmanager

from tests.fleet.bus_server import connected
from tests.fleet.cable import Cable
from tests.waiting import until
from wallboard.clock import running
from wallboard.fleet import names
from wallboard.fleet.lease import Lease, Term

KEY = "board.main"
SECONDS = 2.0
LONG = 60.0
"""Seconds of a lease that is longer than any test waits."""


class Clock:
    """The clock of a member; ``stood`` seconds went by while it was stopped."""

    def __init__(self) -> None:
        self.stood = 0.0

    def __call__(self) -> float:
        return running() + self.stood


@asynccontextmanager
async def member(server, name, *, seconds=SECONDS, **more):
    """A member that is after the lease, with its bus and the task of its lease."""
    async with connected(server, name, lease=seconds) as bus:
        lease = Lease(bus, KEY, name, seconds=seconds, **more)
        task = asyncio.create_task(lease.run())
        try:
            yield lease, bus, task
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def test_one_has_it_and_the_other_knows_who(bus_server):
    async with member(bus_server, "ana") as (ana, _, _):
        await until(lambda: ana.term)
        async with member(bus_server, "bob") as (bob, _, _):
            await until(lambda: bob.holder == "ana")
            term, end = ana.term, running() + 2 * SECONDS
            while running() < end:
                assert ana.term == term
                assert bob.term is None
                assert (ana.holder, bob.holder) == ("ana", "ana")
                await asyncio.sleep(0.02)


async def test_who_ends_lets_the_next_one_have_it_at_once_under_a_higher_term(bus_server):
    async with member(bus_server, "ana", seconds=LONG) as (ana, _, task):
        await until(lambda: ana.term)
        first = ana.term
        async with member(bus_server, "bob", seconds=LONG) as (bob, _, _):
            await until(lambda: bob.holder == "ana")
            task.cancel()
            await until(lambda: bob.term, LONG / 2)
            assert bob.term > first
            assert ana.term is None


async def test_who_is_cut_off_ends_before_another_begins(bus_server):
    async with Cable(bus_server.port) as cable, member(cable, "ana") as (ana, _, _):
        await until(lambda: ana.term)
        first = ana.term
        async with member(bus_server, "bob") as (bob, _, _):
            await until(lambda: bob.holder == "ana")
            cable.swallows = True
            await until(lambda: bob.term)
            assert ana.term is None
            assert bob.term > first


async def test_who_had_it_before_the_bus_was_away_has_it_again(bus_server):
    async with member(bus_server, "ana") as (ana, _, _):
        await until(lambda: ana.term)
        async with member(bus_server, "bob") as (bob, _, _):
            for _ in range(2):
                await until(lambda: bob.holder == "ana")
                bus_server.kill()
                await until(lambda: ana.term is None)
                await bus_server.start()
                await until(lambda: ana.term or bob.term)
                assert ana.term
                assert bob.term is None


async def test_an_answer_that_was_lost_loses_no_lease(bus_server):
    async with member(bus_server, "ana") as (ana, bus, _):
        await until(lambda: ana.term)
        term, renew, lost = ana.term, bus.renew_lease, 0

        async def without_answer(key, data, revision):
            nonlocal lost
            revision = await renew(key, data, revision)
            lost += 1
            if lost % 2:
                raise TimeoutError
            return revision

        bus.renew_lease = without_answer
        await until(lambda: lost >= 3)
        bus.renew_lease = renew
        end = running() + SECONDS
        while running() < end:
            assert ana.term == term
            await asyncio.sleep(0.02)


async def test_who_was_stopped_for_too_long_holds_it_no_more_and_gets_a_higher_term(bus_server):
    clock = Clock()
    async with member(bus_server, "ana", clock=clock) as (ana, _, _):
        await until(lambda: ana.term)
        first = ana.term
        clock.stood += SECONDS
        assert ana.term is None
        await until(lambda: ana.term)
        assert ana.term > first


async def test_it_is_renewed_though_the_loop_is_busy(bus_server):
    async with member(bus_server, "ana") as (ana, _, _):
        await until(lambda: ana.term)
        term, end = ana.term, running() + 2 * SECONDS
        while running() < end:
            time.sleep(0.3)  # noqa: ASYNC251  nothing else has its turn meanwhile
            assert ana.term == term
            await asyncio.sleep(0.03)


async def test_the_term_exceeds_one_that_the_bus_forgot(bus_server):
    async with member(bus_server, "ana") as (ana, bus, _):
        await until(lambda: ana.term)
        first = ana.term
        ana.exceed(None)
        ana.exceed(Term(bus.epoch, first.revision - 1))
        ana.exceed(Term(bus.epoch - 1, 10**6))
        assert ana.term == first
        ana.exceed(Term(bus.epoch, first.revision + 40))
        higher = Term(bus.epoch, first.revision + 41)
        end = running() + SECONDS
        while running() < end:
            assert ana.term == higher
            await asyncio.sleep(0.02)


async def test_a_bus_that_lost_its_disk_has_terms_of_a_new_epoch(bus_server):
    async with member(bus_server, "ana") as (ana, bus, _):
        await until(lambda: ana.term)
        first = ana.term
        await bus_server.restart(wiped=True)
        await until(lambda: ana.term and ana.term != first)
        assert ana.term > first
        assert ana.term.epoch == bus.epoch > first.epoch


async def test_a_viewer_knows_who_has_it_and_never_takes_it(bus_server):
    async with member(bus_server, "eve", takes=False, seconds=LONG) as (eve, _, _):
        await asyncio.sleep(1)
        assert (eve.term, eve.holder) == (None, "")
        async with member(bus_server, "ana", seconds=LONG):
            await until(lambda: eve.holder == "ana", seconds=LONG)
        await until(lambda: not eve.holder, LONG / 2)
        assert eve.term is None


async def test_a_lease_that_the_bus_ends_sooner_is_believed_in_for_less_long(bus_server):
    async with (
        member(bus_server, "ana") as (ana, _, _),
        member(bus_server, "bob", seconds=30.0) as (bob, _, _),
    ):
        await until(lambda: ana.term or bob.term)
        assert (ana.lasts, bob.lasts) == (SECONDS, SECONDS)


async def test_a_holder_that_says_nothing_of_use_is_a_holder_nevertheless(bus_server):
    async with connected(bus_server, lease=SECONDS) as bus:
        await bus.keep(names.LEASE, KEY, b"\x1b[2J" + b"[" * 5000)
        async with member(bus_server, "ana") as (ana, _, _):
            await until(lambda: ana.holder == "somebody")
            assert ana.term is None
            await until(lambda: ana.term)
