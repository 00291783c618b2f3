"""The way to a server step by step, against real servers that are well, ill, or silent."""

import asyncio
import socket
import ssl
import time
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import formatdate

import pytest

from wallboard.domain.diagnosis import Blame, diagnose
from wallboard.domain.doctor import ON_THE_WAY, Step
from wallboard.domain.observation import Cause
from wallboard.domain.policy import Level
from wallboard.ece.probe import probe as probes
from wallboard.ece.probe import wire
from wallboard.ece.probe.probe import Probe
from wallboard.setting_types import Secret
from wallboard.settings import EntryPointSettings, ServerSettings, Settings

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
HUSH = "hush-hush-hush"


def answer(body=b'<chatAllowed allowed="true"/>', *, status="200 OK", date=0.0, more=b""):
    """What a server sends whose clock is ``date`` seconds ahead."""
    head = f"HTTP/1.1 {status}\r\nDate: {formatdate(time.time() + date, usegmt=True)}\r\n"
    return head.encode() + more + b"Content-Length: %d\r\n\r\n" % len(body) + body


@pytest.fixture
def ca_file(authority, tmp_path):
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return str(path)


def certified(authority, name="127.0.0.1", **dates):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name, **dates).configure_cert(context)
    return context


async def looked(url, *, ids=(1000,), settings=None, **server):
    """What was found, by step, each of which is told of once and in a safe sentence."""
    findings = []
    entries = tuple(EntryPointSettings(id=number) for number in ids)
    asked = ServerSettings(name="prod", url=url, entry_point=entries, **server)
    await Probe(asked, settings or Settings(), findings.append).run()
    steps = [finding.step for finding in findings]
    assert steps == [step for step in (Step.SETTINGS, *ON_THE_WAY) if step in steps]
    assert set(ON_THE_WAY) <= set(steps)
    for finding in findings:
        assert finding.sentence.isprintable()
        assert finding.sentence.endswith((".", "?"))
        assert HUSH not in repr(finding)
        assert (finding.level is None) <= (finding.elapsed_seconds is None)
    return {finding.step: finding for finding in findings}


def failed(found):
    """The step that failed; all before it are well and none after it was tried."""
    steps = [step for step in ON_THE_WAY if found[step].level is Level.CRITICAL]
    assert len(steps) == 1, found
    place = ON_THE_WAY.index(steps[0])
    for step in ON_THE_WAY[place + 1 :]:
        assert found[step].level is None or step is Step.CLOCK
    assert found[steps[0]].elapsed_seconds is not None
    return found[steps[0]]


def blame(found):
    return diagnose(list(found.values())).blame


async def test_a_server_that_is_well(loopback):
    server = await loopback(answer())

    found = await looked(f"http://127.0.0.1:{server.port}")

    assert blame(found) is Blame.NOBODY
    assert found[Step.TLS].level is None
    for step in (Step.NAME, Step.TCP, Step.HTTP, Step.API):
        assert found[step].level is Level.OK
    assert found[Step.NAME].elapsed_seconds is None  # nobody is asked for an address
    assert all(found[step].elapsed_seconds > 0 for step in (Step.TCP, Step.HTTP, Step.API))
    assert found[Step.CLOCK].level is Level.OK
    assert "Customers can start a chat" in found[Step.API].sentence
    assert len(server.requests) == 2
    assert {"/chatAllowed/1000 " in request for request in server.requests} == {True}
    assert server.connections == 2  # one only to see whether there is one, one for both questions


async def test_a_certificate_of_a_private_ca_with_its_end(loopback, authority, ca_file):
    server = await loopback(answer(), tls=certified(authority))

    found = await looked(f"https://127.0.0.1:{server.port}", ca_file=ca_file)

    assert blame(found) is Blame.NOBODY
    facts = found[Step.TLS].facts
    assert facts["protocol"] == "TLSv1.3"
    assert facts["verified"] is facts["private_ca"] is True
    assert facts["days_left"] > 300_000
    assert "Expires on 3000-01-01" in found[Step.TLS].sentence
    assert "`ca_file`" in found[Step.TLS].sentence


async def test_a_certificate_counts_for_its_name_with_a_final_dot_too(loopback, authority, ca_file):
    context = certified(authority, "ece.test")
    names = []
    context.sni_callback = lambda _connection, name, _context: names.append(name)
    server = await loopback(answer(), tls=context)
    trusting = ssl.create_default_context(cafile=ca_file)

    connection, _ = await wire.connect(await wire.lookup("127.0.0.1", server.port, 30), 30)
    peer, date = await wire.handshake(connection, trusting, "ece.test.", 30, ask_date=True)

    assert peer.protocol == "TLSv1.3"
    assert date
    assert names == ["ece.test"]
    assert "\r\nHost: ece.test.\r\n" in server.requests[0]


@pytest.mark.parametrize(("days", "level"), [(13, Level.WARNING), (15, Level.OK)])
async def test_a_certificate_that_ends_soon_is_worth_a_warning(
    loopback, authority, ca_file, days, level
):
    ends = datetime.now(UTC) + timedelta(days=days, hours=1)
    server = await loopback(answer(), tls=certified(authority, not_after=ends))

    found = await looked(f"https://127.0.0.1:{server.port}", ca_file=ca_file)

    assert found[Step.TLS].level is level
    assert f"in {days} days" in found[Step.TLS].sentence
    assert blame(found) is (Blame.NOBODY if level is Level.OK else Blame.CERTIFICATE)


async def test_an_expired_certificate_says_when_it_ended(loopback, authority, ca_file):
    ended = LONG_AGO + timedelta(days=365)
    tls = certified(authority, not_before=LONG_AGO, not_after=ended)
    server = await loopback(answer(), tls=tls)

    found = await looked(f"https://127.0.0.1:{server.port}", ca_file=ca_file)

    assert failed(found).step is Step.TLS
    assert "expired" in found[Step.TLS].sentence
    assert "Expired on 2020-12-31" in found[Step.TLS].sentence
    assert found[Step.TLS].facts["not_after"] == ended.timestamp()
    assert found[Step.CLOCK].level is Level.OK
    assert blame(found) is Blame.CERTIFICATE


async def test_a_certificate_in_force_only_by_the_clock_of_the_server(loopback, authority, ca_file):
    tls = certified(authority, not_before=LONG_AGO, not_after=LONG_AGO + timedelta(days=365))
    then = (LONG_AGO + timedelta(days=30)).timestamp()
    server = await loopback(answer(date=then - time.time()), tls=tls)

    found = await looked(f"https://127.0.0.1:{server.port}", ca_file=ca_file)

    assert failed(found).facts["in_force_by_the_servers_clock"] is True
    assert found[Step.CLOCK].level is Level.WARNING
    assert blame(found) is Blame.CLOCK


async def test_a_certificate_of_another_name_says_which(loopback, authority, ca_file):
    server = await loopback(answer(), tls=certified(authority, "elsewhere.example.com"))

    found = await looked(f"https://127.0.0.1:{server.port}", ca_file=ca_file)

    assert failed(found).step is Step.TLS
    assert "mismatch" in found[Step.TLS].sentence
    assert "For elsewhere.example.com" in found[Step.TLS].sentence
    assert blame(found) is Blame.CERTIFICATE


async def test_an_unknown_ca_is_named_and_so_is_the_way_out(loopback, authority):
    server = await loopback(answer(), tls=certified(authority))

    found = await looked(f"https://127.0.0.1:{server.port}")

    assert failed(found).step is Step.TLS
    assert "`ca_file`" in found[Step.TLS].sentence
    assert "signed by trustme" in found[Step.TLS].sentence
    assert found[Step.TLS].facts["verified"] is False


async def test_whoever_is_not_trusted_is_told_no_secret(loopback, authority):
    server = await loopback(answer(), tls=certified(authority))

    await looked(f"https://127.0.0.1:{server.port}", headers={"X-Token": Secret(HUSH)})

    assert [request.split()[0:2] for request in server.requests] == [["HEAD", "/"]]
    assert HUSH not in server.requests[0]


async def test_without_verify_it_says_that_anybody_could_be_there(loopback, authority):
    server = await loopback(answer(), tls=certified(authority, "elsewhere.example.com"))

    found = await looked(f"https://127.0.0.1:{server.port}", verify=False)

    assert blame(found) is Blame.NOBODY
    assert "anybody could be answering" in found[Step.TLS].sentence
    assert "Expires on" in found[Step.TLS].sentence


async def test_a_server_that_speaks_no_tls():
    async def plain(reader, writer):
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(plain, "127.0.0.1", 0) as server:
        found = await looked(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}")

    assert failed(found).step is Step.TLS
    assert "http://" in found[Step.TLS].sentence


async def test_a_port_where_nothing_listens():
    found = await looked("http://127.0.0.1:1")

    assert (failed(found).step, failed(found).cause) == (Step.TCP, Cause.REFUSED)
    assert blame(found) is Blame.NETWORK


@pytest.mark.parametrize("host", ["nowhere.invalid", "a" * 70 + ".invalid", "under..dots"])
async def test_a_name_without_an_address(host):
    found = await looked(f"http://{host}")

    assert (failed(found).step, failed(found).cause) == (Step.NAME, Cause.DNS)
    assert blame(found) is Blame.NETWORK


@pytest.fixture
def impatient(monkeypatch):
    """A test need not wait as long as an operator must."""
    for name in ("NAME_SECONDS", "CONNECT_SECONDS", "TLS_SECONDS", "ANSWER_SECONDS"):
        monkeypatch.setattr(probes, name, 0.3)


async def test_a_name_server_that_hangs(impatient, monkeypatch):
    release = asyncio.Event()
    loop = asyncio.get_running_loop()

    def hanging(host, port, **_options):
        asyncio.run_coroutine_threadsafe(release.wait(), loop).result()
        raise socket.gaierror

    monkeypatch.setattr("wallboard.ece.probe.wire.socket.getaddrinfo", hanging)
    found = await looked("http://ece.example.com")
    release.set()

    assert (failed(found).step, failed(found).cause) == (Step.NAME, Cause.DNS)
    assert "name servers" in found[Step.NAME].sentence


@asynccontextmanager
async def silent():
    """A port that takes connections and never answers; of them, so many wait that no more fit."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        yield listener.getsockname()[1]


async def test_a_port_that_swallows_connections(impatient):
    async with silent() as port:
        waiting = []
        for _ in range(4):  # the queue of the listener is full, and the kernel drops what comes
            one = socket.socket()
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
            waiting.append(one)
        found = await looked(f"http://127.0.0.1:{port}")
        for one in waiting:
            one.close()

    assert (failed(found).step, failed(found).cause) == (Step.TCP, Cause.TIMEOUT)
    assert "firewall" in found[Step.TCP].sentence
    assert blame(found) is Blame.NETWORK


@pytest.mark.parametrize(("scheme", "step"), [("http", Step.HTTP), ("https", Step.TLS)])
async def test_a_server_that_takes_connections_and_never_answers(impatient, scheme, step):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        found = await looked(f"{scheme}://127.0.0.1:{listener.getsockname()[1]}")

    assert (failed(found).step, failed(found).cause) == (step, Cause.TIMEOUT)
    assert blame(found) is Blame.SERVER


def test_all_deadlines_together_are_less_than_twenty_seconds():
    steps = probes.NAME_SECONDS + probes.CONNECT_SECONDS + probes.TLS_SECONDS
    refused = steps + probes.CONNECT_SECONDS + probes.TLS_SECONDS
    assert max(steps + 2 * probes.ANSWER_SECONDS, refused) < 19


async def test_a_longer_timeout_of_the_config_is_not_waited_for(impatient):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        found = await looked(url, settings=Settings(timeout=3600, connect_timeout=3600))

    assert failed(found).elapsed_seconds < 60


@pytest.mark.parametrize(
    ("status", "more", "whose"),
    [
        ("500 Internal Server Error", b"", Blame.SERVER),
        ("503 Service Unavailable", b"", Blame.SERVER),
        ("404 Not Found", b"", Blame.ADDRESS),
        ("401 Unauthorized", b"", Blame.ADDRESS),
        ("302 Found", b"Location: /login?token=" + HUSH.encode() + b"\r\n", Blame.ADDRESS),
    ],
)
async def test_a_status_that_is_no_answer(loopback, status, more, whose):
    server = await loopback(answer(b"<html>Sorry</html>", status=status, more=more))

    found = await looked(f"http://127.0.0.1:{server.port}")

    assert failed(found).step is Step.HTTP
    assert failed(found).facts["status"] == int(status[:3])
    assert status[:3] in found[Step.HTTP].sentence
    assert found[Step.CLOCK].level is Level.OK
    assert blame(found) is whose
    assert len(server.requests) == 1


async def test_a_login_page_is_no_answer(loopback):
    page = b"<!DOCTYPE html><html><head><title>Sign in\x1b[2J</title></head></html>"
    server = await loopback(answer(page))

    found = await looked(f"http://127.0.0.1:{server.port}")

    assert found[Step.HTTP].level is Level.OK
    assert failed(found).step is Step.API
    assert "Sign in" in found[Step.API].sentence
    assert blame(found) is Blame.ADDRESS


@pytest.mark.parametrize(
    ("ahead", "level", "words"),
    [
        (0, Level.OK, "agree"),
        (10, Level.OK, "0:00:10 ahead of"),
        (3600, Level.WARNING, "1:00:00 ahead of"),
        (-90_000, Level.WARNING, "1 day, 1:00:00 behind"),
    ],
)
async def test_how_far_the_clocks_are_apart(loopback, ahead, level, words):
    now = 1_780_000_000.5  # the middle of a second, of which a date names the beginning
    head = answer(date=now + ahead - time.time())
    server = await loopback(head)
    findings = []
    settings = ServerSettings(name="prod", url=f"http://127.0.0.1:{server.port}")

    await Probe(settings, Settings(), findings.append, clock=lambda: now).run()

    clock = findings[-1]
    assert (clock.step, clock.level) == (Step.CLOCK, level)
    assert words in clock.sentence


@pytest.mark.parametrize("date", [b"", b"Date: \xff\x00yesterday\r\n", b"Date: Mon, 99\r\n"])
async def test_a_date_that_is_none_is_not_compared(loopback, date):
    body = b'<chatAllowed allowed="true"/>'
    head = b"HTTP/1.1 200 OK\r\n" + date.replace(b"\x00", b"") + b"Content-Length: 29\r\n\r\n"
    server = await loopback(head + body)

    found = await looked(f"http://127.0.0.1:{server.port}")

    assert found[Step.API].level is Level.OK
    assert found[Step.CLOCK].level is None


@pytest.mark.parametrize(
    ("attributes", "ids", "level"),
    [
        (b'allowed="false" reason="agent_not_available"', (1000,), Level.OK),
        (b'allowed="false" reason="queue_depth_reached"', (1000,), Level.OK),
        (b'allowed="false" reason="service_not_running"', (1000,), Level.WARNING),
        (b'allowed="false" reason="invalid_entry_point"', (1000,), Level.WARNING),
        (b'allowed="false" reason="invalid_entry_point"', (), Level.OK),
        (b'allowed="perhaps&#155;"', (1000,), Level.WARNING),
        (b'allowed="perhaps"', (1000,), Level.WARNING),
    ],
)
async def test_what_an_answer_says_of_the_server(loopback, attributes, ids, level):
    server = await loopback(answer(b"<chatAllowed " + attributes + b"/>"))

    found = await looked(f"http://127.0.0.1:{server.port}", ids=ids)

    assert found[Step.API].level is level


async def test_an_endpoint_that_the_server_has_is_asked(loopback):
    server = await loopback(answer(b"<availableSlots><count>3</count></availableSlots>"))

    found = await looked(f"http://127.0.0.1:{server.port}", endpoints=("capacity",))

    assert found[Step.API].level is Level.OK
    assert "/capacity/1000 " in server.requests[0]


async def test_a_file_that_cannot_be_used_is_a_matter_of_the_config(tmp_path):
    found = await looked("https://127.0.0.1:1", ca_file=str(tmp_path / "none.pem"))

    assert found[Step.SETTINGS].level is Level.CRITICAL
    assert "ca_file" in found[Step.SETTINGS].sentence
    assert {found[step].level for step in ON_THE_WAY} == {None}
    assert blame(found) is Blame.CONFIG


PROXY = f"http://me:{HUSH}@127.0.0.1"


async def test_through_a_proxy_the_first_steps_are_those_to_the_proxy(loopback):
    proxy = await loopback(answer())

    found = await looked("http://ece.invalid", proxy=Secret(f"{PROXY}:{proxy.port}"))

    assert blame(found) is Blame.NOBODY
    assert {"GET http://ece.invalid/" in request for request in proxy.requests} == {True}
    assert str(proxy.port) not in found[Step.TCP].sentence  # its address is never shown
    assert "proxy" in found[Step.NAME].sentence


@pytest.mark.parametrize(
    ("proxy", "step"),
    [
        (f"http://me:{HUSH}@proxy.invalid:3128", Step.NAME),
        (f"{PROXY}:1", Step.TCP),
    ],
)
async def test_a_proxy_that_cannot_be_reached(proxy, step):
    found = await looked("https://ece.example.com", proxy=Secret(proxy))

    assert (failed(found).step, failed(found).cause) == (step, Cause.PROXY)
    assert "proxy.invalid" not in found[step].sentence
    assert blame(found) is Blame.PROXY


@pytest.mark.parametrize(
    ("url", "status", "whose"),
    [
        ("http://ece.invalid", "407 Proxy Authentication Required", Blame.PROXY),
        ("https://ece.invalid", "407 Proxy Authentication Required", Blame.PROXY),
        ("https://ece.invalid", "403 Forbidden", Blame.PROXY),
    ],
)
async def test_a_proxy_that_refuses(loopback, url, status, whose):
    proxy = await loopback(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode())

    found = await looked(url, proxy=Secret(f"{PROXY}:{proxy.port}"))

    assert failed(found).step is Step.HTTP
    assert blame(found) is whose


async def test_a_proxy_that_should_speak_tls_and_does_not(loopback):
    proxy = await loopback(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    found = await looked(
        "https://ece.invalid", proxy=Secret(f"https://me:{HUSH}@127.0.0.1:{proxy.port}")
    )

    assert (failed(found).step, failed(found).cause) == (Step.TLS, Cause.PROXY)


async def test_of_several_addresses_one_that_answers_is_enough(loopback, monkeypatch):
    server = await loopback(answer())
    there = socket.getaddrinfo("127.0.0.1", server.port, type=socket.SOCK_STREAM)
    nowhere = socket.getaddrinfo("127.0.0.1", 1, type=socket.SOCK_STREAM)
    monkeypatch.setattr(
        "wallboard.ece.probe.wire.socket.getaddrinfo", lambda *_args, **_options: nowhere + there
    )

    found = await looked(f"http://127.0.0.1:{server.port}")

    assert found[Step.TCP].level is Level.OK
