"""What real servers and proxies say when they refuse, and what the board makes of it."""

import asyncio
import contextlib
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from wallboard.domain.diagnosis import Blame, diagnose
from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.observation import Cause
from wallboard.ece.ask.client import EceClient
from wallboard.ece.ask.outgoing import ClientSetupError
from wallboard.ece.probe.probe import Probe
from wallboard.setting_types import Secret
from wallboard.settings import EntryPointSettings, ServerSettings, Settings

ANSWERS = Path(__file__).parents[2] / "fixtures" / "refusals"
ENTRY_POINT = EntryPoint(EntryPointKey("prod", 1000), "Sales")
PATIENT = Settings(timeout=60, connect_timeout=60)
ALERTS = {
    "bad certificate": 42,
    "certificate expired": 45,
    "certificate unknown": 46,
    "unknown ca": 48,
    "access denied": 49,
    "handshake failure": 40,
    "protocol version": 70,
    "insufficient security": 71,
    "internal error": 80,
    "unrecognized name": 112,
}


async def refused(url, settings=PATIENT, **server):
    """The failure of a poll, and whom the doctor blames, in whose cause the same words stand."""
    entries = (EntryPointSettings(id=1000),)
    asked = ServerSettings(name="prod", url=url, entry_point=entries, **server)
    async with EceClient(asked, settings) as client:
        seen = await client.poll(client.prepare(ENTRY_POINT, Endpoint.CHAT_ALLOWED))
    failure = seen.outcome
    assert failure.message.isprintable()
    findings = []
    await Probe(asked, settings, findings.append).run()
    diagnosis = diagnose(findings)
    advice = failure.message.removeprefix("chatAllowed: ")[1:]
    assert advice in diagnosis.sentence
    return failure, diagnosis.blame


def http(status, body="", more=""):
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{more}\r\n"
    return (head + body).encode()


def then_close(answer):
    """Send these bytes, or those of a file of that name, and hang up."""
    sent = (ANSWERS / f"{answer}.http").read_bytes() if isinstance(answer, str) else answer

    async def send(writer):
        writer.write(sent)
        await writer.drain()

    return send


@pytest.mark.parametrize(
    ("answer", "blame", "says"),
    [
        ("nginx-plain-http", Blame.ADDRESS, "The port speaks TLS: use https:// in `url`."),
        ("apache-plain-http", Blame.ADDRESS, "use https:// in `url`."),
        (http("400 Bad Request", "Client sent an HTTP request to an HTTPS server.\n"),
         Blame.ADDRESS, "use https:// in `url`."),
        (http("400 ", "Bad Request\r\nThis combination of host and port requires TLS.\r\n"),
         Blame.ADDRESS, "use https:// in `url`."),
        (http("403 Forbidden", "<h4>The page you are trying to access is secured with Secure "
              "Sockets Layer (SSL).</h4>"), Blame.ADDRESS, "use https:// in `url`."),
        (http("400 Bad Request", "<h2>Bad Request - Invalid Hostname</h2>"), Blame.ADDRESS,
         "does not serve this host name"),
        (http("421 Misdirected Request"), Blame.ADDRESS, "does not serve this host name"),
        (http("400 Bad Request", "certificate of appreciation"), Blame.ADDRESS, "check the id"),
        (http("401 Unauthorized"), Blame.ADDRESS, "set `Authorization` in `headers`."),
        (http("403 Forbidden"), Blame.ADDRESS, "have this machine's IP allowed."),
        (http("407 Proxy Authentication Required"), Blame.PROXY, "a proxy answered 407"),
        ("haproxy-too-many", Blame.CONFIG, "raise `interval`."),
        (http("429 Too Many Requests", more="Retry-After: 120\r\n"), Blame.CONFIG,
         "raise `interval`. Retry after 120 s."),
        (http("429 Too Many Requests", more="Retry-After: 99999\r\n"), Blame.CONFIG,
         "raise `interval`."),
        (http("502 Bad Gateway"), Blame.SERVER, "check that it is running."),
        (http("503 Service Unavailable", more="Retry-After: 7\r\n"), Blame.SERVER,
         "and the load balancer. Retry after 7 s."),
        (http("503 Service Unavailable", more="Retry-After: \x1b[2J\r\n"), Blame.SERVER,
         "and the load balancer."),
        (http("504 Gateway Timeout"), Blame.SERVER, "check whether it hangs."),
        (b"\x15\x03\x03\x00\x02\x02\x50", Blame.ADDRESS, "Use https:// in `url`"),
    ],
)  # fmt: skip
async def test_a_refusal_over_http_says_whose_fault_it_is(loopback, answer, blame, says):
    server = await loopback(then_close(answer))

    failure, whose = await refused(f"http://127.0.0.1:{server.port}")

    assert (failure.cause, whose) == (Cause.HTTP, blame)
    assert says in failure.message
    assert says[-1] != "." or failure.message.endswith(says)


@pytest.mark.parametrize(
    ("answer", "blame", "says"),
    [
        ("nginx-no-client-certificate", Blame.CONFIG, "set `client_cert` and `client_key`."),
        ("apache-no-client-certificate", Blame.CONFIG, "set `client_cert` and `client_key`."),
        ("nginx-other-client-certificate", Blame.CONFIG, "check `client_cert`."),
        (http("403 Forbidden", "<h4>The page you are attempting to access requires your browser to "
              "have a Secure Sockets Layer (SSL) client certificate that the Web server "
              "recognizes.</h4>"), Blame.CONFIG, "set `client_cert`"),
        (http("403 Forbidden", "<h4>Your client certificate is either not trusted or is "
              "invalid.</h4>"), Blame.CONFIG, "check `client_cert`."),
        ("nginx-plain-http", Blame.SERVER, "between a gateway and the server behind it"),
    ],
)  # fmt: skip
async def test_a_refusal_over_https_says_whose_fault_it_is(
    loopback, authority, tmp_path, answer, blame, says
):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    server = await loopback(then_close(answer), tls=context)

    failure, whose = await refused(
        f"https://127.0.0.1:{server.port}", ca_file=str(tmp_path / "ca.pem")
    )

    assert (failure.cause, whose) == (Cause.HTTP, blame)
    assert says in failure.message


async def test_credentials_that_are_not_taken_are_told_from_none(loopback):
    server = await loopback(http("401 Unauthorized"))

    failure, _ = await refused(
        f"http://127.0.0.1:{server.port}", headers={"Authorization": Secret("Bearer hush")}
    )

    assert "Credentials rejected: check `headers`" in failure.message
    assert "hush" not in failure.message


@pytest.mark.parametrize(
    ("alert", "blame", "says"),
    [
        ("protocol version", Blame.SERVER, "Have TLS 1.2 or 1.3 enabled there."),
        ("insufficient security", Blame.SERVER, "too weak for this machine"),
        ("unrecognized name", Blame.ADDRESS, "Use a name in its certificate"),
        ("internal error", Blame.SERVER, "Check its log"),
        ("handshake failure", Blame.CERTIFICATE, "no TLS version or cipher in common"),
        ("unknown ca", Blame.CONFIG, "does not know the CA that signed the client certificate"),
        ("certificate expired", Blame.CONFIG, "Renew `client_cert`"),
        ("certificate unknown", Blame.CONFIG, "Check `client_cert` and `client_key`"),
        ("bad certificate", Blame.CONFIG, "Check `client_cert` and `client_key`"),
        ("access denied", Blame.CONFIG, "Check `client_cert` and `client_key`"),
    ],
)
async def test_an_alert_of_tls_says_whose_fault_it_is(alert, blame, says):
    async def refuse(reader, writer):
        head = await reader.readexactly(5)
        await reader.readexactly(int.from_bytes(head[3:5], "big"))
        writer.write(b"\x15\x03\x03\x00\x02\x02" + bytes([ALERTS[alert]]))
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
        failure, whose = await refused(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}")

    assert (failure.cause, whose) == (Cause.TLS, blame)
    assert says in failure.message


def certified(folder, *, bits=2048, begins=-1, ends=9):
    """A server that proves by a certificate signed by itself who it is; days from now."""
    key = rsa.generate_private_key(65537, bits)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "ece.test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=begins))
        .not_valid_after(now + timedelta(days=ends))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path = folder / "server.pem"
    path.write_bytes(pem + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.load_cert_chain(path)
    return context, str(path)


@pytest.mark.parametrize(
    ("kind", "trusted", "says"),
    [
        ({}, False, "if it is the right one, save it to a file and set `ca_file`"),
        ({"bits": 1024}, True, "have it reissued with a key of 2048 bits"),
        ({"begins": 1}, True, "renew the certificate, or check the clock of this machine"),
        ({"begins": -9, "ends": -1}, True, "renew the certificate, or check the clock"),
    ],
)
async def test_a_certificate_that_is_not_accepted_says_what_to_do(
    loopback, tmp_path, kind, trusted, says
):
    context, path = certified(tmp_path, **kind)
    server = await loopback(http("200 OK"), tls=context)

    failure, whose = await refused(
        f"https://127.0.0.1:{server.port}", ca_file=path if trusted else None
    )

    assert (failure.cause, whose) == (Cause.TLS, Blame.CERTIFICATE)
    assert says in failure.message


def test_a_key_that_is_not_the_one_of_the_certificate_is_said(tmp_path):
    (tmp_path / "other").mkdir()
    _, certificate = certified(tmp_path)
    _, key = certified(tmp_path / "other")
    server = ServerSettings(name="prod", url="https://h", client_cert=certificate, client_key=key)

    with pytest.raises(ClientSetupError, match="the key does not match the certificate"):
        EceClient(server, Settings())


def test_a_certificate_without_its_key_says_where_that_goes(authority, tmp_path):
    path = tmp_path / "client.pem"
    authority.issue_cert("wallboard@example.com").cert_chain_pems[0].write_to_path(path)
    server = ServerSettings(name="prod", url="https://h", client_cert=str(path))

    with pytest.raises(ClientSetupError, match="`client_key`"):
        EceClient(server, Settings())


@pytest.mark.parametrize(
    ("url", "answer", "cause", "says"),
    [
        (
            "https://ece.invalid",
            "squid-forbidden",
            Cause.PROXY,
            "Have this address and port allowed",
        ),
        (
            "https://ece.invalid",
            "tinyproxy-forbidden",
            Cause.PROXY,
            "Have this address and port allowed",
        ),
        ("https://ece.invalid", "squid-unreachable", Cause.PROXY, "cannot reach it (503)"),
        ("https://ece.invalid", "squid-no-name", Cause.PROXY, "cannot reach it (500)"),
        ("https://ece.invalid", "squid-credentials", Cause.PROXY, "Missing or wrong credentials"),
        ("https://ece.invalid", "nginx-is-no-proxy", Cause.PROXY, "may not be a proxy"),
        ("https://ece.invalid", None, Cause.PROXY, "closed the connection without an answer"),
        ("http://ece.invalid", None, Cause.PROXY, "closed the connection without an answer"),
        (
            "http://ece.invalid",
            "squid-unreachable",
            Cause.HTTP,
            "may also come from the proxy itself",
        ),
        (
            "http://ece.invalid",
            "tinyproxy-no-name",
            Cause.HTTP,
            "may also come from the proxy itself",
        ),
        (
            "http://ece.invalid",
            "squid-credentials",
            Cause.PROXY,
            "the proxy answered 407 Proxy Authentication Required. Proxy credentials missing",
        ),
    ],
)
async def test_a_proxy_that_refuses_is_named_as_the_proxy(loopback, url, answer, cause, says):
    proxy = await loopback(answer and then_close(answer))

    failure, _ = await refused(url, proxy=Secret(f"http://127.0.0.1:{proxy.port}"))

    assert failure.cause == cause
    assert says in failure.message
    assert str(proxy.port) not in failure.message


async def test_a_plain_proxy_that_is_spoken_to_in_tls_is_said():
    async def plain(reader, writer):
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(plain, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        failure, whose = await refused(
            "https://ece.invalid", proxy=Secret(f"https://127.0.0.1:{port}")
        )

    assert (failure.cause, whose) == (Cause.PROXY, Blame.PROXY)
    assert 'The `proxy` of server "prod" does not speak TLS. Use http:// in `proxy`' in (
        failure.message
    )


@pytest.mark.parametrize(
    ("url", "cause", "says"),
    [
        ("https://ece.invalid", Cause.PROXY, 'The `proxy` of server "prod" made no tunnel to'),
        ("http://ece.invalid", Cause.TIMEOUT, 'asked through the `proxy` of server "prod"'),
    ],
)
async def test_a_proxy_that_hangs_is_named_as_the_proxy(loopback, url, cause, says):
    async def never(_writer):
        await asyncio.Event().wait()

    proxy = await loopback(never)

    failure, whose = await refused(
        url,
        Settings(timeout=0.5, connect_timeout=0.4),
        proxy=Secret(f"http://127.0.0.1:{proxy.port}"),
    )

    assert (failure.cause, whose) == (cause, Blame.PROXY)
    assert says in failure.message


async def test_a_server_that_hangs_behind_a_tunnel_is_not_the_proxy(loopback, authority, tmp_path):
    async def never(_writer):
        await asyncio.Event().wait()

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("ece.invalid").configure_cert(context)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    server = await loopback(never, tls=context)

    async def pump(reader, writer):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.close()

    async def tunnel(reader, writer):
        if not await reader.read(4096):
            writer.close()
            return
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with contextlib.suppress(OSError):
            await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer))

    async with await asyncio.start_server(tunnel, "127.0.0.1", 0) as proxy:
        port = proxy.sockets[0].getsockname()[1]
        failure, _ = await refused(
            "https://ece.invalid",
            Settings(timeout=3, connect_timeout=3),
            proxy=Secret(f"http://127.0.0.1:{port}"),
            ca_file=str(tmp_path / "ca.pem"),
        )

    assert failure.cause == Cause.TIMEOUT
    assert failure.message.startswith("ece.invalid:443 did not answer")
