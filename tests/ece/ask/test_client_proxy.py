"""Through a proxy: it is used, it is told who asks, and its address is never shown."""

import asyncio
import ssl

import pytest

from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.observation import Cause, Failure
from wallboard.domain.reading import ChatAllowed
from wallboard.ece.ask.client import EceClient
from wallboard.setting_types import Secret
from wallboard.settings import ServerSettings, Settings

ENTRY_POINT = EntryPoint(EntryPointKey("prod", 1000), "Sales")
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 29\r\n\r\n" + b'<chatAllowed allowed="true"/>'
BASIC = "Basic bWU6aHVzaA=="


async def ask(url, proxy, **server):
    settings = ServerSettings(name="prod", url=url, proxy=Secret(proxy), **server)
    async with EceClient(settings, Settings(timeout=10)) as client:
        seen = await client.poll(client.prepare(ENTRY_POINT, Endpoint.CHAT_ALLOWED))
    assert "hush" not in repr(seen)
    assert "bWU6" not in repr(seen)
    if isinstance(seen.outcome, Failure):
        assert seen.outcome.message.isprintable()
    return seen


async def test_a_plain_request_goes_through_the_proxy_with_its_credentials(loopback):
    proxy = await loopback(ANSWER)

    seen = await ask("http://ece.invalid/app", f"http://me:hush@127.0.0.1:{proxy.port}")

    assert seen.outcome == ChatAllowed(True)
    assert proxy.requests[0].startswith("GET http://ece.invalid/app/chatAllowed/1000 HTTP/1.1\r\n")
    assert f"Proxy-Authorization: {BASIC}".lower() in proxy.requests[0].lower()


@pytest.mark.parametrize("dot", ["", "."])
async def test_tls_goes_through_a_tunnel_and_the_server_never_sees_the_credentials(
    loopback, authority, tmp_path, dot
):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("ece.invalid").configure_cert(context)
    server = await loopback(ANSWER, tls=context)
    ca_file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(ca_file)
    tunnels, names = [], []
    context.sni_callback = lambda _connection, name, _context: names.append(name)

    async def tunnel(reader, writer):
        tunnels.append((await reader.readuntil(b"\r\n\r\n")).decode())
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))

    proxy = await asyncio.start_server(tunnel, "127.0.0.1", 0)
    port = proxy.sockets[0].getsockname()[1]

    seen = await ask(
        f"https://ece.invalid{dot}", f"http://me:hush@127.0.0.1:{port}", ca_file=str(ca_file)
    )
    proxy.close()
    await proxy.wait_closed()

    assert seen.outcome == ChatAllowed(True)
    assert tunnels[0].startswith("CONNECT ece.invalid")
    assert names == ["ece.invalid"]
    assert f"\r\nhost: ece.invalid{dot}\r\n" in server.requests[0].lower()
    assert f"Proxy-Authorization: {BASIC}".lower() in tunnels[0].lower()
    assert "proxy-authorization" not in server.requests[0].lower()


async def _pump(reader, writer):
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()


@pytest.mark.parametrize("url", ["http://ece.invalid", "https://ece.invalid"])
@pytest.mark.parametrize("where", ["127.0.0.1:1", "proxy.invalid:3128"])
async def test_a_proxy_that_cannot_be_reached(url, where):
    seen = await ask(url, f"http://me:hush@{where}")

    assert seen.outcome.cause == Cause.PROXY


@pytest.mark.parametrize(
    ("url", "status", "cause"),
    [
        ("http://ece.invalid", "407 Proxy Authentication Required", Cause.PROXY),
        ("https://ece.invalid", "407 Proxy Authentication Required", Cause.PROXY),
        ("https://ece.invalid", "403 Forbidden", Cause.PROXY),
        ("http://ece.invalid", "403 Forbidden", Cause.HTTP),
    ],
)
async def test_a_proxy_that_refuses(loopback, url, status, cause):
    proxy = await loopback(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode())

    seen = await ask(url, f"http://me:hush@127.0.0.1:{proxy.port}")

    assert seen.outcome.cause == cause


async def test_an_answer_that_breaks_off_may_be_the_fault_of_the_proxy(loopback):
    async def break_off(writer):
        writer.write(ANSWER[:-3])
        writer.close()

    proxy = await loopback(break_off)

    seen = await ask("http://ece.invalid", f"http://127.0.0.1:{proxy.port}")

    assert seen.outcome.cause == Cause.RESET
    assert "through the `proxy`" in seen.outcome.message


async def test_the_environment_sets_no_proxy(loopback, monkeypatch):
    server = await loopback(ANSWER)
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    settings = ServerSettings(name="prod", url=f"http://127.0.0.1:{server.port}")

    async with EceClient(settings, Settings()) as client:
        seen = await client.poll(client.prepare(ENTRY_POINT, Endpoint.CHAT_ALLOWED))

    assert seen.outcome == ChatAllowed(True)
