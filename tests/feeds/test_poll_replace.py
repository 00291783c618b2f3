"""A feed whose config is edited while it polls real servers."""

import asyncio
import ssl
import time
from collections import Counter
from contextlib import suppress
from dataclasses import replace

import pytest
import trustme
from feeds_support import connections, most_polls, rounds, starts
from waiting import until

from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.observation import Cause
from wallboard.domain.policy import Level, Verdict
from wallboard.ece.ask.client import EceClient
from wallboard.ece.ask.connector import Connector
from wallboard.feeds.poll_feed import PollFeed
from wallboard.feeds.schedule import TurnState
from wallboard.setting_types import Secret
from wallboard.settings import EntryPointSettings, ServerSettings, Settings, ThresholdSettings

INTERVAL = 0.2


def points(*ids: int):
    return tuple(EntryPointSettings(id=number) for number in ids)


def asked(simulator, since):
    """The ids and endpoints that were asked for after so many requests, and how often."""
    paths = [path.split("/") for _, path in list(simulator.requests.log)[since:]]
    return Counter((int(number), operation) for *_, operation, number in paths)


def gone(simulator, since, wanted):
    """What else was asked for after so many requests, and how often."""
    found = asked(simulator, since).items()
    return Counter({one: count for one, count in found if one not in wanted})


def under_way(feed):
    """What is being asked for at this moment; each may still arrive, once."""
    turns = feed._servers["prod"]._schedule.turns
    return Counter((turn.key.id, turn.endpoint) for turn in turns if turn.state is TurnState.TAKEN)


async def answer_all(reader, writer):
    """Serves a connection with empty answers."""
    with suppress(asyncio.IncompleteReadError, ConnectionError):
        while await reader.readuntil(b"\r\n\r\n"):
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    writer.close()


async def test_a_server_that_stays_as_it_is_keeps_its_connections_and_its_pace(
    simulated, server_of, settings_of, running
):
    stays, comes = await simulated(), await simulated()
    server, began = server_of(stays, "stays"), time.monotonic()
    feed, heard = running(settings_of(server, interval=INTERVAL))
    await until(lambda: rounds(stays) >= 2)
    before = connections(stays)
    for turn in range(6):
        others = (server_of(comes, "comes"),) if turn % 2 == 0 else ()
        feed.replace(settings_of(server, *others, interval=INTERVAL))
        seen = rounds(stays)
        await until(lambda seen=seen: rounds(stays) > seen)
        await until(lambda: heard.observations("comes"))
    assert connections(stays) >= before  # a slow machine may have needed one more
    for at in starts(stays).values():
        assert len(at) <= most_polls(began, at[-1], INTERVAL)


async def test_a_server_that_is_removed_is_no_longer_asked(
    simulated, server_of, settings_of, running
):
    stays, goes = await simulated(), await simulated()
    feed, heard = running(settings_of(server_of(stays, "stays"), server_of(goes, "goes")))
    await until(lambda: rounds(goes) >= 1)
    feed.replace(settings_of(server_of(stays, "stays")))
    await until(lambda: not connections(goes))
    before = goes.requests.count, len(heard.observations("goes"))
    seen = rounds(stays)
    await until(lambda: rounds(stays) >= seen + 3)
    assert (goes.requests.count, len(heard.observations("goes"))) == before
    feed.poll_now(EntryPointKey("goes", 1000))


async def test_a_new_server_is_polled_whole(simulated, server_of, settings_of, running):
    first, second = await simulated(), await simulated()
    feed, heard = running(settings_of(server_of(first, "first")))
    await until(lambda: rounds(first) >= 1)
    feed.replace(settings_of(server_of(first, "first"), server_of(second, "second")))
    await until(lambda: len(heard.counts("second")) == 15)


async def test_entry_points_come_and_go_over_the_same_connections(
    simulated, server_of, settings_of, running
):
    simulator = await simulated("", 6)
    server = server_of(simulator)
    feed, _ = running(settings_of(replace(server, entry_point=points(1000, 1001, 1002))))
    await until(lambda: len(starts(simulator)) == 15)
    before, late, edited = connections(simulator), under_way(feed), simulator.requests.count
    feed.replace(settings_of(replace(server, entry_point=points(1005, 1001, 1004))))
    wanted = {(number, endpoint) for number in (1001, 1004, 1005) for endpoint in Endpoint}
    await until(lambda: all(asked(simulator, edited)[one] >= 2 for one in wanted))
    assert gone(simulator, edited, wanted) <= late
    assert connections(simulator) & before


async def test_an_entry_point_removed_while_it_is_asked_is_not_asked_again(
    simulated, server_of, settings_of, running
):
    simulator = await simulated('[[fault]]\nkind = "latency"\nms = 300\n')
    server = server_of(simulator)
    feed, _ = running(settings_of(server))
    await until(lambda: simulator.requests.in_flight == 8)
    edited = simulator.requests.count
    feed.replace(settings_of(replace(server, entry_point=points(1002))))
    await until(lambda: simulator.requests.count >= edited + 15)
    assert {number for number, _ in asked(simulator, edited)} == {1002}


async def test_more_entry_points_are_polled_by_all_the_workers_the_server_allows(
    simulated, server_of, settings_of, running
):
    simulator = await simulated('[[fault]]\nkind = "latency"\nms = 200\n', 5)
    server = replace(server_of(simulator, concurrency=7), endpoints=(Endpoint.CAPACITY,))
    feed, _ = running(settings_of(replace(server, entry_point=points(1000))))
    await until(lambda: simulator.requests.count >= 1)
    whole = replace(server, endpoints=tuple(Endpoint))
    feed.replace(settings_of(whole))
    await until(lambda: rounds(simulator) >= 2)
    assert simulator.requests.max_in_flight == 7


async def test_other_endpoints_of_the_same_server_are_asked_from_then_on(
    simulated, server_of, settings_of, running
):
    simulator = await simulated()
    server = replace(server_of(simulator), endpoints=(Endpoint.CAPACITY, Endpoint.CHAT_ALLOWED))
    feed, heard = running(settings_of(server))
    await until(lambda: len(heard.counts()) == 6)
    before, late, edited = connections(simulator), under_way(feed), simulator.requests.count
    only = (Endpoint.CHECK_ELIGIBILITY, Endpoint.CAPACITY)
    feed.replace(settings_of(replace(server, endpoints=only)))
    wanted = {(number, endpoint) for number in (1000, 1001, 1002) for endpoint in only}
    await until(lambda: all(asked(simulator, edited)[one] >= 3 for one in wanted))
    assert gone(simulator, edited, wanted) <= late
    assert connections(simulator) & before


@pytest.mark.parametrize(
    "edit",
    [
        {"thresholds": ThresholdSettings(wait_warning=1.0)},
        {"levels": {Verdict.OTHER: Level.OK}},
        {"button_rule": Endpoint.CAPACITY},
        {"entry_point": (EntryPointSettings(id=1000, name="Sales", group="EMEA"),)},
        {"interval": INTERVAL, "timeout": 5.0, "concurrency": 8},
    ],
)
async def test_what_only_changes_the_judgement_does_not_disturb_the_polls(
    simulated, server_of, settings_of, running, edit
):
    simulator = await simulated("", 1)
    server = server_of(simulator)
    feed, _ = running(settings_of(server, interval=INTERVAL))
    await until(lambda: rounds(simulator) >= 1)
    before = connections(simulator)
    polls = feed._servers["prod"]
    turns = polls._schedule.turns
    feed.replace(settings_of(replace(server, **edit), interval=INTERVAL))
    seen = rounds(simulator)
    await until(lambda: rounds(simulator) >= seen + 2)
    assert connections(simulator) >= before  # a slow machine may have needed one more
    assert feed._servers["prod"] is polls
    assert polls._schedule.turns is turns


async def test_a_server_at_another_address_is_asked_there_and_no_longer_here(
    simulated, server_of, settings_of, running
):
    here, there = await simulated(), await simulated()
    feed, _ = running(settings_of(server_of(here)))
    await until(lambda: rounds(here) >= 1)
    feed.replace(settings_of(server_of(there)))
    await until(lambda: not connections(here))
    before = here.requests.count
    await until(lambda: rounds(there) >= 2)
    assert here.requests.count == before


async def test_a_header_that_changes_is_sent_with_the_next_polls(
    simulated, server_of, settings_of, running
):
    simulator = await simulated("", 1)
    server = server_of(simulator, headers={"X-One": Secret("1")})
    feed, heard = running(settings_of(server))

    def sent():
        return {name for name, _ in heard.observations()[-1].request.headers}

    await until(lambda: heard.observations() and "X-One" in sent())
    feed.replace(settings_of(replace(server, headers={"X-Two": Secret("2")})))
    await until(lambda: "X-Two" in sent())
    assert "X-One" not in sent()


async def test_an_address_put_right_ends_the_outage_at_once(
    simulated, server_of, settings_of, running, closed_port
):
    simulator = await simulated()
    right = server_of(simulator)
    wrong = replace(right, url=f"http://127.0.0.1:{closed_port}")
    feed, heard = running(settings_of(wrong, backoff_max=3600.0))
    await until(heard.statuses)
    assert heard.statuses()[-1].failure.cause is Cause.REFUSED
    feed.replace(settings_of(right, backoff_max=3600.0))
    assert heard.statuses()[-1].failure is None
    await until(lambda: rounds(simulator) >= 1)
    assert heard.statuses()[-1].failure is None


async def test_a_server_that_is_down_is_still_probed_with_other_entry_points(
    simulated, server_of, settings_of, running
):
    simulator = await simulated()
    port = int(simulator.url.rpartition(":")[2])
    server = server_of(simulator)
    feed, heard = running(settings_of(server, backoff_max=0.2))
    await until(lambda: rounds(simulator) >= 1)
    await simulator.stop()
    await until(lambda: len(heard.statuses()) >= 2)
    feed.replace(settings_of(replace(server, entry_point=points(1002)), backoff_max=0.2))
    count = len(heard.statuses())
    await until(lambda: len(heard.statuses()) >= count + 2)
    await simulator.start("127.0.0.1", port)
    await until(lambda: heard.statuses()[-1].failure is None)


async def test_a_feed_may_be_told_before_it_runs(simulated, server_of, settings_of):
    before, after = await simulated(), await simulated()
    feed = PollFeed(settings_of(server_of(before)))
    feed.replace(settings_of(server_of(after, "after")))
    feed.poll_now(EntryPointKey("prod", 1000))
    assert feed.lag_seconds == 0.0
    assert list(feed._servers) == ["after"]


async def test_many_edits_in_a_row_leave_one_set_of_polls(
    simulated, server_of, settings_of, running
):
    simulator = await simulated('[[fault]]\nkind = "latency"\nms = 20\n')
    server = server_of(simulator, concurrency=2)
    feed, _ = running(settings_of(server))
    await until(lambda: rounds(simulator) >= 1)
    for number in range(20):
        feed.replace(settings_of(replace(server, headers={"X-Edit": Secret(str(number))})))
    await until(lambda: simulator.requests.in_flight == 0)
    simulator.requests.max_in_flight = 0
    seen = rounds(simulator)
    await until(lambda: rounds(simulator) >= seen + 2)
    assert simulator.requests.max_in_flight == 2


async def test_a_reload_takes_up_files_that_changed_though_the_settings_did_not(
    tmp_path, settings_of, running
):
    old, new, ca_file = trustme.CA(), trustme.CA(), tmp_path / "ca.pem"
    old.cert_pem.write_to_path(ca_file)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    old.issue_cert("127.0.0.1").configure_cert(tls)

    async with await asyncio.start_server(answer_all, "127.0.0.1", 0, ssl=tls) as listener:
        url = f"https://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
        server = ServerSettings(name="prod", url=url, ca_file=str(ca_file), entry_point=points(1))
        settings = settings_of(server, interval=INTERVAL)
        feed, heard = running(settings)
        await until(heard.observations)
        ca_file.write_text("half")
        feed.replace(settings)
        await until(lambda: feed.problems)
        assert str(ca_file) in feed.problems[0]
        new.cert_pem.write_to_path(ca_file)
        feed.replace(settings)
        await until(heard.statuses)
        assert feed.problems == ()
        assert heard.statuses()[0].failure.cause is Cause.TLS


async def test_a_connection_that_was_being_made_while_the_files_changed_serves_one_request(
    tmp_path, monkeypatch
):
    old, new, ca_file = trustme.CA(), trustme.CA(), tmp_path / "ca.pem"
    old.cert_pem.write_to_path(ca_file)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    old.issue_cert("127.0.0.1").configure_cert(tls)
    looked_up, found, look_up = asyncio.Event(), asyncio.Event(), Connector._resolve_host

    async def looked_up_late(*args: object, **options):
        looked_up.set()
        await found.wait()
        return await look_up(*args, **options)

    monkeypatch.setattr(Connector, "_resolve_host", looked_up_late)
    async with await asyncio.start_server(answer_all, "127.0.0.1", 0, ssl=tls) as listener:
        url = f"https://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
        server = ServerSettings(name="prod", url=url, ca_file=str(ca_file), entry_point=points(1))
        async with EceClient(server, Settings()) as client:
            poll = client.prepare(EntryPoint(EntryPointKey("prod", 1), "1"), Endpoint.CHAT_ALLOWED)
            first = asyncio.create_task(client.poll(poll))
            await looked_up.wait()
            new.cert_pem.write_to_path(ca_file)
            client.renew()
            found.set()
            assert (await first).outcome.cause is not Cause.TLS
            assert (await client.poll(poll)).outcome.cause is Cause.TLS
