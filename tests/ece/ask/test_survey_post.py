"""Posting a survey on real sockets: once, with the very bytes, and with every outcome named."""

import asyncio
import contextlib
import socket
import ssl
import struct

import pytest

from wallboard.domain.observation import Response
from wallboard.ece.ask.outgoing import ClientSetupError
from wallboard.ece.ask.survey import Answered, Delivery, Survey, body_of
from wallboard.ece.ask.survey_post import SurveyPost
from wallboard.setting_types import Secret
from wallboard.settings import ServerSettings, Settings
from wallboard.simulator.scenario import parse_scenario
from wallboard.simulator.server import Simulator

BODY = body_of(Survey("77", (Answered("How was it?", "schön & <gut>"),)))
PATH = "/system/egain/chat/entrypoint/survey"
ROOMY = Settings(timeout=30, connect_timeout=30)


def post_to(port, settings=ROOMY, *, scheme="http", host="127.0.0.1", body=BODY, **server):
    made = ServerSettings(**{"name": "prod", "url": f"{scheme}://{host}:{port}", **server})
    return SurveyPost(made, settings, body)


class Taker:
    """Takes whole POSTs and does with each what the test says; counts connections too."""

    def __init__(self, answer) -> None:
        self.answer = answer
        self.heads = []
        self.bodies = []
        self.connections = 0
        self.taken = asyncio.Event()

    async def __call__(self, reader, writer) -> None:
        self.connections += 1
        try:
            with contextlib.suppress(asyncio.IncompleteReadError, OSError):
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                self.heads.append(head)
                self.bodies.append(await reader.readexactly(length_in(head)))
                self.taken.set()
                if isinstance(self.answer, bytes):
                    writer.write(self.answer)
                    await writer.drain()
                elif self.answer:
                    await self.answer(writer)
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


def length_in(head):
    (line,) = (one for one in head.split("\r\n") if one.lower().startswith("content-length:"))
    return int(line.partition(":")[2])


@pytest.fixture
async def taker():
    """Starts servers that take POSTs, and stops them at the end."""
    async with contextlib.AsyncExitStack() as stack:

        async def start(answer, tls=None):
            made = Taker(answer)
            tasks = set()

            def connected(reader, writer):
                task = asyncio.ensure_future(made(reader, writer))
                tasks.add(task)

            server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
            made.port = server.sockets[0].getsockname()[1]

            async def stop():
                server.close()
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                await server.wait_closed()

            stack.push_async_callback(stop)
            return made

        yield start


async def hang(_writer):
    await asyncio.Event().wait()


async def reset(writer):
    abort_now = struct.pack("ii", 1, 0)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, abort_now)


async def test_a_survey_arrives_byte_for_byte_and_204_means_sent():
    async with Simulator(entry_points=[1000], scenario=parse_scenario("")) as simulator:
        ticks = iter((5.0, 7.5))
        server = ServerSettings(name="prod", url=simulator.url)
        outcome = await SurveyPost(server, ROOMY, BODY, timer=lambda: next(ticks)).send()

        (seen,) = simulator.surveys
        assert (seen.raw, seen.content_type, seen.sid) == (BODY, "text/xml", "77")
        assert seen.answers == (("How was it?", "schön & <gut>"),)
    assert (outcome.delivery, outcome.elapsed_seconds) == (Delivery.SENT, 2.5)
    assert (outcome.response.status, outcome.response.body) == (204, b"")


async def test_the_request_is_the_one_that_was_shown_but_for_the_secrets(taker):
    server = await taker(b"HTTP/1.1 204 No Content\r\n\r\n")
    headers = {"X-egain-session": Secret("hush-hush"), "accept": Secret("text/xml")}

    post = post_to(server.port, host="me:hush@127.0.0.1", headers=headers)
    outcome = await post.send()

    assert outcome.delivery is Delivery.SENT
    first, *lines = server.heads[0].rstrip().split("\r\n")
    assert first == f"POST {PATH} HTTP/1.1"
    sent = {name.lower(): text for name, _, text in (line.partition(": ") for line in lines)}
    shown = {name.lower(): text for name, text in post.request.headers}
    assert len(lines) == len(sent)
    assert set(sent) == set(shown)
    secret = {name for name, text in shown.items() if text == "•••"}
    assert secret == {"x-egain-session", "accept", "authorization"}
    assert all(sent[name] == text for name, text in shown.items() if name not in secret)
    assert (sent["content-type"], sent["x-egain-session"]) == ("text/xml", "hush-hush")
    assert sent["authorization"].startswith("Basic ")
    assert server.bodies == [BODY]
    assert post.request.url == f"http://127.0.0.1:{server.port}{PATH}"
    assert "hush" not in repr((post.request, outcome))


async def test_the_config_has_its_way_with_headers_but_not_with_the_length_of_the_body(taker):
    server = await taker(b"HTTP/1.1 204 No Content\r\n\r\n")
    headers = {
        "Host": Secret("ece.example.com"),
        "Content-Type": Secret("application/xml"),
        "Content-Length": Secret("3"),
        "Transfer-Encoding": Secret("chunked"),
    }

    await post_to(server.port, headers=headers).send()

    head = server.heads[0].lower()
    assert head.count("host: ") == 1
    assert "\r\nhost: ece.example.com\r\n" in head
    assert "\r\ncontent-type: application/xml\r\n" in head
    assert "transfer-encoding" not in head
    assert server.bodies == [BODY]


async def test_the_path_and_the_query_of_the_server_are_kept(taker):
    server = await taker(b"HTTP/1.1 204 No Content\r\n\r\n")

    await post_to(
        server.port, url=f"http://127.0.0.1:{server.port}/egain/chat/entrypoint/?a=b"
    ).send()

    assert server.heads[0].startswith("POST /egain/chat/entrypoint/survey?a=b HTTP/1.1\r\n")


@pytest.mark.parametrize(
    ("status", "says"),
    [
        ("500 Internal Server Error", "500 Internal Server Error: the survey was not"),
        ("400 Bad Request", "400 Bad Request: the survey was not"),
        ("200 OK", "only 204 means accepted"),
        ("504 Gateway Timeout", "is unknown. Not sent again"),
        ("599 \x1b[31mRed", "599 \ufffd[31mRed"),
    ],
)
async def test_any_other_status_is_a_refusal_with_what_the_server_said(taker, status, says):
    answer = f"HTTP/1.1 {status}\r\nContent-Length: 5\r\n\r\nsorry".encode()
    server = await taker(answer)

    outcome = await post_to(server.port).send()

    assert outcome.delivery is Delivery.REFUSED
    assert says in outcome.message
    assert outcome.message.isprintable()
    assert outcome.response.body == b"sorry"
    assert server.connections == 1


async def test_a_redirect_is_not_followed(taker):
    location = "https://sso.example.com/login?token=hush"
    server = await taker(f"HTTP/1.1 307 Moved\r\nLocation: {location}\r\n\r\n".encode())

    outcome = await post_to(server.port).send()

    assert outcome.delivery is Delivery.REFUSED
    assert "https://sso.example.com/login (not followed)" in outcome.message
    assert "hush" not in outcome.message
    assert len(server.bodies) == 1


@pytest.mark.parametrize(
    "answer", [None, reset, b"garbage\r\n\r\n"], ids=["closed", "reset", "no http"]
)
async def test_a_connection_that_ends_without_an_answer_leaves_the_outcome_unknown(taker, answer):
    server = await taker(answer)

    outcome = await post_to(server.port).send()

    assert outcome.delivery is Delivery.UNKNOWN
    assert outcome.message.startswith("Outcome unknown; not sent again. ")
    assert outcome.response is None
    assert (server.connections, server.bodies) == (1, [BODY])


async def test_a_server_that_closes_in_the_middle_of_the_request_is_not_asked_again(taker):
    connections = []

    async def half(reader, writer):
        connections.append(await reader.readexactly(20))
        writer.transport.abort()

    server = await asyncio.start_server(half, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    outcome = await post_to(port, body=BODY + b" " * 1_000_000).send()
    server.close()
    await server.wait_closed()

    assert outcome.delivery is Delivery.UNKNOWN
    assert len(connections) == 1


async def test_a_time_out_leaves_the_outcome_unknown_and_nothing_is_sent_again(taker):
    server = await taker(hang)

    outcome = await post_to(server.port, Settings(timeout=0.5)).send()

    assert outcome.delivery is Delivery.UNKNOWN
    assert outcome.message.startswith("Outcome unknown; not sent again. ")
    assert "within 0.5 s" in outcome.message
    assert server.connections <= 1


async def test_an_error_page_that_hangs_is_still_a_refusal(taker):
    async def half(writer):
        writer.write(b"HTTP/1.1 503 Busy\r\nContent-Length: 999\r\n\r\nso sorry")
        await hang(writer)

    outcome = await post_to((await taker(half)).port, Settings(timeout=1)).send()

    assert outcome.delivery is Delivery.REFUSED
    assert outcome.response.body == b"so sorry"
    assert outcome.response.truncated


async def test_what_fails_before_there_is_a_connection_was_not_sent():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    for outcome in (
        await post_to(port).send(),
        await post_to(80, host="ece.invalid").send(),
        await post_to(80, proxy=Secret("http://me:hush@127.0.0.1:1")).send(),
    ):
        assert outcome.delivery is Delivery.NOT_SENT
        assert outcome.message.startswith("Not sent. ")
        assert "hush" not in outcome.message


async def test_a_certificate_that_is_not_trusted_ends_it_before_anything_is_sent(
    taker, authority, tmp_path
):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    server = await taker(b"HTTP/1.1 204 No Content\r\n\r\n", tls=context)
    ca_file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(ca_file)

    outcome = await post_to(server.port, scheme="https").send()
    assert outcome.delivery is Delivery.NOT_SENT
    assert "certificate" in outcome.message
    assert server.bodies == []

    outcome = await post_to(server.port, scheme="https", ca_file=str(ca_file)).send()
    assert outcome.delivery is Delivery.SENT
    assert server.bodies == [BODY]


async def test_a_proxy_is_used_and_told_who_asks(taker):
    proxy = await taker(b"HTTP/1.1 204 No Content\r\n\r\n")

    way = Secret(f"http://me:hush@127.0.0.1:{proxy.port}")
    outcome = await post_to(80, host="ece.invalid", proxy=way).send()

    assert outcome.delivery is Delivery.SENT
    assert proxy.heads[0].startswith(f"POST http://ece.invalid{PATH} HTTP/1.1\r\n")
    assert "proxy-authorization: basic bwu6ahvzaa==" in proxy.heads[0].lower()


async def test_a_survey_cannot_be_sent_twice(taker):
    server = await taker(b"HTTP/1.1 204 No Content\r\n\r\n")
    post = post_to(server.port)

    await post.send()
    with pytest.raises(RuntimeError, match="once"):
        await post.send()

    assert server.connections == 1


async def test_one_that_is_called_off_says_whether_anything_may_have_arrived(taker):
    server = await taker(hang)
    post = post_to(server.port)
    assert not post.began

    sending = asyncio.create_task(post.send())
    await server.taken.wait()
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending

    assert post.began
    assert server.connections == 1


async def test_a_long_answer_is_cut_while_it_is_read(taker):
    server = await taker(b"HTTP/1.1 500 No\r\n\r\n" + b"x" * 50_000)

    outcome = await post_to(server.port, Settings(max_body=4096, timeout=30)).send()

    assert isinstance(outcome.response, Response)
    assert (len(outcome.response.body), outcome.response.truncated) == (4096, True)


def test_settings_that_cannot_be_used_are_told_before_anything_is_sent():
    with pytest.raises(ClientSetupError, match="url"):
        post_to(80, url="nonsense")
