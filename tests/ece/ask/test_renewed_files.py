"""Certificates and keys that are renewed on disk while a client runs, against real TLS."""

import ssl
from contextlib import asynccontextmanager

import pytest
import trustme

from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.observation import Cause, Failure
from wallboard.domain.reading import ChatAllowed
from wallboard.ece.ask.client import EceClient
from wallboard.settings import ServerSettings, Settings

ENTRY_POINT = EntryPoint(EntryPointKey("prod", 1000), "Sales")
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 29\r\n\r\n" + b'<chatAllowed allowed="true"/>'


@pytest.fixture
def renewed():
    return trustme.CA()


def configure(context, authority, *, clients=None):
    """Have a server show a certificate of one authority from now on, and ask for one of another."""
    authority.issue_cert("127.0.0.1").configure_cert(context)
    if clients:
        clients.configure_trust(context)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def server_context(authority, **more):
    return configure(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), authority, **more)


def write_client(authority, folder):
    issued = authority.issue_cert("wallboard@example.com")
    issued.cert_chain_pems[0].write_to_path(folder / "client.pem")
    issued.private_key_pem.write_to_path(folder / "client.key")
    return {"client_cert": str(folder / "client.pem"), "client_key": str(folder / "client.key")}


@asynccontextmanager
async def polling(port, **settings):
    server = ServerSettings(name="prod", url=f"https://127.0.0.1:{port}", **settings)
    async with EceClient(server, Settings()) as client:
        poll = client.prepare(ENTRY_POINT, Endpoint.CHAT_ALLOWED)

        async def ask():
            return (await client.poll(poll)).outcome

        yield client, ask


def refused(outcome):
    return isinstance(outcome, Failure) and outcome.cause is Cause.TLS


async def closing(writer):
    """One answer for each connection, as of a server that restarts."""
    writer.write(ANSWER)
    await writer.drain()


async def test_a_ca_that_is_renewed_with_the_certificate_of_its_server_is_trusted(
    loopback, authority, renewed, tmp_path
):
    ca_file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(ca_file)
    context = server_context(authority)
    server = await loopback(closing, tls=context)
    async with polling(server.port, ca_file=str(ca_file)) as (_, ask):
        assert await ask() == ChatAllowed(True)
        configure(context, renewed)
        assert refused(await ask()), "the server comes first"
        renewed.cert_pem.write_to_path(ca_file)
        assert await ask() == ChatAllowed(True)
        authority.cert_pem.write_to_path(ca_file)
        assert refused(await ask()), "the old one alone is trusted, the new one no more"


async def test_a_renewal_while_a_connection_is_made_fails_no_poll(
    loopback, authority, renewed, tmp_path
):
    ca_file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(ca_file)
    context = server_context(authority)
    server = await loopback(closing, tls=context)
    async with polling(server.port, ca_file=str(ca_file)) as (_, ask):
        assert await ask() == ChatAllowed(True)
        configure(context, renewed)
        context.sni_callback = lambda *_: renewed.cert_pem.write_to_path(ca_file)
        assert await ask() == ChatAllowed(True)


async def test_the_cas_of_this_machine_are_taken_up_too(
    loopback, authority, renewed, tmp_path, monkeypatch
):
    bundle = tmp_path / "bundle.pem"
    authority.cert_pem.write_to_path(bundle)
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    server = await loopback(closing, tls=server_context(renewed))
    async with polling(server.port) as (_, ask):
        assert refused(await ask())
        renewed.cert_pem.write_to_path(bundle, append=True)
        assert await ask() == ChatAllowed(True)


async def test_a_client_certificate_and_its_key_are_taken_up_when_both_are_there(
    loopback, authority, renewed, tmp_path
):
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    files = write_client(authority, tmp_path)
    context = server_context(authority, clients=authority)
    server = await loopback(closing, tls=context)
    async with polling(server.port, ca_file=str(tmp_path / "ca.pem"), **files) as (client, ask):
        assert await ask() == ChatAllowed(True)

        issued = renewed.issue_cert("wallboard@example.com")
        issued.cert_chain_pems[0].write_to_path(tmp_path / "client.pem")
        assert await ask() == ChatAllowed(True), "the old pair serves until the new one is whole"
        assert "client_cert or client_key" in client.problem

        context.verify_mode = ssl.CERT_REQUIRED
        renewed.configure_trust(context)
        issued.private_key_pem.write_to_path(tmp_path / "client.key")
        assert await ask() == ChatAllowed(True)
        assert client.problem == ""


@pytest.mark.parametrize("half", ["", "-----BEGIN CERTIFICATE-----\nMIIB", None])
async def test_a_file_that_is_half_written_changes_nothing_and_is_told_of(
    loopback, authority, renewed, tmp_path, half
):
    ca_file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(ca_file)
    context = server_context(authority)
    server = await loopback(closing, tls=context)
    async with polling(server.port, ca_file=str(ca_file)) as (client, ask):
        assert await ask() == ChatAllowed(True)
        if half is None:
            ca_file.unlink()
        else:
            ca_file.write_text(half)
        assert await ask() == ChatAllowed(True)
        assert str(ca_file) in client.problem
        configure(context, renewed)
        outcome = await ask()
        assert refused(outcome)
        assert client.problem in outcome.message
        renewed.cert_pem.write_to_path(ca_file)
        assert await ask() == ChatAllowed(True)
        assert client.problem == ""


async def test_asked_to_it_takes_files_up_while_a_connection_stands(
    loopback, authority, renewed, tmp_path
):
    ca_file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(ca_file)
    server = await loopback(ANSWER, tls=server_context(authority))
    async with polling(server.port, ca_file=str(ca_file)) as (client, ask):
        assert await ask() == ChatAllowed(True)
        client.renew()
        assert await ask() == ChatAllowed(True)
        assert server.connections == 1, "nothing changed"
        renewed.cert_pem.write_to_path(ca_file)
        assert await ask() == ChatAllowed(True)
        client.renew()
        assert refused(await ask()), "whom the files trust no more is asked no more"
