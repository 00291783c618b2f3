"""The client against real sockets: what is sent, what is kept, and what every failure is called."""

import asyncio
import contextlib
import gzip
import socket
import struct
import threading
import zlib

import pytest

from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.observation import Cause, Failure
from wallboard.domain.reading import ChatAllowed
from wallboard.ece.ask.client import EceClient
from wallboard.ece.ask.outgoing import ClientSetupError
from wallboard.setting_types import Secret
from wallboard.settings import ServerSettings, Settings

ENTRY_POINT = EntryPoint(EntryPointKey("prod", 1000), "Sales")
GOOD = b'<?xml version="1.0"?><chatAllowed allowed="true"/>'
# Without the time, since it becomes the name of a test in every process.
PACKED = gzip.compress(GOOD, mtime=0)


def http(body=GOOD, status="200 OK", *headers: str):
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode("utf-8") + b"\r\n\r\n" + body


@contextlib.asynccontextmanager
async def client_of(port, settings=None, *, scheme="http", host="127.0.0.1", **server):
    server = {"name": "prod", "url": f"{scheme}://{host}:{port}", **server}
    async with EceClient(ServerSettings(**server), settings or Settings()) as client:
        yield client


async def ask(port, settings=None, endpoint=Endpoint.CHAT_ALLOWED, **server):
    async with client_of(port, settings, **server) as client:
        return await client.poll(client.prepare(ENTRY_POINT, endpoint))


def cause_of(observation):
    assert isinstance(observation.outcome, Failure), observation.outcome
    assert observation.outcome.message.isprintable()
    return observation.outcome.cause


def unused_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


async def hang(writer):
    await asyncio.Event().wait()


async def test_an_answer_is_read_and_kept_byte_for_byte(loopback):
    server = await loopback(http(GOOD, "200 Fine", "X-Odd:  \tspaced", "Content-Type: text/xml"))

    ticks = iter((5.0, 7.5))
    settings = ServerSettings(name="prod", url=f"http://127.0.0.1:{server.port}")
    async with EceClient(
        settings, Settings(), clock=lambda: 1234.5, timer=lambda: next(ticks)
    ) as client:
        seen = await client.poll(client.prepare(ENTRY_POINT, Endpoint.CHAT_ALLOWED))

    assert seen.outcome == ChatAllowed(True)
    assert (seen.key, seen.endpoint) == (ENTRY_POINT.key, Endpoint.CHAT_ALLOWED)
    assert (seen.at, seen.elapsed_seconds) == (1234.5, 2.5)
    assert seen.request.method == "GET"
    address = f"http://127.0.0.1:{server.port}/system/egain/chat/entrypoint/chatAllowed/1000"
    assert seen.request.url == address
    assert seen.response is not None
    assert (seen.response.status, seen.response.reason) == (200, "Fine")
    assert seen.response.body == GOOD
    assert not seen.response.truncated
    head = f"Content-Length: {len(GOOD)}\r\nX-Odd: spaced\r\nContent-Type: text/xml"
    assert seen.response.head == head.encode()


async def test_what_is_sent_says_what_can_be_read_and_who_asks(loopback):
    server = await loopback(http())

    seen = await ask(server.port)

    (sent,) = server.requests
    assert sent.startswith("GET /system/egain/chat/entrypoint/chatAllowed/1000 HTTP/1.1\r\n")
    for name, value in seen.request.headers:
        assert f"\r\n{name}: {value}\r\n".lower() in sent.lower()
    assert "\r\naccept: application/xml" in sent.lower()
    assert "\r\nuser-agent: wallboard/" in sent.lower()
    assert "\r\naccept-language: " in sent.lower()
    assert "\r\ncache-control: no-cache\r\n" in sent.lower()


async def test_polls_share_a_connection(loopback):
    server = await loopback(http())

    async with client_of(server.port) as client:
        poll = client.prepare(ENTRY_POINT, Endpoint.CHAT_ALLOWED)
        for _ in range(3):
            await client.poll(poll)

    assert (len(server.requests), server.connections) == (3, 1)


async def test_no_more_connections_than_the_concurrency(loopback):
    server = await loopback(http())

    async with client_of(server.port, concurrency=2) as client:
        poll = client.prepare(ENTRY_POINT, Endpoint.CHAT_ALLOWED)
        seen = await asyncio.gather(*(client.poll(poll) for _ in range(10)))

    assert all(one.outcome == ChatAllowed(True) for one in seen)
    assert server.connections <= 2


async def test_a_kept_connection_the_server_gave_up_is_replaced_in_silence(loopback):
    server = await loopback(http(), None, http())

    async with client_of(server.port) as client:
        poll = client.prepare(ENTRY_POINT, Endpoint.CHAT_ALLOWED)
        assert (await client.poll(poll)).outcome == ChatAllowed(True)
        assert (await client.poll(poll)).outcome == ChatAllowed(True)

    assert len(server.requests) == 3


async def test_cookies_are_not_kept(loopback):
    server = await loopback(http(GOOD, "200 OK", "Set-Cookie: session=1; Path=/"))

    async with client_of(server.port, host="localhost") as client:
        poll = client.prepare(ENTRY_POINT, Endpoint.CHAT_ALLOWED)
        await client.poll(poll)
        await client.poll(poll)

    assert "cookie" not in server.requests[1].lower()


async def test_secrets_are_sent_but_never_shown(loopback):
    server = await loopback(http())

    seen = await ask(
        server.port,
        host="me:hush%21@127.0.0.1",
        headers={"X-egain-session": Secret("hush2"), "accept": Secret("text/xml")},
    )

    sent = server.requests[0].lower()
    assert "authorization: basic bwu6ahvzace=" in sent
    assert "x-egain-session: hush2" in sent
    assert sent.count("\r\naccept: ") == 1
    assert ("X-egain-session", "•••") in seen.request.headers
    assert ("Authorization", "•••") in seen.request.headers
    assert "@" not in seen.request.url
    assert "hush" not in repr(seen)
    assert "bwu6" not in repr(seen).lower()


async def test_a_configured_authorization_wins_over_the_address(loopback):
    server = await loopback(http())

    await ask(server.port, host="me:you@127.0.0.1", headers={"authorization": Secret("Bearer t")})

    assert "authorization: Bearer t\r\n" in server.requests[0]
    assert "Basic" not in server.requests[0]


@pytest.mark.parametrize("coding", ["gzip", "deflate", "raw deflate", "members"])
async def test_a_packed_body_is_unpacked(loopback, coding):
    raw = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    packed = {
        "gzip": gzip.compress(GOOD),
        "deflate": zlib.compress(GOOD),
        "raw deflate": raw.compress(GOOD) + raw.flush(),
        "members": gzip.compress(GOOD[:9]) + gzip.compress(GOOD[9:]),
    }[coding]
    name = "deflate" if "deflate" in coding else "gzip"
    server = await loopback(http(packed, "200 OK", f"Content-Encoding: {name}"))

    seen = await ask(server.port)

    assert seen.outcome == ChatAllowed(True)
    assert seen.response.body == GOOD


@pytest.mark.parametrize(
    "coding",
    ["UTF-8", "none", "8bit", "text/xml", "br", "zstd", '""', "gzip", "deflate", "gzip, br", "Ünï"],
)
async def test_a_body_that_reads_as_it_is_needs_no_right_label(loopback, coding):
    server = await loopback(http(GOOD, "200 OK", f"Content-Encoding: {coding}"))

    seen = await ask(server.port)

    assert seen.outcome == ChatAllowed(True, lenient=True)
    assert seen.response.body == GOOD


@pytest.mark.parametrize("coding", ["", "identity", "Identity", "identity, identity", ","])
async def test_no_coding_is_nothing_to_speak_of(loopback, coding):
    server = await loopback(http(GOOD, "200 OK", f"Content-Encoding: {coding}"))

    assert (await ask(server.port)).outcome == ChatAllowed(True)


@pytest.mark.parametrize("coding", ["GZIP", "x-gzip", "gzip, identity", "identity,gzip", " gzip "])
async def test_a_packed_body_is_unpacked_however_its_label_is_written(loopback, coding):
    server = await loopback(http(PACKED, "200 OK", f"Content-Encoding: {coding}"))

    assert (await ask(server.port)).outcome == ChatAllowed(True)


@pytest.mark.parametrize("coding", ['"gzip"', "gzip;q=1.0", "gzip, utf-8", "gzip, gzip"])
async def test_a_body_under_an_odd_label_is_unpacked_and_marked(loopback, coding):
    server = await loopback(http(PACKED, "200 OK", f"Content-Encoding: {coding}"))

    assert (await ask(server.port)).outcome == ChatAllowed(True, lenient=True)


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", PACKED[:-9]),
        ("gzip", b"\x1f\x8b\x08"),
        ("gzip", PACKED[:-8] + b"\0" * 8),
        ("gzip", PACKED + PACKED[:-9]),
        ("gzip", PACKED * 200),
        ("br", b"\x0b\x18\x80" + GOOD + b"\x03"),
    ],
)
async def test_a_body_that_cannot_be_unpacked_is_kept_as_it_was_sent(loopback, coding, body):
    server = await loopback(http(body, "200 OK", f"Content-Encoding: {coding}"))

    seen = await ask(server.port)

    assert cause_of(seen) == Cause.NOT_XML
    assert coding in seen.outcome.message
    assert seen.response.body == body


@pytest.mark.parametrize("coding", ["none", "gzip"])
async def test_a_page_under_a_wrong_label_is_still_a_page(loopback, coding):
    page = b"<!DOCTYPE html><title>Sign in</title>"
    server = await loopback(http(page, "200 OK", f"Content-Encoding: {coding}"))

    seen = await ask(server.port)

    assert cause_of(seen) == Cause.WRONG_ROOT
    assert "Sign in" in seen.outcome.message


@pytest.mark.parametrize("more", [b"\r\n", b"\0\0\0\0", b"<!-- proxy -->", b"\x1f", b"\x1f\x8b"])
@pytest.mark.parametrize("packed", [PACKED, zlib.compress(GOOD)], ids=["gzip", "zlib"])
async def test_what_follows_a_packed_body_is_ignored_wherever_it_is_cut(loopback, packed, more):
    body = packed + more
    answer = http(body, "200 OK", "Content-Encoding: gzip")

    for place in range(len(answer) - len(more) - 2, len(answer)):

        async def in_two(writer, cut=place):
            writer.write(answer[:cut])
            await writer.drain()
            await asyncio.sleep(0.01)
            writer.write(answer[cut:])
            await writer.drain()

        server = await loopback(in_two)

        seen = await ask(server.port)

        assert seen.outcome == ChatAllowed(True)
        assert seen.response.body == GOOD


async def test_a_huge_body_is_cut_while_it_is_read(loopback):
    async def endless(writer):
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        while True:
            writer.write(b"<a>" * 10_000)
            await writer.drain()

    server = await loopback(endless)

    seen = await ask(server.port, Settings(max_body=4096))

    assert cause_of(seen) == Cause.TOO_LARGE
    assert len(seen.response.body) == 4096
    assert seen.response.truncated


async def test_a_bomb_is_cut_while_it_is_unpacked(loopback):
    bomb = gzip.compress(b" " * 50_000_000)
    server = await loopback(http(bomb, "200 OK", "Content-Encoding: gzip"))

    seen = await ask(server.port, Settings(max_body=4096))

    assert cause_of(seen) == Cause.TOO_LARGE
    assert len(seen.response.body) == 4096
    assert seen.response.truncated


async def test_a_body_of_just_the_limit_is_read(loopback):
    body = GOOD + b" " * (4096 - len(GOOD))
    server = await loopback(http(gzip.compress(body), "200 OK", "Content-Encoding: gzip"))

    seen = await ask(server.port, Settings(max_body=4096))

    assert seen.outcome == ChatAllowed(True)
    assert not seen.response.truncated


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("500 Internal Server Error", "Unable to retrieve whether this entry point"),
        ("401 Unauthorized", "Credentials required"),
        ("403 Forbidden", "Access denied"),
        ("404 Not Found", "context root"),
        ("503 Service Unavailable", "starting"),
        ("204 No Content", "204"),
        ("302 Found", "302"),
        ("599 \x1b[31mRed", "599 \ufffd[31mRed"),
    ],
)
async def test_another_status_is_a_failure_that_keeps_the_response(loopback, status, said):
    body = b"" if status.startswith("204") else b"<html>sorry</html>"
    server = await loopback(http(body, status))

    seen = await ask(server.port)

    assert cause_of(seen) == Cause.HTTP
    assert said in seen.outcome.message
    assert seen.response.status == int(status[:3])
    assert seen.response.body == body


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8"])
async def test_a_reason_phrase_in_any_encoding(loopback, encoding):
    server = await loopback("HTTP/1.1 403 Zurück\r\nContent-Length: 0\r\n\r\n".encode(encoding))

    seen = await ask(server.port)

    assert cause_of(seen) == Cause.HTTP
    assert seen.response.reason == "Zurück"


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("https://me:pw@sso.example.com/login?token=secret#x", "https://sso.example.com/login"),
        ("/login\x1b[2J", "/login\ufffd[2J"),
        ("http://[broken?token=secret", "http://[broken"),
    ],
)
async def test_a_redirect_is_not_followed_and_says_where_it_points(loopback, location, shown):
    server = await loopback(http(b"", "302 Found", f"Location: {location}"))

    seen = await ask(server.port)

    assert cause_of(seen) == Cause.REDIRECT
    assert f"to {shown} (not followed)" in seen.outcome.message
    assert len(server.requests) == 1


async def test_a_redirect_to_nowhere_is_just_its_status(loopback):
    server = await loopback(http(b"", "302 Found", "Location: "))

    seen = await ask(server.port)

    assert cause_of(seen) == Cause.HTTP
    assert "answered 302 Found" in seen.outcome.message


@pytest.mark.parametrize("age", ["31", " 864000", "864000, 0", "9" * 30])
async def test_what_a_cache_kept_is_no_answer(loopback, age):
    server = await loopback(http(GOOD, "200 OK", f"Age: {age}"))

    seen = await ask(server.port, Settings(interval=10))

    assert cause_of(seen) == Cause.HTTP
    assert "a cache on the way answered with a copy" in seen.outcome.message
    assert seen.response.body == GOOD


@pytest.mark.parametrize("age", ["0", "30", "", "-1", "soon", "\x1b[31m"])
async def test_a_young_copy_is_an_answer(loopback, age):
    server = await loopback(http(GOOD, "200 OK", f"Age: {age}"))

    assert (await ask(server.port, Settings(interval=10))).outcome == ChatAllowed(True)


async def test_nobody_listens():
    assert cause_of(await ask(unused_port())) == Cause.REFUSED
    assert cause_of(await ask(unused_port(), host="localhost")) == Cause.REFUSED


@pytest.mark.parametrize("host", ["ece.invalid", "a..test", "x" * 64 + ".test", "10.99.1"])
async def test_a_name_without_an_address(host):
    seen = await ask(80, Settings(timeout=30, connect_timeout=30), host=host)

    assert cause_of(seen) == Cause.DNS
    assert host in seen.outcome.message
    assert seen.response is None


@pytest.mark.parametrize(
    "bytes_sent",
    [
        b"\x15\x03\x01\x00\x02\x02\x0a",
        b"220 mail ESMTP\r\n",
        b"HTTP/1.1 two hundred\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nbad header\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 99_999,
    ],
)
async def test_what_is_not_http(loopback, bytes_sent):
    server = await loopback(bytes_sent)

    assert cause_of(await ask(server.port)) == Cause.HTTP


async def test_a_server_that_never_answers(loopback):
    server = await loopback(hang)

    seen = await ask(server.port, Settings(timeout=0.2))

    assert cause_of(seen) == Cause.TIMEOUT
    assert seen.response is None


async def test_a_handshake_that_hangs_until_the_deadline_is_no_overloaded_server(loopback):
    server = await loopback(hang)

    seen = await ask(server.port, Settings(timeout=0.2), scheme="https", verify=False)

    assert cause_of(seen) == Cause.TIMEOUT
    assert "No TLS connection to 127.0.0.1:" in seen.outcome.message
    assert "within 0.2 s" in seen.outcome.message


async def test_a_host_is_written_as_it_is_spelt():
    async def refuse(_reader, writer):
        writer.write(http(status="400 Bad Request"))
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(refuse, "localhost", 0) as server:
        port = server.sockets[0].getsockname()[1]
        seen = await ask(port, scheme="https", host="localhost", verify=False)

    assert cause_of(seen) == Cause.TLS
    assert seen.outcome.message.startswith(f"localhost:{port} does not speak TLS.")


async def test_a_large_answer_is_read_beside_the_loop(loopback):
    other = b"<chatAllowed allowed='true' x='%b'/>" % (b"x" * 500_000)
    server = await loopback(http(gzip.compress(other), "200 OK", "Content-Encoding: gzip"))
    started = set()
    threading.setprofile(lambda *_: started.add(threading.current_thread()))
    try:
        seen = await ask(server.port)
    finally:
        threading.setprofile(None)

    assert seen.outcome == ChatAllowed(True)
    assert seen.response.body == other
    assert started


async def test_a_slow_drip_does_not_outlast_the_deadline(loopback):
    async def drip(writer):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<")
        while True:
            writer.write(b"a")
            await asyncio.sleep(0.02)

    server = await loopback(drip)

    seen = await ask(server.port, Settings(timeout=0.3))

    assert cause_of(seen) == Cause.TIMEOUT
    assert "did not complete" in seen.outcome.message
    assert seen.response.body.startswith(b"<a")
    assert seen.response.truncated


async def test_an_error_page_that_hangs_is_still_an_error_page(loopback):
    async def half(writer):
        writer.write(http(b"x" * 1000, "503 Busy")[:-500])
        await asyncio.Event().wait()

    server = await loopback(half)

    seen = await ask(server.port, Settings(timeout=0.3))

    assert cause_of(seen) == Cause.HTTP
    assert seen.response.truncated


async def test_a_connection_closed_without_an_answer(loopback):
    server = await loopback(None)

    assert cause_of(await ask(server.port)) == Cause.RESET


async def test_a_connection_reset(loopback):
    async def reset(writer):
        abort_now = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, abort_now)
        writer.transport.abort()

    server = await loopback(reset)

    assert cause_of(await ask(server.port)) == Cause.RESET


@pytest.mark.parametrize("framing", ["Content-Length: 999", "Transfer-Encoding: chunked"])
async def test_an_answer_broken_off_is_kept_as_far_as_it_came(loopback, framing):
    async def break_off(writer):
        body = b"32\r\n" + GOOD if "chunked" in framing else GOOD
        writer.write(f"HTTP/1.1 200 OK\r\n{framing}\r\n\r\n".encode() + body)
        await writer.drain()

    server = await loopback(break_off)

    seen = await ask(server.port)

    assert cause_of(seen) == Cause.RESET
    assert seen.response.body == GOOD
    assert seen.response.truncated


async def test_a_body_whose_framing_makes_no_sense_is_not_http(loopback):
    server = await loopback(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n<a/>\r\n")

    assert cause_of(await ask(server.port)) == Cause.HTTP


async def test_an_empty_answer(loopback):
    server = await loopback(http(b""))

    assert cause_of(await ask(server.port)) == Cause.EMPTY


async def test_cancelling_a_poll_cancels_it(loopback):
    server = await loopback(hang)

    async with client_of(server.port) as client:
        task = asyncio.create_task(client.poll(client.prepare(ENTRY_POINT, Endpoint.CHAT_ALLOWED)))
        await server.asked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_a_fault_of_our_own_is_data_too(loopback):
    server = await loopback(http())
    async with client_of(server.port) as client:
        poll = client.prepare(ENTRY_POINT, Endpoint.CHAT_ALLOWED)
        await client.poll(poll)
    seen = await client.poll(poll)

    assert cause_of(seen) == Cause.INTERNAL
    assert "RuntimeError" in seen.outcome.message


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"url": "ece.example.com"}, "url"),
        ({"url": "ftp://ece.example.com"}, "url"),
        ({"url": "http://"}, "url"),
        ({"url": "http://[::1"}, "url"),
        ({"url": "http://host:99999"}, "url"),
        ({"url": "http://host/\x07"}, "url"),
        ({"proxy": Secret("hush")}, "proxy"),
        ({"proxy": Secret("socks5://me:hush@host")}, "proxy"),
        ({"headers": {"Bad Name": Secret("hush")}}, "headers"),
        ({"headers": {"X": Secret("hush\r\nY: 1")}}, "headers"),
    ],
)
def test_settings_that_cannot_be_are_named_without_secrets(settings, named):
    with pytest.raises(ClientSetupError) as raised:
        EceClient(ServerSettings(**{"name": "prod", "url": "http://h", **settings}), Settings())

    assert str(raised.value).startswith(f'server "prod": {named}')
    assert "hush" not in str(raised.value)
