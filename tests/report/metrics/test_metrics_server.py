"""The HTTP server of the page, in this process."""

import asyncio
import threading
from collections.abc import Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

import aiohttp
import pytest
from report_support import NOW, OPEN, board_of, entry_point, tell
from waiting import PATIENCE_SECONDS

from wallboard.report.metrics.server import MOST_CONNECTIONS, MOST_SCRAPES, MetricsServer

SALES = entry_point(1000, "Sales")


@asynccontextmanager
async def serving(snapshot):
    server = MetricsServer(snapshot)
    try:
        yield server, await server.start("127.0.0.1", 0)
    finally:
        await server.stop()


def told():
    board = board_of(SALES)
    tell(board, SALES, OPEN)
    return board.snapshot(NOW)


class Held(Mapping):
    """Entry points that are only known once the test lets go."""

    def __init__(self, known) -> None:
        self.known, self.free = known, threading.Event()

    def __getitem__(self, key) -> object:
        return self.known[key]

    def __iter__(self) -> Iterator[object]:
        assert self.free.wait(PATIENCE_SECONDS)
        return iter(self.known)

    def __len__(self) -> int:
        return len(self.known)


async def test_whoever_comes_when_too_many_wait_is_told_to_come_back():
    held = Held(told().entry_points)
    snapshot = replace(told(), entry_points=held)
    more = 5
    async with serving(lambda: snapshot) as (_server, url), aiohttp.ClientSession() as session:

        async def scrape():
            async with session.get(url) as answer:
                return answer.status, answer.headers.get("Retry-After")

        scrapes = [asyncio.create_task(scrape()) for _ in range(MOST_SCRAPES + more)]
        async with asyncio.timeout(PATIENCE_SECONDS):
            first = asyncio.as_completed(scrapes)
            turned_away = [await next(first) for _ in range(more)]
            held.free.set()
            answers = await asyncio.gather(*scrapes)
        assert turned_away == [(503, "1")] * more
        assert sorted(answers) == [(200, None)] * MOST_SCRAPES + [(503, "1")] * more


async def test_polls_go_on_while_a_page_is_written():
    held = Held(told().entry_points)
    snapshot = replace(told(), entry_points=held)
    async with serving(lambda: snapshot) as (_server, url), aiohttp.ClientSession() as session:
        async with asyncio.timeout(PATIENCE_SECONDS):
            scrape = asyncio.create_task(session.get(url))
            # The loop answers others, so it would answer polls.
            async with session.get(url.replace("/metrics", "/-/healthy")) as answer:
                assert answer.status == 200
            assert not scrape.done()
            held.free.set()
            async with await scrape as answer:
                assert answer.status == 200


async def test_only_reading_is_allowed_and_head_has_no_body():
    async with serving(told) as (_server, url), aiohttp.ClientSession() as session:
        async with session.head(url) as answer:
            assert (answer.status, await answer.read()) == (200, b"")
            assert answer.headers["Server"] == "wallboard"
        async with session.post(url, data=b"x" * 100_000) as answer:
            assert answer.status == 405


async def test_a_port_that_is_taken_is_an_error_and_one_that_was_stopped_is_free():
    async with serving(told) as (_server, url):
        port = int(url.split(":")[2].split("/")[0])
        other = MetricsServer(told)
        with pytest.raises(OSError, match="address already in use"):
            await other.start("127.0.0.1", port)
    assert await other.start("127.0.0.1", port) == url
    await other.stop()


async def test_an_ipv6_address_is_one_that_can_be_typed():
    server = MetricsServer(told)
    try:
        url = await server.start("::1", 0)
    except OSError:
        pytest.skip("there is no IPv6 here")
    assert url.startswith("http://[::1]:")
    await server.stop()


async def test_connections_that_ask_nothing_give_way_to_one_that_asks():
    async with serving(told) as (_server, url), aiohttp.ClientSession() as session:
        port = int(url.rpartition(":")[2].partition("/")[0])
        idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(MOST_CONNECTIONS)]
        async with session.get(url) as answer:
            assert answer.status == 200
        async with asyncio.timeout(PATIENCE_SECONDS):
            with suppress(ConnectionError):
                assert await idle[0][0].read() == b""
        reader, writer = idle[-1]
        writer.write(b"GET /-/healthy HTTP/1.1\r\nHost: here\r\n\r\n")
        assert await reader.readline() == b"HTTP/1.1 200 OK\r\n"
        for _, writer in idle:
            writer.close()


async def test_what_is_no_request_is_refused_and_fills_no_log(caplog):
    async with serving(told) as (_server, url):
        port = int(url.rpartition(":")[2].partition("/")[0])
        for request in (b"GET /?\xff HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\n:\r\n\r\n"):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(request)
            assert b" 400 " in await reader.readline()
            writer.close()
    assert not caplog.records
