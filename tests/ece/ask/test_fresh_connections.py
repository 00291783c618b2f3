"""Polls on a new connection without cookies, which a balancer takes to whichever node is next."""

import pytest

from tests.balancer import Balancer
from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.reading import ChatAllowed
from wallboard.ece.ask.client import FRESH_EVERY, EceClient
from wallboard.setting_types import Secret
from wallboard.settings import ServerSettings, Settings
from wallboard.simulator.scenario import parse_scenario
from wallboard.simulator.server import Simulator

ENTRY_POINT = EntryPoint(EntryPointKey("prod", 1000), "Sales")
CLOSED = '[[fault]]\nkind = "service_not_running"\n'


async def answers(*scenarios: str):
    """What a server answers that keeps us at its first node, and how many asked the others."""
    nodes = [Simulator(entry_points=[1000], scenario=parse_scenario(one)) for one in scenarios]
    for node in nodes:
        await node.start()
    try:
        async with Balancer(*nodes) as balancer:
            server = ServerSettings(
                name="prod",
                url=balancer.url,
                nodes=balancer.addresses,
                headers={"Cookie": Secret("node=0")},
            )
            async with EceClient(server, Settings()) as client:
                poll = client.prepare(ENTRY_POINT, Endpoint.CHAT_ALLOWED)
                seen = [await client.poll(poll) for _ in range(6 * FRESH_EVERY)]
            return seen, sum(number > 0 for number in balancer.connections)
    finally:
        for node in nodes:
            await node.stop()


@pytest.mark.parametrize("other", ["", CLOSED], ids=["alike", "closed"])
async def test_one_node_that_differs_is_not_what_the_server_says(other):
    seen, elsewhere = await answers("", other)
    assert elsewhere >= 3
    assert all(one.outcome == ChatAllowed(True) for one in seen)
    assert any(one.asked_again for one in seen) is bool(other)


async def test_what_two_new_connections_say_is_what_the_server_says():
    seen, _ = await answers("", CLOSED, CLOSED)
    closed = [one for one in seen if one.outcome != ChatAllowed(True)]
    assert closed
    assert all(one.asked_again for one in closed)
