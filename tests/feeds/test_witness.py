"""Witnesses on real sockets: what counts as an answer, and when this machine is blind."""

import asyncio
import math
import socket
import time
from contextlib import asynccontextmanager

import pytest
import trustme
from waiting import until

from wallboard.feeds.network_watch import NetworkWatch, Witnesses, host_and_port


@asynccontextmanager
async def answering(answer: bytes | None, tls=None):
    """A server that sends these bytes to whoever connects, or nothing; yields its port."""
    connections = []

    async def serve(reader, writer):
        connections.append(writer)
        if answer is not None:
            await reader.read(1)
            writer.write(answer)
            await writer.drain()
            writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls) as server:
        yield server.sockets[0].getsockname()[1]
        for writer in connections:
            writer.transport.abort()


@pytest.fixture(scope="module")
def tls():
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("elsewhere.example.com").configure_cert(context)
    return context


async def said(address: str, seconds: float = 5.0):
    (testimony,) = await Witnesses([address], seconds=seconds).ask()
    assert testimony.address == address
    return testimony


async def test_a_port_that_accepts_connections_answers():
    async with answering(None) as port:
        testimony = await said(f"127.0.0.1:{port}")
    assert testimony.failure is None
    assert testimony.elapsed_seconds > 0


async def test_a_name_is_looked_up():
    async with answering(None) as port:
        assert (await said(f"localhost:{port}")).failure is None


async def test_a_port_that_refuses_does_not(closed_port):
    assert (await said(f"127.0.0.1:{closed_port}")).failure == "Connection refused"
    assert (await said(f"https://127.0.0.1:{closed_port}/")).failure == "Connection refused"


async def test_a_name_that_does_not_exist_does_not():
    assert (await said("no-such-host.invalid:443")).failure
    assert (await said("https://no-such-host.invalid/")).failure


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nlocation: https://nowhere.invalid/\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 503 Go away\r\ncontent-length: 9999999\r\n\r\n",
        b"this is not HTTP\r\n\r\n",
        b"",
    ],
    ids=["200", "302", "503", "no HTTP", "closed"],
)
async def test_any_answer_to_a_get_counts_whoever_vouches_for_the_certificate(tls, answer):
    async with answering(answer, tls) as port:
        assert (await said(f"https://127.0.0.1:{port}/")).failure is None


async def test_so_does_whatever_is_no_tls():
    async with answering(b"SSH-2.0-OpenSSH_9.6\r\n") as port:
        assert (await said(f"https://127.0.0.1:{port}/")).failure is None


async def test_one_that_hangs_has_its_time(tls):
    async with answering(None, tls) as port:
        testimony = await said(f"https://127.0.0.1:{port}/", seconds=0.2)
    assert testimony.failure == "no answer within 0.2 s"
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"https://127.0.0.1:{silent.getsockname()[1]}/"
        assert (await said(address, seconds=0.2)).failure == "no answer within 0.2 s"


async def test_one_answer_is_enough_and_nobody_waits_for_the_others(closed_port, tls):
    refused = f"127.0.0.1:{closed_port}"
    async with answering(None, tls) as port:
        hanging = f"https://127.0.0.1:{port}/"
        async with answering(None) as open_port:
            witnesses = Witnesses([hanging, refused, f"127.0.0.1:{open_port}"], seconds=3600)
            assert await witnesses.any_answers()
    assert not await Witnesses([refused, refused]).any_answers()


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("192.0.2.1:443", ("192.0.2.1", 443)),
        ("[2001:db8::1]:22", ("2001:db8::1", 22)),
        ("https://intranet.example.com/", ("intranet.example.com", 443)),
        ("https://intranet.example.com:8443/x", ("intranet.example.com", 8443)),
    ],
)
def test_an_address_has_a_host_and_a_port(address, parts):
    assert host_and_port(address) == parts


@pytest.mark.parametrize("address", ["example.com", ":443", "example.com:x", "a:70000"])
def test_an_address_without_them_is_none(address):
    with pytest.raises(ValueError, match=r".*"):
        host_and_port(address)


class Outage:
    """Whether no server can be reached, as a feed would say; counts how often it was asked."""

    def __init__(self, *, total: bool = True) -> None:
        self.total = total
        self.asked = 0
        self.answered_at = -math.inf

    def __call__(self) -> bool:
        self.asked += 1
        return self.total

    async def rounds(self, count: int = 3) -> None:
        enough = self.asked + count
        await until(lambda: self.asked >= enough)


@asynccontextmanager
async def watching(witnesses, outage):
    watch = NetworkWatch(
        witnesses, outage, lambda: outage.answered_at, ask_seconds=0.01, look_seconds=0.01
    )
    task = asyncio.create_task(watch.run())
    try:
        yield watch
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_witnesses_are_asked_only_when_no_server_can_be_reached():
    connections = []

    async def serve(_, writer):
        connections.append(writer)
        writer.close()

    outage = Outage(total=False)
    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with watching([f"127.0.0.1:{port}"], outage) as watch:
            await outage.rounds()
            assert connections == []
            outage.total = True
            await until(lambda: len(connections) > 3)
            assert watch.blind_since is None


async def test_this_machine_is_blind_from_the_first_round_in_vain_until_one_answers(closed_port):
    outage, began = Outage(), time.time()
    async with watching([f"127.0.0.1:{closed_port}"], outage) as watch:
        await until(lambda: watch.blind_since is not None)
        since = watch.blind_since
        assert began <= since <= time.time()
        await outage.rounds()
        assert watch.blind_since == since
        async with answering(None) as port:
            watch.replace([f"127.0.0.1:{closed_port}", f"127.0.0.1:{port}"])
            assert watch.blind_since is None
            await outage.rounds()
            assert watch.blind_since is None
            assert watch.network_until is None
        await until(lambda: watch.blind_since is not None)
        assert watch.blind_since > since
        assert since < watch.network_until <= watch.blind_since


async def test_a_network_was_there_until_anybody_answered_or_the_watch_began(closed_port):
    outage, began = Outage(), time.time()
    async with watching([f"127.0.0.1:{closed_port}"], outage) as watch:
        await until(lambda: watch.blind_since is not None)
        assert began <= watch.network_until <= watch.blind_since
        outage.answered_at = time.time()
        assert watch.network_until == outage.answered_at


async def test_it_is_not_once_a_server_can_be_reached(closed_port):
    outage = Outage()
    async with watching([f"127.0.0.1:{closed_port}"], outage) as watch:
        await until(lambda: watch.blind_since is not None)
        outage.total = False
        assert watch.blind_since is None


async def test_without_witnesses_nobody_is_blind():
    outage = Outage()
    async with watching([], outage) as watch:
        await outage.rounds()
        assert watch.blind_since is None
