"""Which connection a request uses, against real sockets: young, silent, unasked, forgotten ones."""

import asyncio
import contextlib

import pytest
from waiting import PATIENCE_SECONDS

from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.observation import Cause, Failure
from wallboard.domain.reading import ChatAllowed
from wallboard.ece.ask import client, connector
from wallboard.ece.ask.client import EceClient
from wallboard.ece.ask.survey import Delivery
from wallboard.ece.ask.survey_post import SurveyPost
from wallboard.settings import ServerSettings, Settings

ENTRY_POINT = EntryPoint(EntryPointKey("prod", 1000), "Sales")
OPEN, CLOSED = ChatAllowed(True), ChatAllowed(False, raw_reason=None)


def answer(allowed=True, status="200 OK", *headers: str):
    body = b'<chatAllowed allowed="%s"/>' % (b"true" if allowed else b"false")
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Scripted:
    """Does with each request what its connection's script says; the last step goes on for ever.

    A step is bytes to send, an event to wait for before the next step, or ``None``, to close.
    """

    def __init__(self, *scripts: list) -> None:
        self.scripts = list(scripts)
        self.heard: list[int] = []
        self.writers: list[asyncio.StreamWriter] = []
        self._tasks: set[asyncio.Task] = set()

    async def __aenter__(self) -> "Scripted":
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    def _connected(self, reader, writer):
        self._tasks.add(asyncio.ensure_future(self._serve(reader, writer)))

    async def _serve(self, reader, writer):
        number = len(self.writers)
        self.writers.append(writer)
        script = self.scripts[min(number, len(self.scripts) - 1)]
        try:
            with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
                for asked in range(1_000_000):
                    await reader.readuntil(b"\r\n\r\n")
                    self.heard.append(number)
                    step = script[min(asked, len(script) - 1)]
                    while isinstance(step, asyncio.Event):
                        await step.wait()
                        step = answer()
                    if step is None:
                        return
                    writer.write(step)
                    await writer.drain()
        finally:
            writer.close()


@contextlib.asynccontextmanager
async def asking(server, **settings):
    """Polls a scripted server."""
    told = ServerSettings(name="prod", url=f"http://127.0.0.1:{server.port}", **settings)
    async with EceClient(told, Settings()) as client:
        poll = client.prepare(ENTRY_POINT, Endpoint.CHAT_ALLOWED)
        yield lambda: client.poll(poll)


async def until(condition, what):
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not condition():  # noqa: ASYNC110 - conditions of a server have no event
                await asyncio.sleep(0.005)
    except TimeoutError:
        pytest.fail(f"waited in vain until {what}")


@pytest.fixture
def impatient(monkeypatch):
    """A kept connection is soon asked past, and there is long to answer then."""
    monkeypatch.setattr(client, "SILENCE_SHARE", 0.02)


async def test_a_kept_connection_that_went_silent_is_asked_past(impatient):
    async with (
        Scripted([answer(), asyncio.Event()], [answer(False)]) as server,
        asking(server, timeout=PATIENCE_SECONDS) as ask,
    ):
        first, second, third = await ask(), await ask(), await ask()

    assert [one.outcome for one in (first, second)] == [OPEN, CLOSED]
    assert [one.asked_again for one in (first, second, third)] == [False, True, False]
    assert server.heard == [0, 0, 1, 2], "the third is asked on a connection of its own time"


async def test_after_one_silent_connection_none_of_its_time_is_used_again(impatient):
    hangs = asyncio.Event()
    async with (
        Scripted([answer(), hangs], [answer(), hangs], [answer(False)]) as server,
        asking(server, timeout=PATIENCE_SECONDS) as ask,
    ):
        await asyncio.gather(ask(), ask())
        seen = [await ask(), await ask()]

    assert [one.asked_again for one in seen] == [True, False]
    assert server.heard.count(0) + server.heard.count(1) == 3


async def test_a_slow_answer_on_a_kept_connection_still_counts(impatient):
    late = asyncio.Event()
    async with (
        Scripted([answer(), late], [asyncio.Event()]) as server,
        asking(server, timeout=PATIENCE_SECONDS) as ask,
    ):
        await ask()
        asked = asyncio.create_task(ask())
        await until(lambda: server.heard == [0, 0, 1], "it is asked again")
        late.set()
        seen = await asked

    assert (seen.outcome, seen.asked_again) == (OPEN, True)


async def test_it_is_never_asked_a_third_time(impatient):
    async with (
        Scripted([answer(), asyncio.Event()], [None]) as server,
        asking(server, timeout=1.0) as ask,
    ):
        await ask()
        seen = await ask()

    assert isinstance(seen.outcome, Failure)
    assert (seen.outcome.cause, seen.asked_again) == (Cause.RESET, True)
    assert server.heard == [0, 0, 1]


async def test_a_broken_connection_and_then_a_silent_one_are_two(impatient):
    async with (
        Scripted([answer(), None], [asyncio.Event()]) as server,
        asking(server, timeout=1.0) as ask,
    ):
        await ask()
        seen = await ask()

    assert isinstance(seen.outcome, Failure)
    assert (seen.outcome.cause, seen.asked_again) == (Cause.TIMEOUT, True)
    assert server.heard == [0, 0, 1]


async def test_one_that_breaks_while_it_is_asked_again_is_not_asked_elsewhere(impatient):
    late = asyncio.Event()
    async with (
        Scripted([answer(), asyncio.Event()], [late]) as server,
        asking(server, timeout=PATIENCE_SECONDS) as ask,
    ):
        await ask()
        asked = asyncio.create_task(ask())
        await until(lambda: server.heard == [0, 0, 1], "it is asked again")
        server.writers[0].close()
        late.set()
        seen = await asked

    assert (seen.outcome, seen.asked_again) == (OPEN, True)
    assert server.heard == [0, 0, 1]


async def test_a_new_connection_that_hangs_is_not_asked_past():
    async with Scripted([asyncio.Event()]) as server, asking(server, timeout=0.5) as ask:
        seen = await ask()

    assert isinstance(seen.outcome, Failure)
    assert (seen.outcome.cause, seen.asked_again) == (Cause.TIMEOUT, False)
    assert server.heard == [0]


UNASKED = {
    "a second answer": answer(False),
    "a 408": b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n",
    "the beginning of an answer": b"HTTP/1.1 4",
    "no HTTP": b"\0",
    "an empty line": b"\r\n",
}


@pytest.mark.parametrize("unasked", UNASKED)
async def test_what_nobody_asked_for_is_no_answer_to_the_next_request(unasked):
    async with Scripted([answer()]) as server, asking(server) as ask:
        await ask()
        (writer,) = server.writers
        writer.write(UNASKED[unasked])
        await until(writer.is_closing, "the connection ends")
        seen = await ask()

    assert (seen.outcome, seen.asked_again) == (OPEN, False)
    assert server.heard == [0, 1]


@pytest.mark.parametrize("before", [b"", b"HTTP/1.1 100 Continue\r\n\r\n"])
@pytest.mark.parametrize("unasked", UNASKED)
async def test_what_follows_in_the_same_piece_is_no_answer_and_harms_none(unasked, before):
    sent = before + answer() + UNASKED[unasked]
    async with Scripted([sent]) as server, asking(server) as ask:
        seen = [await ask(), await ask()]

    assert [one.outcome for one in seen] == [OPEN, OPEN]
    assert server.heard == [0, 1]


async def test_a_flood_that_nobody_asked_for_is_not_read():
    async with Scripted([answer()]) as server, asking(server) as ask:
        await ask()
        (writer,) = server.writers
        with contextlib.suppress(ConnectionError):
            for _ in range(200):
                writer.write(answer(False) * 1000)
                await writer.drain()
        assert (await ask()).outcome == OPEN


async def test_a_connection_lives_no_longer_than_its_time(monkeypatch):
    async with Scripted([answer()]) as server, asking(server) as ask:
        await ask()
        await ask()
        assert server.heard == [0, 0]
        monkeypatch.setattr(connector, "LONGEST_LIFE_SECONDS", 0.0)
        await ask()
        await ask()

    assert server.heard == [0, 0, 1, 2]


async def test_a_poll_under_way_outlives_the_time_of_its_connection(monkeypatch):
    late = asyncio.Event()
    async with Scripted([late, answer()]) as server, asking(server) as ask:
        asked = asyncio.create_task(ask())
        await until(lambda: server.heard == [0], "it is asked")
        monkeypatch.setattr(connector, "LONGEST_LIFE_SECONDS", 0.0)
        late.set()
        seen = await asked

    assert (seen.outcome, seen.asked_again) == (OPEN, False)


async def test_what_is_posted_after_a_poll_goes_out_once_and_apart():
    async with Scripted([answer()], [None]) as server, asking(server) as ask:
        await ask()
        settings = ServerSettings(name="prod", url=f"http://127.0.0.1:{server.port}")
        outcome = await SurveyPost(settings, Settings(), b"<egainSurvey/>").send()
        assert (await ask()).outcome == OPEN

    assert outcome.delivery is Delivery.UNKNOWN
    assert server.heard == [0, 1, 0]


async def test_the_event_loop_makes_room_for_no_more_than_a_slice():
    sizes = []

    class Noting(connector._Handler):
        def data_received(self, data):
            sizes.append(len(data))

    async def send(_reader, writer):
        writer.write(b"x" * 300_000)
        await writer.drain()
        writer.close()

    loop = asyncio.get_running_loop()
    async with await asyncio.start_server(send, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        transport, _ = await loop.create_connection(lambda: Noting(loop), "127.0.0.1", port)
        await until(lambda: sum(sizes) == 300_000, "not all of it was read")
        transport.abort()

    assert max(sizes) <= connector.SLICE
