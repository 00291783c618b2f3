"""The simulator: a real HTTP server on a real socket.

Replies are written to the transport and not through aiohttp's response classes: faults need
control of every byte, and benchmarks need a server that costs less than the clients they measure.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from email.utils import formatdate
from types import TracebackType
from typing import cast

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter

from wallboard.simulator.contents import Dialect
from wallboard.simulator.reply import Reply, Sleep, deliver, error_page, reset
from wallboard.simulator.requests import (
    BadSurveyError,
    RequestLog,
    Route,
    Survey,
    is_plain_get,
    names_survey,
    read_survey,
    route_of,
)
from wallboard.simulator.responder import Responder
from wallboard.simulator.scenario import Scenario, SimulatorError
from wallboard.threads import own_addresses, why_not_listening

LISTENER_CHECK_SECONDS = 0.05
SURVEYS_KEPT = 1000
_STOP_SECONDS = 0.2
# Without a handler of its own, a client's broken request would be printed over the board.
_LOG = logging.getLogger("wallboard.simulator")
_LOG.addHandler(logging.NullHandler())
_NO_SUCH_PAGE = error_page(404)
_WRONG_METHOD = error_page(405)


class Simulator:
    """A server for some entry points that plays a scenario.

    ``speed`` is simulated seconds per second. ``requests`` is the log of requests and ``surveys``
    holds the last that were posted. The scenario begins at ``start``.
    """

    def __init__(
        self,
        *,
        entry_points: Sequence[int],
        scenario: Scenario,
        seed: int = 1,
        speed: float = 1.0,
        dialect: Dialect | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self.entry_points = tuple(entry_points)
        self.scenario = scenario
        self.requests = RequestLog()
        self.surveys: deque[Survey] = deque(maxlen=SURVEYS_KEPT)
        self._responder = Responder(entry_points, scenario, seed, dialect)
        self._clock = clock
        self._sleep = sleep
        self._speed = speed
        self._seconds_before = 0.0
        self._resumed_at = clock()
        self._dated: tuple[int, bytes] = (0, b"")
        self._web: web.Server | None = None
        self._listener: asyncio.Server | None = None
        self._watch: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()
        self._host, self._port = "127.0.0.1", 0
        self._addresses: list[str] = []

    async def __aenter__(self) -> "Simulator":
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    @property
    def url(self) -> str:
        """The address of the server, without a path."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}"

    @property
    def seconds(self) -> float:
        """Simulated seconds since the scenario began."""
        return self._seconds_before + (self._clock() - self._resumed_at) * self._speed

    @property
    def speed(self) -> float:
        """Simulated seconds per second; setting it does not change ``seconds``."""
        return self._speed

    @speed.setter
    def speed(self, speed: float) -> None:
        self._seconds_before, self._resumed_at = self.seconds, self._clock()
        self._speed = speed

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> int:
        """Listen and begin the scenario; returns the port. Raises :class:`SimulatorError`."""
        if self._web is not None:
            raise SimulatorError("this simulator is running already")
        self._stopping.clear()
        self._host, self._port = host, port
        self._seconds_before, self._resumed_at = 0.0, self._clock()
        server = _Server(self)
        self._web = server
        try:
            self._addresses = await own_addresses(host)
            await self._listen(server)
        except OSError as error:
            self._web = None
            raise SimulatorError(why_not_listening(error, host, port)) from None
        if self._responder.ever_down:
            self._watch = asyncio.create_task(self._keep_listener(server))
        return self._port

    async def stop(self) -> None:
        """Refuse new connections and drop open ones; a second call does nothing."""
        server, self._web = self._web, None
        if server is None:
            return
        self._stopping.set()
        if self._watch:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
            self._watch = None
        self._close_listener()
        await server.shutdown(_STOP_SECONDS)

    def quick_reply(self, path: str) -> bytes | None:
        """The bytes of the answer to a GET, or ``None`` if a fault delays it."""
        route = route_of(path)
        if route is None:
            return None
        reply = self._reply(route)
        if reply.delay_seconds or reply.delivery:
            return None
        self.requests.begin(self._clock(), path)
        self.requests.end()
        return self._head(reply) + reply.body

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request that was parsed by aiohttp."""
        path = request.raw_path
        self.requests.begin(self._clock(), path)
        try:
            reply = await self._reply_to(request, path)
            if reply.delay_seconds:
                await self._sleep(reply.delay_seconds)
            transport = request.transport
            if transport is None or transport.is_closing():
                return _Sent(keep_alive=False)
            head, body = self._head(reply), reply.body if request.method != "HEAD" else b""
            await deliver(transport, head, body, reply.delivery, self._sleep, self._stopping)
            await request.writer.drain()
            return _Sent(keep_alive=request.keep_alive and not transport.is_closing())
        finally:
            self.requests.end()

    async def _reply_to(self, request: web.BaseRequest, path: str) -> Reply:
        if names_survey(path):
            if request.method != "POST":
                return _WRONG_METHOD
            return self._responder.survey_reply(await self._take_survey(request), self.seconds)
        route = route_of(path)
        if route is None:
            return _NO_SUCH_PAGE
        return self._reply(route) if request.method in {"GET", "HEAD"} else _WRONG_METHOD

    def _reply(self, route: Route) -> Reply:
        endpoint, entry_point = route
        return self._responder.reply(endpoint, entry_point, self.seconds)

    async def _take_survey(self, request: web.BaseRequest) -> Reply:
        try:
            raw = await request.read()
            self.surveys.append(read_survey(raw, request.headers.get("Content-Type", "")))
        except web.HTTPRequestEntityTooLarge:
            return error_page(413)
        except BadSurveyError as error:
            return error_page(400, str(error))
        return Reply(204, b"")

    def _head(self, reply: Reply) -> bytes:
        second = int(time.time())
        if self._dated[0] != second:
            self._dated = (second, f"Date: {formatdate(second, usegmt=True)}\r\n\r\n".encode())
        return reply.head + self._dated[1]

    async def _listen(self, server: "_Server") -> None:
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(server, self._addresses, self._port, backlog=1024)
        self._port = self._listener.sockets[0].getsockname()[1]

    def _close_listener(self) -> None:
        if self._listener:
            self._listener.close()
            self._listener = None

    async def _keep_listener(self, server: "_Server") -> None:
        """Close and open the listener as the scenario says: while down, connections are refused."""
        while True:
            away = self._responder.down(self.seconds)
            if away and self._listener:
                self._close_listener()
                for connection in server.connections:
                    if connection.transport:
                        reset(connection.transport)
            elif not away and not self._listener:
                try:
                    await self._listen(server)
                except OSError:
                    # Somebody else has the port; try again at the next check.
                    self._listener = None
            await asyncio.sleep(LISTENER_CHECK_SECONDS)


class _Sent(web.StreamResponse):
    """A response for aiohttp that was already sent."""

    def __init__(self, *, keep_alive: bool) -> None:
        super().__init__()
        self._sent_keep_alive = keep_alive

    @property
    def keep_alive(self) -> bool | None:
        return self._sent_keep_alive

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        return None

    async def write_eof(self, data: bytes = b"") -> None:
        """Nothing is left to send."""


class _Connection(web.RequestHandler):
    """Answers a plain GET as soon as it arrives, and leaves everything else to aiohttp.

    The short way saves a task, a future and four objects for each request.
    """

    __slots__ = ("_in_part", "_simulator")

    def __init__(self, server: "_Server", simulator: Simulator) -> None:
        super().__init__(server, loop=asyncio.get_running_loop(), access_log=None, logger=_LOG)  # type: ignore[arg-type]  # no log
        self._simulator = simulator
        self._in_part = False

    def data_received(self, data: bytes) -> None:
        """Answer one whole GET on an idle connection at once."""
        idle = self._waiter is not None and not self._in_part and self.transport is not None
        if idle and is_plain_get(data):
            path = data[4 : data.index(b" ", 4)].decode("latin-1")
            answer = self._simulator.quick_reply(path)
            if answer is not None:
                cast(asyncio.Transport, self.transport).write(answer)
                return
        super().data_received(data)
        # The parser may hold a part of a request; then the rest must go there too.
        self._in_part = not data.endswith(b"\r\n\r\n")


class _Server(web.Server):
    """Creates the connections of a simulator."""

    def __init__(self, simulator: Simulator) -> None:
        super().__init__(simulator.answer, handler_cancellation=True)
        self._simulator = simulator

    def __call__(self) -> web.RequestHandler:
        return _Connection(self, self._simulator)
