"""The client and heads of answers: long ones, odd ones, and those that must be refused."""

import asyncio
import gzip
import zlib

import pytest

from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.observation import Cause, Failure
from wallboard.domain.reading import ChatAllowed
from wallboard.ece.ask.client import EceClient
from wallboard.settings import ServerSettings, Settings

ENTRY_POINT = EntryPoint(EntryPointKey("prod", 1000), "Sales")
GOOD = b'<chatAllowed allowed="true"/>'
LENGTH = b"Content-Length: %d\r\n" % len(GOOD)
CHUNKED = b"Transfer-Encoding: chunked\r\n"
CHUNKS = b"%x\r\n%b\r\n0\r\n\r\n" % (len(GOOD), GOOD)
START = b"HTTP/1.1 200 OK\r\n"


def client_of(server):
    url = f"http://127.0.0.1:{server.port}"
    return EceClient(ServerSettings(name="prod", url=url), Settings(timeout=20))


async def ask(server, times=1):
    async with client_of(server) as client:
        poll = client.prepare(ENTRY_POINT, Endpoint.CHAT_ALLOWED)
        for _ in range(times):
            seen = await client.poll(poll)
        return seen


def said(seen):
    assert isinstance(seen.outcome, Failure), seen.outcome
    assert seen.outcome.cause == Cause.HTTP
    assert "is not HTTP" not in seen.outcome.message
    assert seen.outcome.message.isprintable()
    return seen.outcome.message


async def in_pieces(writer, data, size):
    for place in range(0, len(data), size):
        writer.write(data[place : place + size])
        await writer.drain()
        await asyncio.sleep(0)


@pytest.mark.parametrize(
    "headers",
    [
        b"X-Long: %b\r\n" % (b"x" * 60_000),
        b"Set-Cookie: %b\r\n" % (b"a=b; " * 10_000),
        b"X-%b: long name\r\n" % (b"x" * 40_000),
        b"".join(b"X-%d: %d\r\n" % (n, n) for n in range(1_500)),
    ],
    ids=["value", "cookie", "name", "many"],
)
async def test_long_heads_and_many_headers_are_read(loopback, headers):
    server = await loopback(START + headers + LENGTH + b"\r\n" + GOOD)

    seen = await ask(server, times=2)

    assert seen.outcome == ChatAllowed(True)
    assert len(seen.response.head) > 10_000
    assert server.connections == 1


async def test_a_long_reason_phrase_is_read(loopback):
    server = await loopback(b"HTTP/1.1 200 %b\r\n%b\r\n%b" % (b"O" * 50_000, LENGTH, GOOD))

    assert (await ask(server)).outcome == ChatAllowed(True)


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        (b"X: %b\r\n" % (b"x" * 70_000), "65,536 bytes"),
        (b"".join(b"X-%d: y\r\n" % n for n in range(2_100)), "2,000 headers"),
        (b"".join(b"X-%d: %b\r\n" % (n, b"y" * 99) for n in range(1_000)), "65,536 bytes"),
    ],
    ids=["value", "count", "sum"],
)
async def test_heads_that_are_too_long_are_told_as_that(loopback, headers, reason):
    server = await loopback(START + headers + LENGTH + b"\r\n" + GOOD)

    assert reason in said(await ask(server))


@pytest.mark.parametrize("piece", [b"x", b"y\r\nX: "], ids=["value", "headers"])
async def test_a_head_without_end_is_refused_while_it_comes(loopback, piece):
    async def endless(writer):
        writer.write(START + b"X: ")
        while True:
            writer.write(piece * 1000)
            await writer.drain()

    server = await loopback(endless)

    assert "65,536 bytes" in said(await ask(server))


async def test_interim_answers_come_before_the_one_that_counts(loopback):
    interim = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    server = await loopback(interim * 3 + START + LENGTH + b"\r\n" + GOOD)

    assert (await ask(server, times=2)).outcome == ChatAllowed(True)


async def test_interim_answers_without_end_are_refused(loopback):
    async def endless(writer):
        while True:
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)
            await writer.drain()

    server = await loopback(endless)

    assert "interim" in said(await ask(server))


READ = {
    "two lengths that are one": (LENGTH * 2, GOOD),
    "a list of one length": (LENGTH[:-2] + b", %d\r\n" % len(GOOD), GOOD),
    "a length and chunks": (LENGTH + CHUNKED, CHUNKS),
    "chunks and another length": (CHUNKED + b"Content-Length: 5\r\n", CHUNKS),
    "the identity coding": (b"Transfer-Encoding: identity\r\n" + LENGTH, GOOD),
    "chunked twice": (CHUNKED * 2, CHUNKS),
    "a space in a name": (b"X y: 1\r\n" + LENGTH, GOOD),
    "a space after a name": (b"X : 1\r\nContent-Length : %d\r\n" % len(GOOD), GOOD),
    "signs in a name": (b"X(y)@z: 1\r\n" + LENGTH, GOOD),
    "umlauts in a name": ("Größe: 1\r\n".encode() + LENGTH, GOOD),
    "no name": (b": 1\r\n" + LENGTH, GOOD),
    "a folded header": (b"X: 1\r\n  more\r\n" + LENGTH, GOOD),
    "a folded header with an odd name": (b"X y: 1\r\n  more\r\n" + LENGTH, GOOD),
    "control characters in a value": (b"X: a\x01b\r\n" + LENGTH, GOOD),
}


@pytest.mark.parametrize("size", [1, 7, 100_000])
@pytest.mark.parametrize("kind", READ)
async def test_an_odd_head_is_read_where_it_may_be(loopback, kind, size):
    headers, body = READ[kind]

    async def answer(writer):
        await in_pieces(writer, START + headers + b"\r\n" + body, size)

    server = await loopback(answer)

    seen = await ask(server)

    assert seen.outcome == ChatAllowed(True)
    assert seen.response.body == GOOD


async def test_lines_that_end_in_a_line_feed_alone_are_read(loopback):
    head = START + b"X y: 1\r\n" + LENGTH + b"\r\n"
    server = await loopback(head.replace(b"\r\n", b"\n") + GOOD)

    assert (await ask(server)).outcome == ChatAllowed(True)


async def test_a_connection_with_an_odd_head_is_not_used_again(loopback):
    server = await loopback(START + LENGTH * 2 + b"\r\n" + GOOD)

    assert (await ask(server, times=3)).outcome == ChatAllowed(True)
    assert server.connections == 3


def chunks(body):
    return b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)


def coded(*names: str):
    return b"".join(b"Transfer-Encoding: %b\r\n" % name.encode() for name in names)


PACKED = gzip.compress(GOOD, mtime=0)
TRANSFERS = {
    "gzip in chunks": (coded("gzip, chunked"), chunks(PACKED)),
    "in two headers": (coded("gzip", "chunked"), chunks(PACKED)),
    "in other letters": (coded("X-GZip ,Chunked"), chunks(PACKED)),
    "deflate in chunks": (coded("deflate, chunked"), chunks(zlib.compress(GOOD))),
    "gzip until the connection ends": (coded("gzip"), PACKED),
    "identity in chunks": (coded("identity, chunked"), chunks(GOOD)),
    "a packed document in packed chunks": (
        coded("gzip, chunked") + b"Content-Encoding: gzip\r\n",
        chunks(gzip.compress(PACKED, mtime=0)),
    ),
}


@pytest.mark.parametrize("size", [1, 100_000])
@pytest.mark.parametrize("kind", TRANSFERS)
async def test_transfer_codings_are_undone(loopback, kind, size):
    headers, body = TRANSFERS[kind]

    async def answer(writer):
        await in_pieces(writer, START + headers + b"\r\n" + body, size)

    seen = await ask(await loopback(answer))

    assert seen.outcome == ChatAllowed(True)
    assert seen.response.body == GOOD


@pytest.mark.parametrize("coding", ["gzip, chunked", "compress, chunked", "x, chunked"])
async def test_what_reads_as_it_is_needs_no_right_transfer_coding(loopback, coding):
    server = await loopback(START + coded(coding) + b"\r\n" + chunks(GOOD))

    assert (await ask(server)).outcome == ChatAllowed(True, lenient=True)


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("compress, chunked", chunks(b"\x1f\x9d\x90" + GOOD[::-1])),
        ("gzip, chunked", chunks(PACKED[:-9])),
        ("chunked, gzip", chunks(PACKED)),
        ("chunked, gzip", gzip.compress(chunks(GOOD), mtime=0)),
    ],
)
async def test_a_transfer_coding_that_cannot_be_undone_is_the_reason(loopback, coding, body):
    async def answer(writer):
        # Where chunks are not the last coding, only the end of the connection ends the body.
        writer.write(START + coded(coding) + b"\r\n" + body)
        await writer.drain()

    seen = await ask(await loopback(answer))

    assert isinstance(seen.outcome, Failure)
    assert seen.outcome.cause == Cause.NOT_XML
    named = coding.removesuffix(", chunked")
    assert f"cannot decompress the answer ({named})" in seen.outcome.message


async def test_a_transfer_coding_does_not_widen_the_limit(loopback):
    bomb = gzip.compress(b" " * 30_000_000, mtime=0)
    server = await loopback(START + coded("gzip, chunked") + b"\r\n" + chunks(bomb))

    seen = await ask(server)

    assert isinstance(seen.outcome, Failure)
    assert seen.outcome.cause == Cause.TOO_LARGE
    assert len(seen.response.body) < 2_000_000


REFUSED = {
    "two lengths": (LENGTH + b"Content-Length: 5\r\n", "Content-Length"),
    "a list of two lengths": (LENGTH[:-2] + b", 5\r\n", "Content-Length"),
    "a length and none": (LENGTH + b"Content-Length:\r\n", "Content-Length"),
    "a length with a sign": (b"Content-Length: +29\r\n", "Content-Length"),
    "a negative length": (b"Content-Length: -1\r\n", "Content-Length"),
    "a length in hexadecimal": (b"Content-Length: 0x1d\r\n", "Content-Length"),
    "a length beyond all": (b"Content-Length: 99999999999999999999999\r\n", "Content-Length"),
    "nearly a length": (b"Content Length: 5\r\n" + LENGTH, "Content-Length"),
    "nearly chunked": (b"Transfer-Encoding\x0b: chunked\r\n" + LENGTH, "Transfer-Encoding"),
    "a zero byte in a value": (b"X: a\0b\r\n" + LENGTH, "header"),
    "a carriage return in a value": (b"X: a\rb\r\n" + LENGTH, "header"),
    "a line that is no header": (b"bad header\r\n" + LENGTH, "header"),
}


@pytest.mark.parametrize("kind", REFUSED)
async def test_a_head_that_must_be_refused_is_refused_with_the_reason(loopback, kind):
    headers, reason = REFUSED[kind]
    server = await loopback(START + headers + b"\r\n" + GOOD)

    assert reason in said(await ask(server))


FRAMINGS = {
    "bodies that are not chunked": (b"", GOOD, "chunk size"),
    "chunks of a byte": (b"", b"1\r\n \r\n", "far larger than the content"),
    "extensions": (b"5;a=", b"x", "far larger than the content"),
    "trailers": (b"0\r\n", b"X: y\r\n", "headers"),
    "one trailer": (b"0\r\nX: ", b"x", "far larger than the content"),
}


@pytest.mark.parametrize("kind", FRAMINGS)
async def test_framing_that_cannot_be_is_refused_with_the_reason(loopback, kind):
    first, more, reason = FRAMINGS[kind]

    async def endless(writer):
        writer.write(START + CHUNKED + b"\r\n")
        await writer.drain()
        await asyncio.sleep(0.05)
        writer.write(first)
        while True:
            writer.write(more * 1000)
            await writer.drain()

    server = await loopback(endless)

    assert reason in said(await ask(server))


@pytest.mark.parametrize("status", [b"204 No Content", b"304 Not Modified"])
@pytest.mark.parametrize(
    "rest",
    [
        b"\r\n" + GOOD,
        LENGTH + b"\r\n" + GOOD,
        b"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
        b"\r\n",
    ],
    ids=["plain", "length", "chunks", "none"],
)
async def test_what_follows_an_answer_without_a_body_is_none_of_it(loopback, status, rest):
    server = await loopback(b"HTTP/1.1 " + status + b"\r\n" + rest)

    seen = await ask(server)

    assert f"the server answered {status.decode()}." in said(seen)
    assert seen.response.body == b""


async def test_a_flood_after_the_answer_changes_nothing_about_it(loopback):
    async def endless(writer):
        writer.write(START + LENGTH + b"\r\n" + GOOD)
        while True:
            writer.write((START + LENGTH + b"\r\n" + GOOD) * 100)
            await writer.drain()

    server = await loopback(endless)

    assert (await ask(server, times=2)).outcome == ChatAllowed(True)
