"""Members of a fleet on a real bus: one polls, all show and record it, and any can take over."""

import asyncio
import time
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from feeds_support import connections, rounds, starts
from fleet_members import LONG_LEASE, Member, fleet
from waiting import until

from tests.balancer import Balancer
from tests.fleet.bus_server import running
from tests.fleet.heard import a_round
from tests.recorder.recordings import SERVER, START, poll, record
from wallboard.domain.endpoint import Endpoint
from wallboard.domain.event import RecordedBoard
from wallboard.domain.node import NodeAnswer, NodePoll
from wallboard.domain.node_difference import differences
from wallboard.domain.observation import Cause, Failure, Observation, ServerStatus
from wallboard.domain.snapshot import Folded
from wallboard.feeds import Role
from wallboard.feeds.fleet_parts import names_of
from wallboard.feeds.late_polls import InStep, recorded_events
from wallboard.feeds.newest import polls_in, recordable
from wallboard.fleet import publisher
from wallboard.fleet.bus_answers import Place
from wallboard.fleet.outbox import Lost
from wallboard.fleet.presence import members_of
from wallboard.recorder.recording import Recording
from wallboard.setting_types import Secret
from wallboard.settings import Settings

LEASE = 2.0
"""The shortest one, for tests that wait for its end."""


@pytest.fixture
async def member(settings_of, server_of, bus_server, tmp_path):
    members = []

    def joined(simulator, name, *, clock=None, record=True, **more):
        path = str(tmp_path / f"{name}.db") if record is True else record
        settings = settings_of(
            server_of(simulator), record=path, fleet=fleet(bus_server, name, **more)
        )
        members.append(Member(settings, **({"clock": clock} if clock else {})).start())
        return members[-1]

    yield joined
    for one in members:
        await one.leave()


def differing(member):
    """Which nodes differ by now, on the board of a member."""
    now = time.time()
    statuses = member.board.snapshot(now).entry_points.values()
    return {(one.node, one.since) for status in statuses for one in differences(status, now)}


async def at_the_last_poll(simulator):
    """How often a simulator was asked, once all that was under way has come to its end."""
    before = simulator.requests.count
    await until(lambda: not connections(simulator))
    assert simulator.requests.count - before <= Settings().concurrency  # each worker has one
    return simulator.requests.count


async def two_rounds_more(simulator):
    before = rounds(simulator)
    await until(lambda: rounds(simulator) >= before + 2)


async def test_one_polls_and_another_shows_and_records_the_same(member, simulated):
    simulator = await simulated()
    ana = member(simulator, "ana")
    await until(lambda: ana.leads and len(ana.heard.counts()) == 15)
    assert (ana.status.role, ana.status.leader, ana.status.records) == (Role.RECORDS, "", True)
    bob = member(simulator, "bob")
    await until(lambda: bob.status.role is Role.FOLLOWS)
    await until(lambda: bob.heard.counts() and min(bob.heard.counts().values()) > 3)
    assert (bob.status.leader, bob.status.records) == ("ana", True)
    assert (ana.status.problems, bob.status.problems) == ((), ())
    assert not bob.feed.poll_now(next(iter(ana.board.snapshot(0).entry_points)))
    await ana.leave()
    await bob.leave()
    # Whatever bob shows was polled by ana, or after her.
    with_ana = {poll for poll in bob.polls() if poll[2] <= max(p[2] for p in ana.polls())}
    assert with_ana <= ana.polls()
    assert bob.recorded() > 15


async def test_a_dead_node_is_seen_by_all_members_and_is_in_their_recordings(
    simulated, settings_of, server_of, bus_server, tmp_path
):
    simulators = [await simulated(), await simulated()]
    async with Balancer(*simulators) as balancer, AsyncExitStack() as stack:
        server = replace(
            server_of(simulators[0], nodes=balancer.addresses),
            url=balancer.url,
            headers={"Cookie": Secret("node=0")},
        )

        def joined(name, **more):
            one = Member(
                settings_of(
                    server,
                    record=str(tmp_path / f"{name}.db"),
                    fleet=fleet(bus_server, name, **more),
                    backoff_max=0.4,
                )
            ).start()
            stack.push_async_callback(one.leave)
            return one

        ana, view = joined("ana"), joined("view", collect=False)
        await until(lambda: ana.leads and view.heard.counts())
        await simulators[1].stop()
        dead = balancer.addresses[1]
        await until(lambda: {node for node, _ in differing(ana)} == {dead})
        await until(lambda: {node for node, _ in differing(view)} == {dead})
        late = joined("late", collect=False)
        await until(lambda: {node for node, _ in differing(late)} == {dead})
    for one in (view, late):
        with Recording.open(Path(one.settings.record)) as recording:
            kept = recording.board_at(time.time()).nodes
        assert dead in {answer.node for answer in kept if answer.rounds > 1}


async def test_the_other_takes_over_before_the_lease_is_over_if_the_first_leaves(member, simulated):
    simulator = await simulated()
    ana = member(simulator, "ana")
    await until(lambda: ana.leads and rounds(simulator) >= 3)
    bob = member(simulator, "bob")
    await until(lambda: bob.status.leader == "ana" and bob.heard.observations())
    first = ana.fleet.term
    await ana.leave()
    await until(lambda: bob.leads, LONG_LEASE / 2)
    await two_rounds_more(simulator)
    assert bob.fleet.term > first
    assert bob.status.leader == ""
    assert bob.polls() >= ana.polls() - {
        poll for poll in ana.polls() if poll[2] < min(p[2] for p in bob.polls())
    }


async def test_a_viewer_without_a_recording_is_complete_and_never_polls(member, simulated):
    simulator = await simulated()
    ana = member(simulator, "ana")
    await until(lambda: ana.leads and len(ana.heard.counts()) == 15)
    eve = member(simulator, "eve", record=False, collect=False)
    await until(lambda: len(eve.board.snapshot(0).recorded.entry_points) == 3)
    await until(eve.heard.observations)
    assert (eve.status.role, eve.status.leader, eve.status.records) == (Role.FOLLOWS, "ana", False)
    await ana.leave()
    await until(lambda: any("Nobody polls since" in one for one in eve.status.problems))
    assert eve.status.leader == "nobody"
    before = await at_the_last_poll(simulator)
    await asyncio.sleep(2)
    assert simulator.requests.count == before
    assert not eve.feed.poll_now(next(iter(eve.board.snapshot(0).entry_points)))


async def test_while_no_collector_runs_it_is_said_and_the_first_one_that_is_back_polls(
    member, simulated
):
    simulator = await simulated()
    ana = member(simulator, "ana")
    await until(lambda: ana.leads)
    wall = member(simulator, "wall", collect=False)
    await until(wall.heard.observations)
    await ana.leave()
    await until(lambda: any("Nobody polls since" in said for said in wall.status.problems))
    bob = member(simulator, "bob")
    await until(lambda: bob.leads and wall.status.leader == "bob")
    await until(lambda: not any("Nobody polls" in said for said in wall.status.problems))


async def test_without_the_bus_polling_ends_with_the_lease_and_goes_on_after(
    member, simulated, bus_server
):
    simulator = await simulated()
    ana = member(simulator, "ana", lease=LEASE)
    bob = member(simulator, "bob", lease=LEASE)
    await until(lambda: ana.leads or bob.leads)
    await two_rounds_more(simulator)
    bus_server.kill()
    await until(lambda: not ana.leads and not bob.leads)
    before = await at_the_last_poll(simulator)
    for one in (ana, bob):
        await until(
            lambda one=one: any(
                "has not answered since" in said and "does not poll without its lease." in said
                for said in one.status.problems
            )
        )
        assert (one.status.role, one.status.leader) == (Role.FOLLOWS, "nobody")
        assert len(one.status.problems) == 1
    assert simulator.requests.count == before
    await bus_server.start()
    await until(lambda: ana.leads or bob.leads)
    await two_rounds_more(simulator)
    await until(lambda: not ana.status.problems and not bob.status.problems)
    follower = bob if ana.leads else ana
    seen = len(follower.heard.observations())
    await until(lambda: len(follower.heard.observations()) > seen + 15)


def ages(member) -> bool:
    """Whether its board says of each entry point that nothing is known of it by now."""
    now = time.time()
    statuses = member.board.snapshot(now).entry_points.values()
    return all(status.judgement.unconfirmed(now) for status in statuses)


@pytest.mark.parametrize("record", [True, False])
async def test_a_viewer_ages_and_says_why_while_the_bus_is_away_and_is_back_at_once(
    member, simulated, bus_server, record
):
    simulator = await simulated()
    ana = member(simulator, "ana", lease=LEASE)
    await until(lambda: ana.leads)
    eve = member(simulator, "eve", collect=False, record=record, lease=LEASE)
    await until(lambda: eve.heard.observations() and not ages(eve))
    bus_server.kill()
    await until(lambda: ages(eve))
    await until(lambda: any("has not answered since" in said for said in eve.status.problems))
    assert len(eve.board.snapshot(time.time()).entry_points) == 3
    await bus_server.start()
    await until(lambda: eve.fleet.connected, 2.0)
    await until(lambda: not ages(eve) and not eve.status.problems)


async def test_who_follows_the_recording_of_a_member_says_why_it_ages_while_the_bus_is_away(
    member, simulated, bus_server
):
    simulator = await simulated()
    ana = member(simulator, "ana", lease=LEASE)
    await until(lambda: ana.leads)
    wall = member(simulator, "wall", collect=False, record=ana.settings.record)
    await until(wall.heard.observations)
    bus_server.kill()
    said = "This member does not poll without its lease."
    await until(lambda: any(said in one for one in wall.status.problems))
    await until(lambda: wall.status.problems == ana.status.problems)
    await until(lambda: ages(wall))
    await bus_server.start()
    await until(lambda: not wall.status.problems and not ages(wall))


async def test_a_bus_that_lost_its_disk_is_taken_up_as_a_new_one(member, simulated, bus_server):
    simulator = await simulated()
    ana = member(simulator, "ana")
    await until(lambda: ana.leads)
    bob = member(simulator, "bob")
    await until(lambda: bob.status.leader == "ana" and bob.heard.observations())
    await bus_server.restart(wiped=True)
    await until(lambda: ana.fleet.connections == 2 and bob.fleet.connections == 2)
    await until(lambda: ana.leads is not bob.leads)
    follower = bob if ana.leads else ana
    seen = len(follower.heard.observations())
    await until(lambda: len(follower.heard.observations()) > seen + 30)
    await until(lambda: not ana.status.problems and not bob.status.problems)


async def polling_alone(member, simulator, bus_server):
    """A member that polls on while the bus is away, and one that hears of it afterwards."""
    ana = member(simulator, "ana", poll_alone=True, lease=LEASE)
    await until(lambda: ana.leads)
    eve = member(simulator, "eve", collect=False, lease=LEASE)
    await until(eve.heard.observations)
    bus_server.kill()
    await until(lambda: ana.fleet.alone)
    return ana, eve


async def test_who_polls_alone_goes_on_without_the_bus_and_tells_of_it_after(
    member, simulated, bus_server
):
    simulator = await simulated()
    ana, eve = await polling_alone(member, simulator, bus_server)
    assert (ana.status.role, ana.status.leader) == (Role.RECORDS, "")
    since = len(ana.heard.observations())
    await until(lambda: len(ana.heard.observations()) > since + 30)
    alone = ana.heard.observations()[since : since + 30]
    assert any("polls alone; others may poll, too" in one for one in ana.status.problems)
    await bus_server.start()
    await until(lambda: ana.leads and not ana.fleet.alone)
    await until(lambda: ana.fleet.late)
    wanted = {(o.key, o.endpoint, round(o.at * 1000) / 1000) for o in alone}
    await until(lambda: wanted <= eve.polls())
    at = [
        o.at
        for o in eve.heard.observations()
        if (o.key, o.endpoint) == (alone[0].key, alone[0].endpoint)
    ]
    assert at == sorted(at)


async def test_what_another_process_polled_alone_is_told_before_what_this_one_did(
    member, simulated, bus_server
):
    simulator = await simulated()
    ana, eve = await polling_alone(member, simulator, bus_server)
    began = time.time()
    await two_rounds_more(simulator)
    await two_rounds_more(simulator)
    ended = time.time()
    await ana.leave()
    again = member(simulator, "ana", poll_alone=True, lease=LEASE)
    await until(lambda: again.fleet and again.fleet.alone)
    await two_rounds_more(simulator)
    await bus_server.start()
    await until(lambda: again.leads and not again.fleet.alone)
    newer = again.heard.observations()[-1].at
    await until(lambda: eve.heard.observations()[-1].at > newer)

    def between(one):
        polls = [o for o in one.heard.observations() if began < o.at < ended]
        return Counter((o.key, o.endpoint) for o in polls)

    polled, heard = between(ana), between(eve)
    assert min(polled.values()) > 1
    # Of alike answers, a recording has the dates of the first and of the last poll.
    assert all(abs(heard[of] - count) <= 1 for of, count in polled.items())


async def test_an_edit_makes_another_member_of_it(member, simulated, bus_server):
    simulator = await simulated()
    ana = member(simulator, "ana")
    await until(lambda: ana.leads)
    bob = member(simulator, "bob")
    await until(lambda: bob.status.leader == "ana")
    ana.replace(replace(ana.settings, fleet=fleet(bus_server, "anita", collect=False)))
    await until(lambda: ana.fleet and ana.fleet.member == "anita")
    await until(lambda: bob.leads)
    await until(lambda: ana.status.leader == "bob")
    assert ana.status.records
    ana.replace(replace(ana.settings, fleet=replace(ana.settings.fleet, url="")))
    await until(lambda: ana.status.fleet is None and ana.status.role is Role.RECORDS)


@pytest.mark.parametrize(("off", "words"), [(-2 * 86_400, "behind"), (60, "ahead of")])
async def test_clocks_that_differ_matter_to_no_lease_and_are_said(member, simulated, off, words):
    simulator = await simulated()
    ana = member(simulator, "ana", clock=lambda: time.time() + off)
    await until(lambda: ana.leads)
    bob = member(simulator, "bob")
    await until(lambda: bob.status.leader == "ana" and bob.heard.observations())
    said = "The clock of ana is "
    await until(lambda: any(said in one and words in one for one in bob.status.problems))
    # What is dated by it is not taken for news.
    snapshot = bob.board.snapshot(time.time())
    assert all(one.judgement.unconfirmed(time.time()) for one in snapshot.entry_points.values())
    await ana.leave()
    await until(lambda: bob.leads)
    await two_rounds_more(simulator)


@pytest.mark.parametrize("off", [-86_400, 86_400])
async def test_a_member_that_was_away_misses_nothing_whatever_the_clock_of_the_holder(
    member, simulated, monkeypatch, off
):
    # Newer ones do not have what is missed.
    monkeypatch.setattr(publisher, "CHECKPOINT_SECONDS", 0.2)
    simulator = await simulated()
    ana = member(simulator, "ana", clock=lambda: time.time() + off)
    await until(lambda: ana.leads)
    before = member(simulator, "bob")
    await until(before.heard.observations)
    since = len(ana.heard.observations())
    await before.leave()
    await until(lambda: len(ana.heard.observations()) > since + 45)
    missed = len(ana.heard.observations())
    after = member(simulator, "bob")
    await until(lambda: len(ana.heard.observations()) > missed + 15)
    newest = ana.heard.observations()[-1].at
    await until(lambda: after.heard.observations() and after.heard.observations()[-1].at > newest)
    polled = [o for o in ana.heard.observations()[since:] if o.at <= newest]
    wanted = {(o.key, o.endpoint, round(o.at * 1000) / 1000) for o in polled}
    assert wanted - before.polls() - after.polls() == set()


async def test_never_do_two_poll_for_longer_than_a_lease(member, simulated):
    simulator = await simulated(entry_points=1)
    ana, bob = member(simulator, "ana"), member(simulator, "bob")
    await until(lambda: rounds(simulator) >= 5)
    path, moments = next(iter(starts(simulator).items()))
    assert len(moments) >= 5, path
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    # Each poll is an interval after the one before, however many members there are.
    assert min(gaps) > 0.1
    await until(lambda: ana.leads is not bob.leads)


async def test_members_are_listed_with_what_they_are(member, simulated, bus_server):
    simulator = await simulated()
    ana = member(simulator, "ana")
    await until(lambda: ana.leads)
    member(simulator, "bob", collect=False)
    board = names_of(ana.settings)
    async with running(fleet(bus_server, "asked"), writes=False) as bus:
        await until(lambda: bus.status.connected)

        async def listed() -> bool:
            found = {one.member: one for one in await members_of(bus, board)}
            return (
                set(found) == {"ana", "bob"}
                and (found["ana"].role, found["ana"].holds) == ("polls", True)
                and found["ana"].term == ana.fleet.term
                and (found["bob"].role, found["bob"].holds) == ("views", False)
                and found["bob"].term == ana.fleet.term
                and found["bob"].entry_points == 3
            )

        await until(listed)


async def test_a_bus_that_stands_still_ends_polling_and_is_said(member, simulated, bus_server):
    simulator = await simulated()
    ana = member(simulator, "ana", lease=LEASE)
    await until(lambda: ana.leads)
    bus_server.pause()
    try:
        await until(lambda: not ana.leads)
        before = await at_the_last_poll(simulator)
        await until(
            lambda: any(
                "has not answered since" in said and "does not poll without its lease." in said
                for said in ana.status.problems
            )
        )
        await asyncio.sleep(1)
        assert simulator.requests.count == before
    finally:
        bus_server.go_on()
    await until(lambda: ana.leads)
    await two_rounds_more(simulator)


async def test_what_the_holder_does_not_poll_is_counted(member, simulated):
    fewer, more = await simulated(entry_points=2), await simulated(entry_points=3)
    ana = member(fewer, "ana")
    await until(lambda: ana.leads)
    bob = member(more, "bob")
    said = "ana does not poll 1 of this board's entry points."
    await until(lambda: said in bob.status.problems)
    await ana.leave()
    await until(lambda: bob.leads)
    assert said not in bob.status.problems


async def test_members_with_other_leases_are_told_so(member, simulated):
    simulator = await simulated()
    ana = member(simulator, "ana", lease=LEASE)
    await until(lambda: ana.leads)
    bob = member(simulator, "bob", lease=30.0)
    said = (
        "A lease on this bus lasts 2 s, not 30 s as set here; it must be the same for all members."
    )
    await until(lambda: said in bob.status.problems)
    assert ana.status.problems == ()


async def test_late_polls_are_read_again_from_the_recording(member, simulated):
    simulator = await simulated()
    ana = member(simulator, "ana")
    await until(lambda: ana.leads and rounds(simulator) > 5)
    await ana.leave()
    polled = ana.heard.observations()
    lost = Lost(polled[15].at, polled[60].at)
    found = [
        poll async for some in recorded_events(Path(ana.settings.record), lost) for poll in some
    ]
    wanted = [poll for poll in polled if lost.first_at <= poll.at <= lost.last_at]
    assert Counter((o.key, o.endpoint) for o in found).total() == pytest.approx(len(wanted), abs=15)
    assert [poll.at for poll in found] == sorted(poll.at for poll in found)
    assert {poll.outcome for poll in found} <= {poll.outcome for poll in polled}


async def test_outages_and_nodes_are_told_late_as_well(tmp_path):
    failure = Failure(Cause.REFUSED, "refused")
    down = ServerStatus(SERVER, START + 10, failure, START + 10, START + 15)
    again = replace(down, at=START + 15, next_probe_at=START + 20)
    refused = [poll(Endpoint.CAPACITY, at, failure=failure) for at in (10, 15)]
    good = poll(Endpoint.CAPACITY, 20, 4)
    said = poll(Endpoint.CHAT_ALLOWED, 25, "true")
    events = [a_round(0)[0], refused[0], down, refused[1], again, ServerStatus(SERVER, good.at)]
    path = tmp_path / "a.db"
    record(path, [*events, good, NodePoll("node 1", said, said.at + 10)])
    lost = Lost(START + 5, START + 30)
    found = [one async for some in recorded_events(path, lost) for one in some]
    kinds = [Observation, ServerStatus, Observation, Observation, ServerStatus, NodeAnswer]
    assert [type(one) for one in found] == kinds
    assert (found[1].at, found[1].failure, found[1].since) == (down.at, failure, down.since)
    assert found[4] == ServerStatus(SERVER, good.at)
    assert (found[5].node, found[5].at) == ("node 1", said.at)


def test_how_far_a_recording_is_in_step_is_read_again():
    for place in (None, Place(1_795_939_079_352_193, 62)):
        for since in (None, 1_795_939_102.35):
            one = InStep(place, since)
            assert InStep.of(one.text) == one


ODD_STEPS = ["", "x", "[]", "[1, 2]", "[1, 2, []]", "{}", "[" * 10_000, "[1e999, 1, null]"]


@pytest.mark.parametrize("text", [*ODD_STEPS, "[-1, 5, null]", f"[1, {2**64}, null]"])
def test_a_recording_may_say_anything_of_how_far_it_is_in_step(text):
    assert InStep.of(text) == InStep()


def test_of_what_is_not_sent_an_hour_is_told_at_most():
    assert InStep(None, 100.0).unsent(50.0) is None
    assert InStep(None, 100.0).unsent(150.0) == Lost(100.0, 150.0)
    assert InStep(None, 100.0).unsent(10_000.0) == Lost(6_400.0, 10_000.0)
    assert InStep().unsent(150.0) is None


async def test_a_member_that_goes_on_from_the_whole_board_records_which_servers_are_down():
    before, down = ServerStatus("a", 50.0), ServerStatus("a", 150.0, Failure(Cause.REFUSED, "no"))
    board = RecordedBoard(200.0, (), (before, replace(down, server="b")))
    assert [one.event for one in recordable(Folded(board), 100.0)] == [replace(down, server="b")]
    assert len(list(recordable(Folded(board), None))) == 2


async def test_a_member_without_the_recording_of_before_records_the_whole_board_at_once(
    member, simulated
):
    simulator = await simulated(entry_points=20)
    ana = member(simulator, "ana")
    await until(lambda: ana.leads and len(ana.heard.counts()) == 100)
    bob = member(simulator, "bob")
    await until(lambda: any(isinstance(event, RecordedBoard) for event in bob.heard.events))
    await bob.leave()
    whole = next(event for event in bob.heard.events if isinstance(event, RecordedBoard))
    polls = list(polls_in(whole))
    assert bob.recorded() >= len(polls) > 0
    with Recording.open(Path(bob.settings.record)) as recording:
        first = {(run.key, run.endpoint, round(run.first_at, 3)) for run in recording.runs()}
    assert {(poll.key, poll.endpoint, round(poll.at, 3)) for poll in polls} <= first
