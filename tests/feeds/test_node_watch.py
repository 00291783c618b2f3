"""Nodes behind a sticky balancer, asked directly: a dead one is seen, whatever it says."""

import asyncio
import contextlib
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest
from balancer import Balancer
from waiting import until

from wallboard.board import Board
from wallboard.domain.endpoint import EntryPoint, EntryPointKey
from wallboard.domain.node import Stance
from wallboard.domain.node_difference import differences, known_nodes
from wallboard.domain.observation import Cause
from wallboard.domain.policy import Verdict
from wallboard.feeds.node_watch import NodeWatch, Rotation
from wallboard.feeds.poll_feed import PollFeed
from wallboard.inheritance import entry_points_of
from wallboard.setting_types import Secret

SALES = EntryPointKey("prod", 1000)


class Watched:
    """A board that is fed by polls of a server and of its nodes."""

    def __init__(self, settings) -> None:
        self.board = Board(entry_points_of(settings))
        self.feed, self.watch = PollFeed(settings), NodeWatch(settings)
        self.at = 0.0
        self._tasks = [
            asyncio.create_task(self.feed.run(self.fold)),
            asyncio.create_task(self.watch.run(self.fold)),
        ]

    def fold(self, event):
        folded = self.board.fold(event)
        self.at = getattr(event, "at", self.at)
        return folded

    def replace(self, settings):
        self.feed.replace(settings)
        self.watch.replace(settings)

    def differing(self, key=SALES):
        found = differences(self.board.status(key), self.at)
        return {one.node: (one.server, one.says) for one in found}

    def nodes(self, key=SALES):
        return {view.node: view for view in known_nodes(self.board.status(key), self.at)}

    async def stop(self):
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@pytest.fixture
async def cluster(simulated, server_of, settings_of):
    """Starts two nodes behind a balancer, and a board that watches them."""
    async with AsyncExitStack() as stack:

        async def started(*scenarios: str, nodes=None, entry_points=2, **more):
            simulators = [await simulated(one, entry_points) for one in scenarios or ("", "")]
            balancer = await stack.enter_async_context(Balancer(*simulators))
            server = server_of(simulators[0], nodes=nodes or balancer.addresses, **more)
            settings = settings_of(replace(server, url=balancer.url), backoff_max=0.4, timeout=1.0)
            watched = Watched(settings)
            stack.push_async_callback(watched.stop)
            return balancer, settings, watched

        yield started


async def test_a_dead_node_behind_a_sticky_balancer_is_seen_and_so_is_its_return(cluster):
    # The balancer is kept at the first node by a cookie: by itself it would never tell.
    balancer, _, watched = await cluster(headers={"Cookie": Secret("node=0")})
    first, second = balancer.addresses
    await until(lambda: set(watched.nodes()) == {first, second})
    assert watched.differing() == {}

    port = balancer.places[1][1]
    await balancer.nodes[1].stop()
    await until(lambda: watched.differing() == {second: (Stance.OPEN, Stance.FAILED)})
    assert watched.board.status(SALES).judgement.verdict is Verdict.OPEN
    assert watched.nodes()[second].newest.unreachable.cause is Cause.REFUSED

    await balancer.nodes[1].start(port=port)
    await until(lambda: watched.differing() == {} and watched.nodes()[second].up)


async def test_every_tenth_poll_of_the_server_is_on_a_new_connection_without_cookies(cluster):
    balancer, _, _ = await cluster(headers={"Cookie": Secret("node=0")})

    await until(lambda: balancer.connections.count(1) >= 2)

    anew = [head for head in balancer.heads if b"cookie" not in head.lower()]
    assert len(anew) == len(balancer.heads) - sum(b"node=0" in head for head in balancer.heads)
    assert all(b"onnection: close" in head for head in anew)
    # Of each endpoint of each entry point every tenth, so about a tenth of all.
    polls = sum(node.requests.count for node in balancer.nodes)
    assert len(anew) <= polls / 10 + 10


async def test_a_node_that_answers_differently_differs_for_that_entry_point_alone(cluster):
    closed = '[[fault]]\nkind = "service_not_running"\nentry_points = [1001]\n'
    balancer, _, watched = await cluster("", closed, headers={"Cookie": Secret("node=0")})
    _, second = balancer.addresses

    await until(lambda: second in watched.differing(EntryPointKey("prod", 1001)))

    assert watched.differing(SALES) == {}


async def test_nodes_are_taken_up_and_given_up_on_an_edit(cluster):
    balancer, settings, watched = await cluster()
    first, second = balancer.addresses
    await until(lambda: set(watched.nodes()) == {first, second})

    (server,) = settings.server
    watched.replace(replace(settings, server=(replace(server, nodes=(first,)),)))
    newest = watched.nodes()[first].newest.poll.at
    await until(lambda: watched.nodes()[first].newest.poll.at > newest + 1.0)

    assert watched.nodes()[second].newest.poll.at < watched.nodes()[first].newest.poll.at - 0.5


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n" + b"x" * 2_000_000,
        b"\x00\xff garbage\r\n\r\n" * 1000,
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000,
    ],
    ids=["huge", "garbage", "endless head"],
)
async def test_a_hostile_node_is_bounded_and_a_failure(cluster, answer):
    async with _hostile(answer) as port:
        _, _, watched = await cluster(nodes=(f"127.0.0.1:{port}",))
        node = f"127.0.0.1:{port}"
        await until(lambda: watched.differing() == {node: (Stance.OPEN, Stance.FAILED)})

    response = watched.nodes()[node].newest.poll.response
    assert response is None or len(response.body) <= 65_536


async def test_a_node_that_hangs_costs_its_server_nothing(cluster):
    async with _hostile(None) as port:
        node = f"127.0.0.1:{port}"
        _balancer, _, watched = await cluster(nodes=(node,))
        await until(lambda: watched.differing() == {node: (Stance.OPEN, Stance.FAILED)})

    assert watched.nodes()[node].newest.unreachable.cause is Cause.TIMEOUT
    assert watched.board.status(SALES).judgement.verdict is Verdict.OPEN


def test_each_entry_point_has_its_turn_and_a_doubtful_one_every_second():
    points = [EntryPoint(EntryPointKey("prod", number), "") for number in range(5)]
    rotation = Rotation(points)
    assert {rotation.next().key.id for _ in range(5)} == {0, 1, 2, 3, 4}

    rotation.note(points[3].key, doubtful=True)
    asked = [rotation.next().key.id for _ in range(10)]
    assert asked[::2] == [3] * 5
    assert set(asked[1::2]) == {0, 1, 2, 3, 4}

    rotation.note(points[3].key, doubtful=False)
    assert len({rotation.next().key.id for _ in range(5)}) == 5


@contextlib.asynccontextmanager
async def _hostile(answer):
    async def serve(reader, writer):
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            if answer is None:
                await reader.read()
            writer.write(answer or b"")
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
