"""A sweep of ids against real servers, with a clock of its own where it would wait."""

import asyncio
import gzip
import ssl
from contextlib import asynccontextmanager, suppress

import pytest
import trustme
from feeds_support import starts
from waiting import until

from wallboard.domain.discovery import Discovery, Presence
from wallboard.domain.endpoint import Endpoint
from wallboard.domain.observation import Cause, ServerStatus
from wallboard.feeds.discover import NOTHING_CLEAR, PROBES, Ending, discover
from wallboard.setting_types import Secret
from wallboard.settings import EntryPointSettings, ServerSettings


class Heard:
    """What a sweep published."""

    def __init__(self) -> None:
        self.discovery = Discovery()
        self.statuses = []
        self.ids = []

    def __call__(self, event) -> None:
        if isinstance(event, ServerStatus):
            self.statuses.append(event)
        else:
            self.discovery.add(event)
            self.ids.append(event.id)


class Time:
    """A clock that only sleeping moves, and that gives others their turn."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept = []

    def timer(self):
        return self.now

    async def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


@pytest.fixture
def sweep(settings_of):
    """Runs a sweep to its end, without waiting."""

    async def swept(server, ids, rate=0.0, **more):
        heard, time = Heard(), Time()
        settings = settings_of(server, **more)
        ending = await discover(
            server, settings, ids, heard, rate=rate, timer=time.timer, sleep=time.sleep
        )
        return ending, heard, time

    return swept


def server_at(url, **more):
    return ServerSettings(
        name="prod", url=url, entry_point=(EntryPointSettings(id=1),), timeout=0.5, **more
    )


@asynccontextmanager
async def answering(reply):
    """The address of a server whose answer to an id is ``reply(id)``: a status and a body."""

    async def serve(reader, writer):
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                number = int(head.split(b" ")[1].rpartition(b"/")[2])
                status, body = reply(number)
                length = b"Content-Length: %d\r\n\r\n" % len(body)
                writer.write(b"HTTP/1.1 %d Said\r\n" % status + length + body)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


async def test_only_the_entry_points_of_the_server_are_found(simulated, sweep):
    simulator = await simulated("", 5)
    ending, heard, _ = await sweep(server_at(simulator.url), range(990, 1020))
    assert ending is Ending.COMPLETE
    assert sorted(heard.discovery.entry_points) == [1000, 1001, 1002, 1003, 1004]
    assert len(heard.discovery.missing) == 25
    assert heard.discovery.unclear == {}
    assert sorted(heard.ids) == list(range(990, 1020))


async def test_each_id_is_asked_once_and_what_is_there_also_for_its_wait(simulated, sweep):
    simulator = await simulated("[queue]\nload = 0.1\nagents = 9\n", 2)
    _, heard, _ = await sweep(server_at(simulator.url), range(1000, 1004))
    asked = sorted(path.rpartition("entrypoint/")[2] for path in starts(simulator))
    assert asked == [
        *(f"chatAllowed/{n}" for n in range(1000, 1004)),
        "liveSessionStatus/1000",
        "liveSessionStatus/1001",
    ]
    assert simulator.requests.count == 6
    assert all(one.wait_seconds is not None for one in heard.discovery.entry_points.values())


async def test_a_server_that_does_not_offer_the_wait_is_not_asked_for_it(simulated, sweep):
    simulator = await simulated("", 2)
    server = server_at(simulator.url, endpoints=("chatAllowed",))
    _, heard, _ = await sweep(server, [1000, 1001, 1002])
    assert simulator.requests.count == 3
    assert [one.wait_seconds for one in heard.discovery.entry_points.values()] == [None, None]


async def test_one_that_is_closed_for_a_reason_is_there_all_the_same(simulated, sweep):
    simulator = await simulated('[[fault]]\nkind = "inactive"\nentry_points = "1001"\n', 3)
    _, heard, _ = await sweep(server_at(simulator.url), range(1000, 1003))
    one = heard.discovery.entry_points[1001]
    assert (one.allowed, one.reason) == (False, "entry_point_inactive")


async def test_no_more_are_in_flight_than_the_settings_allow(simulated, sweep):
    simulator = await simulated('[[fault]]\nkind = "latency"\nms = 20\n', 10)
    await sweep(server_at(simulator.url), range(1000, 1010), concurrency=3)
    assert simulator.requests.max_in_flight == 3


async def test_questions_follow_each_other_at_the_rate(simulated, sweep):
    simulator = await simulated("", 1)
    _, _, time = await sweep(server_at(simulator.url), range(2000, 2021), rate=10.0)
    assert simulator.requests.count == 21
    # Twenty gaps of a tenth of a second; the sleeper alone moves this clock.
    assert time.now >= 2.0
    assert max(time.slept) <= 1.0


REFUSALS = [
    (500, b"<error>Invalid Entry Point</error>", "500 “Invalid Entry Point”"),
    (404, b"{'message': 'entry point 7 does not exist'}", "404 “entry point 7 does not exist”"),
    (404, b"No such entrypoint", "404 “No such entrypoint”"),
]


@pytest.mark.parametrize(("status", "body", "words"), REFUSALS)
async def test_an_error_counts_as_not_there_when_it_says_so(sweep, status, body, words):
    async with answering(lambda _: (status, body)) as url:
        ending, heard, _ = await sweep(server_at(url), range(3))
    assert ending is Ending.COMPLETE
    assert heard.discovery.missing == {0, 1, 2}
    assert heard.discovery.refusals == {words: 3}


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b"<error>Unable to retrieve whether this entry point can handle chats</error>"),
        (404, b"/system/egain/chat/entrypoint/chatAllowed/1 was not found on this server"),
        (404, b"The requested resource [/chat/entrypoint/chatAllowed/1] is not available"),
        (403, b"invalid entry point"),
        (200, b"<html>invalid entry point</html>"),
        (200, b'<chatAllowed allowed="maybe"/>'),
        (200, b'<chatAllowed allowed="false" reason="on_holiday"/>'),
        (200, b""),
    ],
)
async def test_whatever_says_less_than_that_is_unclear_with_the_reason(sweep, status, body):
    async with answering(lambda _: (status, body)) as url:
        ending, heard, _ = await sweep(server_at(url), [1])
    assert ending is Ending.COMPLETE
    assert heard.discovery.unclear[1].presence is Presence.UNCLEAR
    assert heard.discovery.unclear[1].words.startswith("chatAllowed: ")


async def test_a_server_that_never_says_anything_of_use_is_not_asked_for_all(sweep):
    asked = []

    def reply(number):
        asked.append(number)
        return 401, b"who are you?"

    async with answering(reply) as url:
        ending, heard, _ = await sweep(server_at(url), range(5000), rate=50.0)
    assert ending is Ending.NOTHING_CLEAR
    assert NOTHING_CLEAR <= len(asked) < NOTHING_CLEAR + 10
    assert heard.discovery.asked == len(heard.discovery.unclear) == len(asked)


async def test_a_server_out_of_reach_is_probed_ever_more_seldom_and_then_given_up(
    sweep, closed_port
):
    server = server_at(f"http://127.0.0.1:{closed_port}")
    ending, heard, time = await sweep(server, range(1000), interval=10.0)
    assert ending is Ending.OUT_OF_REACH
    assert heard.discovery.asked == 0
    *waits, given_up = heard.statuses
    assert len(waits) == PROBES
    assert given_up.next_probe_at is None
    assert {status.failure.cause for status in heard.statuses} == {Cause.REFUSED}
    waited = [seconds for seconds in time.slept if seconds]
    assert waited == sorted(waited)
    assert waited[-1] > 8 * waited[0]


async def test_a_server_that_comes_back_is_asked_for_the_rest(settings_of):
    state = {"asked": 0}

    def reply(number):
        state["asked"] += 1
        down = 5 < state["asked"] <= 30
        if down:
            return 503, b"starting"
        return 200, b'<chatAllowed allowed="false" reason="invalid_entry_point"/>'

    heard, time = Heard(), Time()
    async with answering(reply) as url:
        server = server_at(url)
        ending = await discover(
            server,
            settings_of(server),
            range(60),
            heard,
            rate=50.0,
            timer=time.timer,
            sleep=time.sleep,
        )
    assert ending is Ending.COMPLETE
    assert heard.discovery.missing == set(range(60))
    assert heard.statuses[-1].failure is None


async def test_ids_that_hang_on_a_healthy_server_are_unclear_and_hold_up_nothing(simulated, sweep):
    hang = '[[fault]]\nkind = "hang"\nentry_points = "1002-1003"\n'
    simulator = await simulated(hang, 6)
    ending, heard, _ = await sweep(server_at(simulator.url), range(1000, 1006))
    assert ending is Ending.COMPLETE
    assert sorted(heard.discovery.entry_points) == [1000, 1001, 1004, 1005]
    assert sorted(heard.discovery.unclear) == [1002, 1003]
    assert "did not answer within" in heard.discovery.unclear[1002].words


async def test_cancelled_it_has_published_only_what_is_whole(simulated, settings_of):
    simulator = await simulated('[[fault]]\nkind = "latency"\nms = 5\n', 50)
    server, heard = server_at(simulator.url), Heard()
    task = asyncio.create_task(
        discover(server, settings_of(server), range(1000, 1050), heard, rate=0)
    )
    await until(lambda: heard.discovery.asked > 5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert 5 < heard.discovery.asked < 50
    assert all(one.wait_seconds is not None for one in heard.discovery.entry_points.values())


INVALID = b'<chatAllowed allowed="false" reason="invalid_entry_point"/>'
HEAD = b"HTTP/1.1 200 OK\r\n"
PLAIN = HEAD + b"Content-Length: %d\r\n\r\n" % len(INVALID) + INVALID


@asynccontextmanager
async def sending(answers):
    """The address of a server that sends the bytes of each of ``answers`` in turn, then plain ones.

    What ends in ``None`` closes the connection behind it.
    """
    answers = list(answers)

    async def serve(reader, writer):
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                pieces = answers.pop(0) if answers else [PLAIN]
                for piece in pieces:
                    if piece is None:
                        return
                    writer.write(piece)
                    await writer.drain()
                    await asyncio.sleep(0)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


ODD = {
    "in pieces": [bytes([byte]) for byte in PLAIN],
    "chunked": [
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(INVALID), INVALID)
    ],
    "packed": [
        HEAD
        + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(gzip.compress(INVALID))
        + gzip.compress(INVALID)
    ],
    "the last on its connection": [PLAIN.replace(b"\r\n", b"\r\nConnection: close\r\n", 1), None],
    "until the end": [HEAD + b"Connection: close\r\n\r\n" + INVALID, None],
    "cut off": [PLAIN[:-5], None],
    "nothing at all": [None],
    "no HTTP": [b"what?\r\n\r\n", None],
    "an error": [b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n"],
    "a page": [HEAD + b"Content-Length: 6\r\n\r\n<html>"],
    "too long": [HEAD + b"Content-Length: 999999999\r\n\r\nx", None],
    "silence": [],
}


UNCLEAR = {"no HTTP", "an error", "a page"}


@pytest.mark.parametrize("odd", ODD)
async def test_one_odd_answer_hides_no_other(sweep, odd):
    async with sending([[PLAIN], ODD[odd], [PLAIN]]) as url:
        ending, heard, _ = await sweep(server_at(url), range(30), concurrency=1)
    assert ending is Ending.COMPLETE
    assert set(heard.discovery.unclear) == ({1} if odd in UNCLEAR else set())
    assert heard.discovery.missing == set(range(30)) - set(heard.discovery.unclear)


async def test_at_any_rate_the_same_is_asked_with_the_same_headers(simulated, sweep):
    seen = []

    async def serve(reader, writer):
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                seen.append(head)
                writer.write(PLAIN)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/odd/"
        headers = {"X-Key": Secret("hush"), "Host": Secret("inside.example.com")}
        settings = server_at(
            url, headers=headers, paths={Endpoint.CHAT_ALLOWED: "a/{id}/b?to={id}"}
        )
        for rate in (0.0, 50.0):
            await sweep(settings, [77], rate=rate)
    hurried, ordinary = seen
    assert hurried.startswith(b"GET /odd/a/77/b?to=77 HTTP/1.1\r\n")
    assert hurried == ordinary


async def test_a_certificate_is_checked(sweep, tmp_path):
    asked = []

    async def serve(reader, writer):
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                asked.append(head)
                writer.write(PLAIN)
        writer.close()

    authority, tls = trustme.CA(), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    async with server:
        url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        ending, _, _ = await sweep(server_at(url), range(20), backoff_max=0.1)
        assert (ending, asked) == (Ending.OUT_OF_REACH, [])
        trusting = server_at(url, ca_file=str(tmp_path / "ca.pem"))
        ending, heard, _ = await sweep(trusting, range(20))
    assert ending is Ending.COMPLETE
    assert heard.discovery.missing == set(range(20))


async def test_a_proxy_is_gone_through(sweep, closed_port):
    async with sending([]) as url:
        server = server_at(url, proxy=Secret(f"http://127.0.0.1:{closed_port}"))
        ending, heard, _ = await sweep(server, range(20), backoff_max=0.1)
    assert ending is Ending.OUT_OF_REACH
    assert heard.statuses[-1].failure.cause is Cause.PROXY
