"""One HTTP client per server: polls an endpoint and returns the observation."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import field, replace
from functools import partial
from types import TracebackType
from typing import Self

import aiohttp
from yarl import URL

from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.observation import Cause, Failure, Observation, Request, Response
from wallboard.domain.reading import Capacity, LiveSessionStatus, Reading
from wallboard.ece.answer.decode import decode
from wallboard.ece.answer.received import Received
from wallboard.ece.ask.connector import ATTEMPT, MOST_ATTEMPTS, Attempt
from wallboard.ece.ask.failures import deadline_passed, failure_of, no_connection, unnamed
from wallboard.ece.ask.outgoing import (
    Outgoing,
    destination_of,
    headers_of,
    place_of_node,
    url_of,
    without_cookies,
)
from wallboard.ece.ask.status import outdated_failure, status_failure
from wallboard.ece.ask.transport import ServerTransport
from wallboard.frozen import frozen
from wallboard.settings import ServerSettings, Settings
from wallboard.threads import start_in_thread

SILENCE_SHARE = 0.5
"""The share of the time limit after which a silent kept connection is doubted."""

BROKEN = (aiohttp.ClientError, OSError)
"""What ends an exchange without an answer; ``TimeoutError`` is one of them."""

MOST_EVIDENCE = 65_536
"""Bytes kept of a body that is no answer: the board keeps one for every endpoint."""

LARGE = 16_384
"""Bytes of an answer that is decoded in a thread, since that may take long."""

_MAY_BE_OURS = frozenset({Cause.TLS, Cause.REFUSED, Cause.TIMEOUT})
"""Failures that outdated certificate files or addresses may explain."""


SHORTEST_AGE = 10.0
"""Seconds; answers are refused that a cache kept longer than this and three intervals."""

FRESH_EVERY = 10
"""Of so many polls of a server with nodes, one is sent on a new connection without cookies: a
balancer keeps a connection, and a cookie, at one node."""


@frozen
class Poll:
    """One GET of one entry point, built once for all its polls; ``fresh`` is it without cookies."""

    key: EntryPointKey
    endpoint: Endpoint
    request: Request
    http: Outgoing = field(repr=False)
    fresh: Outgoing = field(repr=False)


class EceClient:
    """Asks one server. ``clock`` gives Unix time in seconds, ``timer`` seconds to measure with.

    A GET whose connection breaks before any answer, or that gets nothing on a kept one, is sent
    once more on a new one: a server may close a connection at that moment, and a firewall drops
    one in silence.
    """

    def __init__(
        self,
        server: ServerSettings,
        settings: Settings,
        *,
        clock: Callable[[], float] = time.time,
        timer: Callable[[], float] = time.perf_counter,
        node: str = "",
    ) -> None:
        """Prepare without connecting. Raises ``ClientSetupError`` for unusable settings.

        Files named in the settings are read here, so that a wrong one is reported at the start.
        With ``node``, which is ``host:port``, that one is asked in place of the server's address,
        for all the rest as that is, but not through a proxy.
        """
        place = place_of_node(node) if node else None
        if place:
            server = replace(server, proxy=None)
        self._server = server
        self._target = destination_of(server, settings)
        self._headers = headers_of(server)
        self._authorized = "authorization" in self._headers.sent
        self._max_body = settings.max_body
        self._longest_age = max(3 * settings.interval_of(server), SHORTEST_AGE)
        self._clock = clock
        self._timer = timer
        self._transport = ServerTransport(
            server,
            self._target,
            concurrency=1 if place else settings.concurrency_of(server),
            keep=not place,
            place=place,
        )
        if place:
            # For messages, which tell of where it went.
            self._target = replace(self._target, host=place[0], port=place[1])
        self._of_node = place is not None
        self._fresh_every = FRESH_EVERY if server.nodes and not place else 0
        self._polls: dict[tuple[EntryPointKey, Endpoint], int] = {}
        self._said: dict[tuple[EntryPointKey, Endpoint], object] = {}

    @property
    def problem(self) -> str:
        """Why changed files are not used, or old addresses are; empty if neither."""
        return self._transport.problem

    def renew(self) -> None:
        """Use changed certificates and keys now, not at the next connection."""
        self._transport.renew()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close all connections; the client cannot be used again."""
        await self._transport.aclose()

    def prepare(self, entry_point: EntryPoint, endpoint: Endpoint) -> Poll:
        """Build the request of one GET, once for all its polls."""
        url = url_of(self._server, endpoint, entry_point.key.id)
        request = Request("GET", url, self._headers.shown)
        http = Outgoing("GET", URL(url), self._headers.sent)
        fresh = http
        if self._fresh_every:
            fresh = Outgoing("GET", http.url, without_cookies(http.headers))
        return Poll(entry_point.key, endpoint, request, http, fresh)

    async def poll(self, poll: Poll) -> Observation:
        """Poll once. Raises nothing but ``CancelledError``.

        What a new connection without cookies says that is new is asked for on another one: it may
        have come to the one node that differs, which is seen by asking that node.
        """
        fresh, target = self._on_fresh_connection(poll), (poll.key, poll.endpoint)
        seen = await self._ask(poll, fresh=fresh)
        if fresh and _gist(seen) != self._said.get(target):
            seen = replace(await self._ask(poll, fresh=True), asked_again=True)
        if self._fresh_every:
            self._said[target] = _gist(seen)
        return seen

    async def _ask(self, poll: Poll, *, fresh: bool) -> Observation:
        began = self._timer()
        exchange = Exchange(
            self._transport,
            poll.fresh if fresh else poll.http,
            partial(Received, self._max_body),
            self._target.timeout,
            fresh=fresh,
        )
        outcome: Reading | Failure
        try:
            try:
                await exchange.run()
                received = exchange.received
                if received.size > LARGE or len(received.body) > LARGE:
                    outcome = await start_in_thread(lambda: self._outcome(poll.endpoint, received))
                else:
                    outcome = self._outcome(poll.endpoint, received)
            except BROKEN as error:
                broken = self._broken(error, exchange)
                outcome = self._status_failure(poll.endpoint, exchange.received) or broken
        except Exception as error:  # noqa: BLE001  one strange poll must not end the polling
            outcome = failure_of(error, self._target)
        if self._of_node and isinstance(outcome, Failure) and outcome.cause is not Cause.TLS:
            # Its certificate is that of `url`, but the address is not.
            outcome = replace(outcome, message=outcome.message.replace("`url`", "`nodes`"))
        return Observation(
            key=poll.key,
            endpoint=poll.endpoint,
            at=self._clock(),
            elapsed_seconds=self._timer() - began,
            outcome=outcome,
            request=poll.request,
            response=_evidence(exchange.received.response(), outcome),
            asked_again=exchange.asked_again,
        )

    def _on_fresh_connection(self, poll: Poll) -> bool:
        """Whether it is the turn of this poll to be sent on a new connection."""
        if not self._fresh_every:
            return False
        target = (poll.key, poll.endpoint)
        # They begin a poll apart, so that it is never the turn of all at once.
        count = self._polls.get(target, len(self._polls) % self._fresh_every) + 1
        self._polls[target] = count % self._fresh_every
        return count == self._fresh_every

    def _broken(self, error: Exception, exchange: "Exchange") -> Failure:
        """The failure of an exchange that ended without a complete answer."""
        tunnelling = self._target.tunnelled and not exchange.connected
        if type(error) is TimeoutError:
            if not exchange.connected and self._transport.looks_up:
                return unnamed(self._target)
            began = exchange.received.status is not None
            if not exchange.connected and not self._target.proxied:
                return no_connection(self._target, self._target.timeout)
            return deadline_passed(self._target, answer_began=began, tunnelling=tunnelling)
        failure = failure_of(error, self._target, tunnelling=tunnelling)
        if failure.cause in _MAY_BE_OURS and self.problem:
            return replace(failure, message=f"{failure.message} And {self.problem}")
        return failure

    def _outcome(self, endpoint: Endpoint, received: Received) -> Reading | Failure:
        """The outcome of an answer that is complete, or was cut at the limit."""
        if failure := self._status_failure(endpoint, received):
            return failure
        if received.too_large:
            return Failure(
                Cause.TOO_LARGE,
                f"{endpoint}: the answer is longer than {self._max_body} bytes, where a few "
                "hundred are usual, so it was not read. Check `url`; `max_body` sets the limit.",
            )
        if failure := outdated_failure(endpoint, received, self._target, self._longest_age):
            return failure
        type_ = received.header("content-type") or ""
        return decode(endpoint, received.body, type_, received.coding)

    def _status_failure(self, endpoint: Endpoint, received: Received) -> Failure | None:
        """The failure by the status, which says more than how the body ended."""
        if received.status is None or received.status == 200:
            return None
        return status_failure(endpoint, received, self._target, authorized=self._authorized)


class Exchange:
    """One GET within ``seconds``; ``received`` is its answer so far.

    A connection that a firewall dropped is as silent as a slow server. So the first request goes on
    while a second one is sent, and the first complete answer counts.
    """

    def __init__(
        self,
        transport: ServerTransport,
        request: Outgoing,
        received: Callable[[], Received],
        seconds: float,
        *,
        fresh: bool = False,
    ) -> None:
        """``fresh`` sends it on a connection of its own."""
        self._transport = transport
        self._fresh = fresh
        self._request = request
        self._empty = received
        self._seconds = seconds
        self._attempt = Attempt()
        self._second: asyncio.Task[None] | None = None
        self.received = received()

    @property
    def asked_again(self) -> bool:
        """Whether it was sent twice, the second time on a connection of its own."""
        return self._attempt.count >= MOST_ATTEMPTS

    @property
    def connected(self) -> bool:
        """Whether there was a connection to send it on."""
        return self._attempt.connected

    async def run(self) -> None:
        """Send and receive. Raises one of ``BROKEN``; ``received`` keeps what came before."""
        before = ATTEMPT.set(self._attempt)
        loop = asyncio.get_running_loop()
        self._end = loop.time() + self._seconds
        timer = loop.call_later(self._seconds * SILENCE_SHARE, self._on_silence)
        try:
            # Most polls need one timer: when it fires, it sets that of the deadline.
            async with asyncio.timeout(None) as self._limit:
                await self._ask()
        except TimeoutError:
            # An answer to the second one ends the waiting for the first.
            if not self._second or not self._second.done():
                raise
            self._second.result()
        finally:
            timer.cancel()
            ATTEMPT.reset(before)
            if self._second:
                self._second.cancel()
                await asyncio.gather(self._second, return_exceptions=True)

    async def _ask(self) -> None:
        first = self.received
        try:
            await self._transport.fetch(self._request, first, fresh=self._fresh)
        except BROKEN:
            if self._second is None or first.status is not None:
                raise
            await self._second

    def _on_silence(self) -> None:
        self._limit.reschedule(self._end)
        attempt = self._attempt
        if attempt.kept and attempt.connected and self.received.status is None:
            attempt.count = MOST_ATTEMPTS
            self._second = asyncio.create_task(self._ask_again())

    async def _ask_again(self) -> None:
        ATTEMPT.set(Attempt(fresh=True, count=1))
        received = self._empty()
        await self._transport.fetch(self._request, received, spare=True)
        self.received = received
        self._transport.forget()
        if not self._limit.expired():
            self._limit.reschedule(asyncio.get_running_loop().time())


def _gist(seen: Observation) -> object:
    """What an answer says of a state: neither figures, which change, nor why it failed."""
    if isinstance(seen.outcome, Failure | Capacity | LiveSessionStatus):
        return type(seen.outcome)
    return seen.outcome


def _evidence(response: Response | None, outcome: Reading | Failure) -> Response | None:
    """What is kept of a response: all of a good answer, the beginning of any other."""
    failed = isinstance(outcome, Failure)
    if response is None or not failed or len(response.body) <= MOST_EVIDENCE:
        return response
    return replace(response, body=response.body[:MOST_EVIDENCE], truncated=True)
