"""A node that is asked in place of its server: its address, but the name of the server."""

import socket
import ssl

import pytest

from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.observation import Cause
from wallboard.domain.reading import ChatAllowed
from wallboard.ece.ask.client import EceClient
from wallboard.setting_types import Secret
from wallboard.settings import ServerSettings, Settings

ENTRY_POINT = EntryPoint(EntryPointKey("prod", 1000), "Sales")
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 29\r\n\r\n" + b'<chatAllowed allowed="true"/>'
VIP = "ece.example.test"


async def ask(node, url=f"https://{VIP}", **server):
    settings = ServerSettings(name="prod", url=url, nodes=(node,), **server)
    async with EceClient(settings, Settings(), node=node) as client:
        return await client.poll(client.prepare(ENTRY_POINT, Endpoint.CHAT_ALLOWED))


@pytest.fixture
def ca_file(authority, tmp_path):
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return str(path)


def certified(authority, name):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    asked = []
    context.sni_callback = lambda _socket, asked_for, _context: asked.append(asked_for)
    return context, asked


async def test_a_node_is_asked_by_the_name_of_its_server(loopback, authority, ca_file):
    context, asked_for = certified(authority, VIP)
    node = await loopback(ANSWER, tls=context)

    seen = await ask(f"127.0.0.1:{node.port}", ca_file=ca_file)

    assert seen.outcome == ChatAllowed(True)
    assert asked_for == [VIP]
    assert f"Host: {VIP}\r\n" in node.requests[0]


async def test_a_node_with_the_certificate_of_another_name_is_refused(loopback, authority, ca_file):
    context, _ = certified(authority, "node1.example.test")
    node = await loopback(ANSWER, tls=context)

    seen = await ask(f"127.0.0.1:{node.port}", ca_file=ca_file)

    assert seen.outcome.cause is Cause.TLS
    assert f"127.0.0.1:{node.port}" in seen.outcome.message
    assert node.requests == []


async def test_a_node_is_not_asked_through_the_proxy_of_its_server(loopback):
    node = await loopback(ANSWER)
    proxy = await loopback(ANSWER)
    through = Secret(f"http://127.0.0.1:{proxy.port}")

    seen = await ask(f"127.0.0.1:{node.port}", f"http://{VIP}", proxy=through)

    assert seen.outcome == ChatAllowed(True)
    assert proxy.requests == []


async def test_a_refusal_names_the_node(unused_port):
    seen = await ask(f"127.0.0.1:{unused_port}")

    assert seen.outcome.cause is Cause.REFUSED
    assert f"127.0.0.1:{unused_port}" in seen.outcome.message


async def test_each_poll_of_a_node_has_a_connection_of_its_own(loopback):
    server = await loopback(ANSWER)
    node = f"127.0.0.1:{server.port}"
    settings = ServerSettings(name="prod", url=f"http://{VIP}", nodes=(node,))
    async with EceClient(settings, Settings(), node=node) as client:
        poll = client.prepare(ENTRY_POINT, Endpoint.CHAT_ALLOWED)
        for _ in range(3):
            assert (await client.poll(poll)).outcome == ChatAllowed(True)

    assert server.connections == 3


@pytest.fixture
def unused_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]
