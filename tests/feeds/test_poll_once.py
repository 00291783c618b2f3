"""One poll of everything against real servers, good and bad."""

from collections import Counter

import pytest
from feeds_support import Heard, starts

from wallboard.domain.observation import Cause, Failure
from wallboard.ece.ask.outgoing import ClientSetupError
from wallboard.feeds.poll_feed import poll_once
from wallboard.settings import EntryPointSettings, ServerSettings


async def test_every_endpoint_is_asked_exactly_once(simulated, server_of, settings_of):
    simulator, heard = await simulated("", 20), Heard()
    await poll_once(settings_of(server_of(simulator)), heard)
    assert set(map(len, starts(simulator).values())) == {1}
    assert simulator.requests.count == len(heard.observations()) == 100
    assert heard.statuses() == []


async def test_a_server_sees_no_more_at_once_than_the_concurrency(
    simulated, server_of, settings_of
):
    simulator = await simulated('[[fault]]\nkind = "latency"\nms = 50\n', 5)
    await poll_once(settings_of(server_of(simulator, concurrency=4)), Heard())
    assert simulator.requests.max_in_flight == 4


async def test_a_dead_server_is_given_up_and_the_others_are_asked_in_full(
    simulated, server_of, settings_of
):
    dead = await simulated('[[fault]]\nkind = "hang"\n', 200)
    lively, heard = await simulated("", 20), Heard()
    servers = server_of(dead, "dead", timeout=0.3), server_of(lively, "lively")
    await poll_once(settings_of(*servers), heard)
    assert dead.requests.count <= 2 * 8 + 7 + 1
    assert len(heard.observations("lively")) == 100
    (status,) = heard.statuses()
    assert status.server == "dead"
    assert status.failure is not None
    assert status.failure.cause is Cause.TIMEOUT
    assert status.next_probe_at is None


async def test_a_host_that_refuses_is_given_up(settings_of, closed_port):
    ids = tuple(EntryPointSettings(id=number) for number in range(1000))
    server = ServerSettings(name="gone", url=f"http://127.0.0.1:{closed_port}", entry_point=ids)
    heard = Heard()
    await poll_once(settings_of(server), heard)
    assert len(heard.observations()) < 30
    assert heard.statuses()[0].failure.cause is Cause.REFUSED


async def test_a_small_server_that_is_dead_is_said_to_be_dead(settings_of, closed_port):
    ids = (EntryPointSettings(id=1000),)
    server = ServerSettings(name="gone", url=f"http://127.0.0.1:{closed_port}", entry_point=ids)
    heard = Heard()
    await poll_once(settings_of(server), heard)
    assert Counter(type(o.outcome) for o in heard.observations()) == {Failure: 5}
    assert [status.server for status in heard.statuses()] == ["gone"]


async def test_hanging_neighbours_do_not_hide_the_rest_of_their_server(
    simulated, server_of, settings_of
):
    hang = '[[fault]]\nkind = "hang"\nentry_points = "1000-1003"\n'
    simulator, heard = await simulated(hang, 8), Heard()
    await poll_once(settings_of(server_of(simulator, concurrency=4, timeout=0.2)), heard)
    assert heard.statuses() == []
    assert len(heard.observations()) == 40
    good = {o.key.id for o in heard.observations() if not isinstance(o.outcome, Failure)}
    assert good == {1004, 1005, 1006, 1007}


async def test_a_client_that_cannot_be_made_is_an_error_of_the_caller(settings_of, tmp_path):
    server = ServerSettings(
        name="broken",
        url="https://127.0.0.1:1",
        ca_file=str(tmp_path / "missing.pem"),
        entry_point=(EntryPointSettings(id=1),),
    )
    with pytest.raises(ClientSetupError, match=r"missing\.pem"):
        await poll_once(settings_of(server), Heard())
