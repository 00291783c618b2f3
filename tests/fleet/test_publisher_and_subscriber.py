"""What a leader folds reaches every receiver over a real bus: complete, in order, once."""

import asyncio
import os

import pytest

from tests.fleet.bus_server import connected
from tests.fleet.ends import NAMES, Leader, Receiver, running
from tests.fleet.heard import a_round, as_heard, of_node
from tests.fleet.slow_link import slow_link
from tests.recorder.recordings import SERVER, START, poll
from tests.waiting import until
from wallboard.domain.endpoint import Endpoint, EntryPointKey
from wallboard.domain.observation import Cause, Failure, ServerStatus
from wallboard.fleet import names, publisher, subscriber
from wallboard.fleet.batch import batch_bytes
from wallboard.fleet.bus_answers import Place
from wallboard.fleet.codebook import Codebook
from wallboard.fleet.lease import Term
from wallboard.fleet.message import messages
from wallboard.recorder.file.columns import LONGEST_TEXT


@pytest.fixture
async def buses(bus_server):
    """A connection of a collector, and one of somebody else."""
    async with connected(bus_server) as one, connected(bus_server) as other:
        yield one, other


async def published(leader, events):
    """Have the leader fold events, and wait until the bus has them."""
    before = leader.publisher.published
    leader.fold(events)
    await until(lambda: leader.publisher.published == before + len(events))


LARGEST = 1024 * 1024


def same(events):
    return [as_heard(event) for event in events]


def verdicts(end):
    statuses = end.board.snapshot(0.0).entry_points
    return {key: (one.judgement.verdict, one.judgement.level) for key, one in statuses.items()}


async def test_a_viewer_gets_the_whole_board_and_then_each_event_in_order(buses):
    leader, viewer = Leader(buses[0]), Receiver(buses[1])
    async with running(leader):
        await published(leader, a_round(0))
        async with running(viewer):
            await until(lambda: viewer.boards)
            await published(leader, more := a_round(10, wait=500))
            await until(lambda: len(viewer.events) >= 10)
    assert viewer.events[-10:] == same(more)
    assert len(viewer.boards) == 1
    assert verdicts(viewer) == verdicts(leader)


async def test_statuses_of_servers_keep_their_place_among_the_polls(buses):
    leader, viewer = Leader(buses[0]), Receiver(buses[1])
    down = ServerStatus(SERVER, START + 11, Failure(Cause.REFUSED, "no"), START + 11, START + 20)
    events = [*a_round(10), down, *a_round(20, wait=9), ServerStatus(SERVER, START + 21)]
    async with running(viewer, leader):
        await published(leader, events)
        await until(lambda: len(viewer.events) == len(events))
    assert viewer.events == same(events)


def nodes(end):
    statuses = end.board.snapshot(0.0).entry_points
    return {key: one.nodes for key, one in statuses.items()}


async def test_what_nodes_say_is_the_same_everywhere_by_a_checkpoint_and_by_events(buses):
    refused = Failure(Cause.REFUSED, "b refuses connections")
    asked = [of_node("a", 1), of_node("b", 2, failure=refused), of_node("b", 3, failure=refused)]
    leader, early, late = Leader(buses[0]), Receiver(buses[1]), Receiver(buses[1])
    async with running(early, leader):
        await published(leader, [*a_round(0), *asked])
        await until(lambda: len(early.events) == 13)
        async with running(late):
            await until(lambda: late.boards and nodes(late) == nodes(early))
            await published(leader, [*a_round(10), of_node("b", 12), of_node("a", 13, 1001)])
            await until(lambda: len(early.events) == 25 and late.events[-1:] == early.events[-1:])
    assert nodes(early) == nodes(late)
    assert {one.node for one in nodes(late)[EntryPointKey(SERVER, 1001)]} == {"a", "b"}


async def test_what_a_node_said_late_counts_only_where_it_said_nothing_since(buses):
    leader, viewer = Leader(buses[0]), Receiver(buses[1])
    async with running(leader, viewer):
        await published(leader, a_round(0))
        leader.term = None
        other = Leader(buses[1], revision=2)
        async with running(other):
            await published(other, [of_node("a", 20)])
        await until(lambda: len(viewer.events) == 11)
        leader.fold([of_node("a", 10), of_node("b", 11)])
        await until(lambda: leader.publisher.late_published == 2)
        await until(lambda: viewer.subscriber.late == 1)
    assert [(one.node, one.at - START) for one in viewer.events[-2:]] == [("a", 20), ("b", 11)]


async def test_a_viewer_of_before_any_leader_waits_for_no_checkpoint(buses):
    leader, viewer = Leader(buses[0]), Receiver(buses[1])
    async with running(viewer, leader):
        await published(leader, events := a_round(0))
        await until(lambda: len(viewer.events) == 10)
    assert viewer.events == same(events)


async def test_a_body_crosses_once_and_large_ones_in_parts(buses):
    leader, viewer = Leader(buses[0]), Receiver(buses[1])
    page = os.urandom(1024 * 1024)
    polls = [poll(Endpoint.CAPACITY, at, body=page) for at in range(1, 5)]
    async with running(leader, viewer):
        await published(leader, a_round(0, [1000]))
        await until(lambda: viewer.boards)
        for one in polls:
            await published(leader, [one])
        await until(lambda: viewer.events[-4:] == same(polls))
        late = Receiver(buses[1])
        async with running(late):
            await until(lambda: late.events[-1:] == viewer.events[-1:])
    [recorded] = late.boards[0].entry_points
    assert recorded.endpoints[Endpoint.CAPACITY].last in viewer.events
    assert (await buses[0].stream(names.OBSERVATIONS)).size < 4 * 1024 * 1024


async def test_a_board_that_takes_a_slow_link_longer_than_an_answer_may_is_complete_all_the_same(
    bus_server, buses
):
    leader = Leader(buses[0])
    page = os.urandom(50_000)
    async with running(leader):
        await published(leader, [*a_round(0), poll(Endpoint.CAPACITY, 1, body=page)])
        await until(lambda: buses[0].kept(names.LAST, NAMES.key))
        async with (
            slow_link(bus_server.port, 8_000) as port,
            connected(At(port)) as bus,
            running(viewer := Receiver(bus)),
        ):
            await until(lambda: verdicts(viewer) == verdicts(leader))
            assert bus.status.connections == 1
    assert len(viewer.boards) == 1


class At:
    """A bus at another address."""

    def __init__(self, port) -> None:
        self.url = f"nats://127.0.0.1:{port}"


async def test_what_a_viewer_missed_for_a_moment_it_reads_in_order(bus_server, buses):
    leader, viewer = Leader(buses[0]), Receiver(buses[1])
    async with running(leader, viewer):
        await published(leader, a_round(0))
        await until(lambda: len(viewer.events) == 10 and viewer.boards)
        viewer.subscriber._bus.drop("as the test wants")
        await until(lambda: not buses[1].status.connected)
        await published(leader, a_round(10))
        await until(lambda: len(viewer.events) == 20)
    assert viewer.events == same([*a_round(0), *a_round(10)])
    assert (len(viewer.boards), viewer.subscriber.resyncs) == (1, 0)


async def test_a_bus_that_crashed_is_gone_on_with_and_nothing_is_lost(bus_server, buses):
    leader, viewer = Leader(buses[0]), Receiver(buses[1])
    async with running(leader, viewer):
        await published(leader, a_round(0))
        await until(lambda: len(viewer.events) == 10)
        bus_server.kill()
        leader.fold(a_round(10))
        await bus_server.start()
        await until(lambda: len(viewer.events) == 20)
    assert viewer.events == same([*a_round(0), *a_round(10)])


async def test_a_bus_that_lost_its_disk_has_a_new_term_and_all_go_on(bus_server, buses):
    leader, viewer = Leader(buses[0], revision=9), Receiver(buses[1])
    async with running(leader, viewer):
        await published(leader, a_round(0))
        await until(lambda: len(viewer.events) == 10)
        await bus_server.restart(wiped=True)
        leader.term = None
        await until(lambda: buses[0].status.connections == buses[1].status.connections == 2)
        leader.term = Term(buses[0].epoch, 1)
        await published(leader, a_round(10))
        await until(lambda: len(viewer.events) == 20)
        await until(lambda: viewer.subscriber.term == leader.term)


async def test_what_is_polled_without_a_term_is_published_late(buses):
    leader, viewer = Leader(buses[0]), Receiver(buses[1])
    async with running(leader, viewer):
        await published(leader, a_round(0))
        leader.term = None
        other = Leader(buses[1], revision=2)
        async with running(other):
            await published(other, newer := a_round(20, ids=(1000,)))
        await until(lambda: len(viewer.events) == 15)
        leader.fold(a_round(10))
        await until(lambda: leader.publisher.late_published == 10)
        await until(lambda: viewer.subscriber.late == 5)
    # Of the one that was polled since then, what is late is no news.
    assert viewer.events == same([*a_round(0), *newer, *a_round(10, ids=(1001,))])
    assert viewer.subscriber.term == other.term


@pytest.mark.parametrize("seconds", [60, 3600])
async def test_time_without_the_bus_is_told_late_and_in_order(bus_server, buses, seconds):
    leader, member = Leader(buses[0]), Receiver(buses[1], complete=True)
    async with running(leader, member):
        await published(leader, a_round(0))
        await until(lambda: len(member.events) == 10)
        bus_server.kill()
        await until(lambda: not buses[0].status.connected)
        leader.term = None
        polls = [one for at in range(10, 10 + seconds, 10) for one in a_round(at)]
        leader.fold(polls)
        await bus_server.start()
        await until(lambda: len(member.events) == 10 + len(polls))
    assert member.events == same([*a_round(0), *polls])
    assert member.subscriber.late == len(polls)


async def test_a_leader_that_lost_its_term_is_not_heard_any_more(buses):
    old, new, viewer = (
        Leader(buses[0], revision=1),
        Leader(buses[1], revision=2),
        Receiver(buses[1]),
    )
    async with running(viewer, old):
        await published(old, a_round(0))
        async with running(new):
            await published(new, a_round(10))
            await until(lambda: len(viewer.events) == 20)
            await published(old, a_round(20, wait=999))
            await published(new, a_round(30))
            await until(lambda: len(viewer.events) == 30)
    assert viewer.events == same([*a_round(0), *a_round(10), *a_round(30)])
    assert viewer.subscriber.dropped


async def test_of_what_has_no_room_the_oldest_goes_and_is_read_from_the_recording(
    bus_server, buses, monkeypatch
):
    monkeypatch.setattr("wallboard.fleet.outbox.MOST_EVENTS", 10)
    asked = []

    async def recorded(lost):
        asked.append(lost)
        yield a_round(10)

    leader, viewer = Leader(buses[0], recorded=recorded), Receiver(buses[1])
    async with running(leader, viewer):
        await published(leader, a_round(0))
        await until(lambda: len(viewer.events) == 10)
        bus_server.kill()
        await until(lambda: not buses[0].status.connected)
        leader.fold([*a_round(10), *a_round(20)])
        assert leader.publisher.dropped >= 10
        await bus_server.start()
        await until(lambda: len(viewer.events) == 30)
    assert viewer.events == same([*a_round(0), *a_round(10), *a_round(20)])
    assert (asked[0].first_at, asked[0].last_at) == (START + 10, START + 10.04)


async def test_a_receiver_that_is_too_slow_takes_the_checkpoint(buses, monkeypatch):
    monkeypatch.setattr(subscriber, "MOST_WAITING", 3)
    monkeypatch.setattr(subscriber, "MOST_MISSED", 1)
    monkeypatch.setattr(publisher, "CHECKPOINT_SECONDS", 0.5)
    leader, viewer = Leader(buses[0]), Receiver(buses[1])
    async with running(leader, viewer):
        await published(leader, a_round(0))
        await until(lambda: len(viewer.events) == 10)
        for _ in range(5):
            viewer.subscriber._take(b"what came while it was busy")
        await until(lambda: viewer.boards)
        await published(leader, a_round(10))
        await until(lambda: verdicts(viewer) == verdicts(leader))


async def test_a_member_that_records_reads_what_it_missed_from_the_stream(buses):
    leader, member = Leader(buses[0]), Receiver(buses[1], complete=True)
    async with running(leader):
        async with running(member):
            await published(leader, a_round(0))
            await until(lambda: len(member.events) == 10)
            place = await last_place(buses[0])
        await published(leader, a_round(10))
        after = Receiver(buses[1], complete=True, resume_after=lambda: place)
        async with running(after):
            await published(leader, a_round(20))
            await until(lambda: len(after.events) == 20)
    assert after.events == same([*a_round(10), *a_round(20)])
    assert after.boards == []


async def test_a_member_that_was_away_for_long_goes_on_from_the_last_checkpoint_before_that(
    buses, monkeypatch
):
    monkeypatch.setattr(publisher, "CHECKPOINT_SECONDS", 0.2)
    monkeypatch.setattr(publisher, "STORED_CHECKPOINT_SECONDS", 0.2)
    monkeypatch.setattr(publisher, "SIGN_SECONDS", 0.3)
    leader, rounds = Leader(buses[0]), [a_round(at) for at in (0, 10, 20, 30)]
    async with running(leader):
        places = []
        for number, polls in enumerate(rounds):
            await published(leader, polls)
            places.append(leader.publisher.place)
            await until(lambda number=number: stored_checkpoints(buses[0], number + 1))
        member = Receiver(buses[1], complete=True, resume_after=lambda: places[1])
        async with running(member):
            await until(lambda: len(member.events) == 20)
            await published(leader, more := a_round(40))
            await until(lambda: len(member.events) == 30)
    assert member.events == same([*rounds[2], *rounds[3], *more])
    assert (member.boards, member.subscriber.resyncs) == ([], 0)


async def last_place(bus):
    """The last message of the stream by now."""
    return Place(bus.epoch, (await bus.stream(names.OBSERVATIONS)).last)


async def test_of_what_the_stream_has_no_more_the_next_checkpoint_stands_for_it(buses, monkeypatch):
    monkeypatch.setattr(publisher, "CHECKPOINT_SECONDS", 0.2)
    monkeypatch.setattr(publisher, "STORED_CHECKPOINT_SECONDS", 0.2)
    leader, rounds = Leader(buses[0]), [a_round(at) for at in (0, 10, 20, 30)]
    async with running(leader):
        places = []
        for polls in rounds:
            await published(leader, polls)
            place = leader.publisher.place
            places.append(place)
            await until(
                lambda after=place.number: buses[0].stored(
                    names.OBSERVATIONS, NAMES.checkpoints, after
                )
            )
        stream = buses[0]._client.jetstream()
        await stream.purge_stream(names.OBSERVATIONS, seq=places[1].number + 1)
        kept = await buses[0].stored(names.OBSERVATIONS, NAMES.checkpoints, 0)
        assert places[1].number < kept[0].number < places[2].number
        member = Receiver(buses[1], complete=True, resume_after=lambda: places[0])
        async with running(member):
            await until(lambda: len(member.events) == 20)
    assert member.events == same([*rounds[2], *rounds[3]])
    assert len(member.boards) == 1


async def stored_checkpoints(bus, least):
    """Whether the stream has so many checkpoints."""
    return len(await bus.stored(names.OBSERVATIONS, NAMES.checkpoints, 0)) >= least


async def test_a_member_that_was_away_for_longer_than_the_stream_begins_with_the_checkpoint(buses):
    leader = Leader(buses[0])
    async with running(leader):
        await published(leader, a_round(0))
        await until(lambda: buses[0].kept(names.LAST, NAMES.key))
        # It was in step with a bus that has another past.
        place = Place(buses[0].epoch - 1, 3)
        member = Receiver(buses[1], complete=True, resume_after=lambda: place)
        async with running(member):
            await until(lambda: verdicts(member) == verdicts(leader))
    assert len(member.boards) == 1


async def test_a_member_that_knows_nothing_begins_with_the_checkpoint(buses):
    leader, member = Leader(buses[0]), Receiver(buses[1], complete=True)
    async with running(leader):
        await published(leader, a_round(0))
        await until(lambda: buses[0].kept(names.LAST, NAMES.key))
        async with running(member):
            await until(lambda: verdicts(member) == verdicts(leader))
    assert len(member.boards) == 1


async def test_a_large_checkpoint_is_kept_in_parts(buses, monkeypatch):
    monkeypatch.setattr("wallboard.fleet.message.PART_BYTES", 200)
    monkeypatch.setattr(publisher, "CHECKPOINT_SECONDS", 0.3)
    leader, viewer = Leader(buses[0]), Receiver(buses[1])
    async with running(leader):
        await published(leader, a_round(0))
        await published(leader, a_round(10, wait=700))
        assert len(await buses[0].keys(names.LAST, NAMES.key)) > 3
        async with running(viewer):
            await until(lambda: verdicts(viewer) == verdicts(leader))


async def test_garbage_on_every_subject_is_counted_and_does_no_harm(buses):
    leader, viewer = Leader(buses[0]), Receiver(buses[1])
    await buses[1].keep(names.LAST, NAMES.key, b"\x91" * 1_000)
    await buses[1].store(NAMES.checkpoints, b"garbage")
    async with running(viewer):
        await until(lambda: viewer.subscriber.garbage)
        async with running(leader):
            await published(leader, a_round(0))
            await until(lambda: len(viewer.events) == 10)
            before = viewer.subscriber.garbage
            foreign = ["", "x" * LONGEST_TEXT, "\x1b[2J"]
            huge = messages(Term(0, 0), 2**62, b"\0" * 100, LARGEST, sent_ms=2**62)
            for data in (*map(str.encode, foreign), os.urandom(100_000), *huge):
                await buses[1].store(NAMES.observations, data)
            await published(leader, a_round(10))
            await until(lambda: len(viewer.events) == 20)
    assert viewer.subscriber.garbage >= before + 4
    assert viewer.events == same([*a_round(0), *a_round(10)])


async def test_events_of_other_boards_are_not_heard(buses):
    stranger = names.BoardNames.of("Other")
    viewer = Receiver(buses[1])
    data = batch_bytes(a_round(0), Codebook(), anew=True)
    async with running(viewer):
        for message in messages(Term(1, 1), 1, data, LARGEST, sent_ms=1):
            await buses[0].store(stranger.observations, message)
        await asyncio.wait_for(buses[1].alive(), 5)
    assert viewer.events == []


async def test_a_link_that_is_dead_is_given_up_and_all_is_read_once_it_is_back(
    bus_server, buses, monkeypatch
):
    monkeypatch.setattr(subscriber, "SILENT_SECONDS", 0.2)
    leader, viewer = Leader(buses[0]), Receiver(buses[1])
    async with running(leader, viewer):
        await published(leader, a_round(0))
        await until(lambda: len(viewer.events) == 10)
        bus_server.pause()
        leader.fold(a_round(10))
        await until(lambda: not buses[1].status.connected)
        bus_server.go_on()
        await until(lambda: len(viewer.events) == 20)
    assert viewer.events == same([*a_round(0), *a_round(10)])
