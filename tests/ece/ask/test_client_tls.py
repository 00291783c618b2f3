"""Certificates, real ones: whom the client trusts, and how it proves who it is."""

import asyncio
import contextlib
import socket
import ssl

import pytest
import trustme

from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.observation import Cause, Failure
from wallboard.domain.reading import ChatAllowed
from wallboard.ece.ask.client import EceClient
from wallboard.ece.ask.outgoing import ClientSetupError
from wallboard.settings import ServerSettings, Settings

ENTRY_POINT = EntryPoint(EntryPointKey("prod", 1000), "Sales")
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 29\r\n\r\n" + b'<chatAllowed allowed="true"/>'


@pytest.fixture
def ca_file(authority, tmp_path):
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return str(path)


@pytest.fixture
def client_files(authority, tmp_path):
    issued = authority.issue_cert("wallboard@example.com")
    certificate, key = tmp_path / "client.pem", tmp_path / "client.key"
    issued.cert_chain_pems[0].write_to_path(certificate)
    issued.private_key_pem.write_to_path(key)
    return {"client_cert": str(certificate), "client_key": str(key)}


def server_context(authority, name="127.0.0.1", client=False):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    if client:
        authority.configure_trust(context)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


async def ask(port, scheme="https", **server):
    settings = ServerSettings(name="prod", url=f"{scheme}://127.0.0.1:{port}", **server)
    async with EceClient(settings, Settings()) as client:
        seen = await client.poll(client.prepare(ENTRY_POINT, Endpoint.CHAT_ALLOWED))
    if isinstance(seen.outcome, Failure):
        assert seen.outcome.message.isprintable()
    return seen


async def test_a_private_ca_is_trusted_when_it_is_named(loopback, authority, ca_file):
    server = await loopback(ANSWER, tls=server_context(authority))

    assert (await ask(server.port, ca_file=ca_file)).outcome == ChatAllowed(True)


async def test_an_unknown_ca_is_not_trusted_and_the_way_out_is_told(loopback, authority):
    server = await loopback(ANSWER, tls=server_context(authority))

    failure = (await ask(server.port)).outcome

    assert failure.cause == Cause.TLS
    assert "ca_file" in failure.message


async def test_an_unknown_ca_does_not_matter_without_verify(loopback, authority):
    server = await loopback(ANSWER, tls=server_context(authority, "elsewhere.example.com"))

    assert (await ask(server.port, verify=False)).outcome == ChatAllowed(True)


async def test_the_certificate_of_another_name_is_not_accepted(loopback, authority, ca_file):
    server = await loopback(ANSWER, tls=server_context(authority, "elsewhere.example.com"))

    failure = (await ask(server.port, ca_file=ca_file)).outcome

    assert failure.cause == Cause.TLS
    assert "name in the certificate" in failure.message


async def test_a_client_certificate_is_shown_when_asked_for(
    loopback, authority, ca_file, client_files
):
    server = await loopback(ANSWER, tls=server_context(authority, client=True))

    seen = await ask(server.port, ca_file=ca_file, **client_files)

    assert seen.outcome == ChatAllowed(True)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_a_missing_client_certificate_is_a_matter_of_tls(authority, ca_file, version):
    context = server_context(authority, client=True)
    context.maximum_version = version

    def refuse(listener):
        """Say why and close at leisure, as real servers do and asyncio's does not."""
        while True:
            connection, _ = listener.accept()
            with connection.dup() as plain:
                if not plain.recv(1, socket.MSG_PEEK):
                    connection.close()
                    return
                with contextlib.suppress(ssl.SSLError):
                    context.wrap_socket(connection, server_side=True)
                with contextlib.suppress(OSError):
                    plain.shutdown(socket.SHUT_WR)
                    while plain.recv(4096):
                        pass

    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        refusing = asyncio.create_task(asyncio.to_thread(refuse, listener))
        failure = (await ask(port, ca_file=ca_file)).outcome
        socket.create_connection(("127.0.0.1", port)).close()
        await refusing

    assert failure.cause == Cause.TLS
    assert "client_cert" in failure.message


async def test_a_server_without_tls_is_told_apart():
    async def plain(reader, writer):
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(plain, "127.0.0.1", 0)

    failure = (await ask(server.sockets[0].getsockname()[1])).outcome
    server.close()
    await server.wait_closed()

    assert failure.cause == Cause.TLS
    assert "http://" in failure.message


async def test_a_server_that_wants_tls_is_told_apart(loopback, authority):
    server = await loopback(ANSWER, tls=server_context(authority))

    failure = (await ask(server.port, scheme="http")).outcome

    assert failure.cause in {Cause.HTTP, Cause.RESET}


@pytest.mark.parametrize("key", ["ca_file", "client_cert"])
def test_a_file_that_cannot_be_used_is_named_with_its_key(tmp_path, key):
    nonsense = tmp_path / "nonsense.pem"
    nonsense.write_text("nonsense")

    for path, why in ((tmp_path / "missing.pem", "No such file"), (nonsense, "no usable PEM")):
        server = ServerSettings(name="prod", url="https://h", **{key: str(path)})
        with pytest.raises(ClientSetupError, match=f'server "prod": {key}.*{path.name}.*{why}'):
            EceClient(server, Settings())


def test_a_key_without_a_certificate_is_refused(client_files):
    server = ServerSettings(name="prod", url="https://h", client_key=client_files["client_key"])

    with pytest.raises(ClientSetupError, match="client_key needs client_cert"):
        EceClient(server, Settings())


def test_a_key_with_a_password_never_asks_the_terminal(tmp_path):
    from cryptography.hazmat.primitives.serialization import (
        BestAvailableEncryption,
        Encoding,
        PrivateFormat,
        load_pem_private_key,
    )

    issued = trustme.CA().issue_cert("wallboard@example.com")
    locked = load_pem_private_key(issued.private_key_pem.bytes(), None).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"hush")
    )
    path = tmp_path / "client.pem"
    path.write_bytes(locked + issued.cert_chain_pems[0].bytes())

    with pytest.raises(ClientSetupError, match="password protected"):
        EceClient(ServerSettings(name="prod", url="https://h", client_cert=str(path)), Settings())
