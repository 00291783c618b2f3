"""Checks a server step by step, and reports what each step found and how long it took.

The first three steps have sockets of their own. The others use the client, so that they find what
the board would find.
"""

import errno
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import NoReturn

from wallboard.domain.doctor import ON_THE_WAY, Finding, OnFinding, Step
from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.foreign_text import brief
from wallboard.domain.observation import Cause, Failure
from wallboard.domain.policy import Level
from wallboard.ece.ask.client import EceClient
from wallboard.ece.ask.failures import failure_of, internal, no_proxy, not_connected, unnamed
from wallboard.ece.ask.outgoing import (
    ClientSetupError,
    Destination,
    Proxy,
    destination_of,
    proxy_of,
)
from wallboard.ece.ask.tls import tls_context
from wallboard.ece.ask.tls_failure import proxy_tls_failure
from wallboard.ece.probe import answer_probe, tls_probe
from wallboard.ece.probe.answer_probe import clock_finding
from wallboard.ece.probe.wire import Address, connect, handshake, lookup
from wallboard.settings import ServerSettings, Settings

NAME_SECONDS = CONNECT_SECONDS = TLS_SECONDS = 3.0
ANSWER_SECONDS = 4.5
"""At most, for each of two answers; a shorter ``timeout`` of the config holds.

Steps that all take as long as they may end within eighteen seconds.
"""

GUESSED_ID = 1000
"""The id to ask for where the config has none; any answer about it will do."""


class _StoppedError(Exception):
    """A step failed and was reported; the steps after it cannot be tried."""

    def __init__(self, step: Step) -> None:
        super().__init__(step)
        self.step = step


class Probe:
    """One check of one server. ``clock`` gives Unix time, ``timer`` seconds to measure with."""

    def __init__(
        self,
        server: ServerSettings,
        settings: Settings,
        publish: OnFinding,
        *,
        clock: Callable[[], float] = time.time,
        timer: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._server = replace(server, timeout=min(settings.timeout_of(server), ANSWER_SECONDS))
        limit = min(settings.connect_timeout, CONNECT_SECONDS)
        self._settings = replace(settings, connect_timeout=limit)
        self._publish = publish
        self._clock = clock
        self._timer = timer
        self._reported: set[Step] = set()
        self._times: tuple[float, float] | None = None

    async def run(self) -> None:
        """Take the steps. Each of ``ON_THE_WAY`` is reported once, the clock last."""
        why = "The server sent no time (no Date header)."
        try:
            await self._steps()
        except _StoppedError as stopped:
            why = f"Skipped: {stopped.step} failed."
        except Exception as error:  # noqa: BLE001  one strange server must not hide the others
            step = next((step for step in ON_THE_WAY if step not in self._reported), Step.CLOCK)
            failure = internal(error, self._server.name)
            self._report(Finding(step, Level.CRITICAL, failure.message, cause=failure.cause))
            why = f"Skipped: {step} failed."
        for step in ON_THE_WAY:
            if step not in self._reported:
                known = self._times if step is Step.CLOCK else None
                self._report(clock_finding(*known) if known else Finding(step, None, why))

    async def _steps(self) -> None:
        try:
            target = destination_of(self._server, self._settings)
            proxy = proxy_of(self._server)
            client = EceClient(self._server, self._settings, clock=self._clock, timer=self._timer)
        except ClientSetupError as error:
            self._report(Finding(Step.SETTINGS, Level.CRITICAL, f"{error}."))
            raise _StoppedError(Step.SETTINGS) from None
        near = _via(proxy, target) if proxy else target
        async with client:
            addresses = await self._look_up(near)
            await self._connect(addresses, near)
            await self._ask(client)

    async def _look_up(self, target: Destination) -> list[Address]:
        began = self._timer()
        try:
            found = await lookup(target.host, target.port, NAME_SECONDS)
        except OSError as error:
            self._fail(Step.NAME, _no_name(error, target), began)
        listed = tuple(map(str, found))
        if target.proxied:
            words, listed = "The proxy's name resolves.", ()
        elif listed == (target.host,):
            words = f"{target.host} is an IP address."
        else:
            words = f"{brief(target.host)} is {' and '.join(listed)}."
        facts = {"addresses": listed} if listed else {}
        elapsed = None if listed == (target.host,) else self._timer() - began  # nothing was asked
        self._report(Finding(Step.NAME, Level.OK, words, elapsed_seconds=elapsed, facts=facts))
        return found

    async def _connect(self, addresses: list[Address], target: Destination) -> None:
        began = self._timer()
        try:
            connection, address = await connect(addresses, target.connect_timeout)
        except OSError as error:
            self._fail(Step.TCP, _no_connection(error, target), began)
        where = "the proxy" if target.proxied else f"{address}, port {target.port}"
        elapsed = self._timer() - began
        words = f"Connected to {where}."
        self._report(Finding(Step.TCP, Level.OK, words, elapsed_seconds=elapsed))
        if not target.tls:
            connection.close()
            words = tls_probe.without(self._server)
            self._report(Finding(Step.TLS, None, words))
            return
        began = self._timer()
        try:
            peer, _ = await handshake(
                connection, tls_context(self._server), target.host, TLS_SECONDS
            )
        except OSError as error:
            connection.close()
            await self._fail_tls(_no_tls(error, target), began, address, target)
        elapsed = self._timer() - began
        self._report(tls_probe.accepted(peer, self._server, self._clock(), elapsed))

    async def _fail_tls(
        self, failure: Failure, began: float, address: Address, target: Destination
    ) -> NoReturn:
        """Report why, with the content of a certificate that was refused."""
        finding = Finding(
            Step.TLS,
            Level.CRITICAL,
            failure.message,
            elapsed_seconds=self._timer() - began,
            cause=failure.cause,
            blame=failure.blame,
        )
        date: float | None = None
        asked_at = self._clock()
        if failure.cause is Cause.TLS:
            with suppress(OSError, ValueError):
                connection, _ = await connect([address], target.connect_timeout)
                peer, date = await handshake(
                    connection, _trusting_anybody(), target.host, TLS_SECONDS, ask_date=True
                )
                finding = tls_probe.refused(finding, peer, self._clock(), date)
        self._report(finding)
        if date is not None:
            self._times = date, (asked_at + self._clock()) / 2
        raise _StoppedError(Step.TLS)

    async def _ask(self, client: EceClient) -> None:
        entry = next(iter(self._server.entry_point), None)
        number = entry.id if entry else GUESSED_ID
        asked = self._server.endpoints
        endpoint = Endpoint.CHAT_ALLOWED if Endpoint.CHAT_ALLOWED in asked else asked[0]
        key = EntryPointKey(self._server.name, number)
        entry_point = EntryPoint(key, str(number), endpoints=(endpoint,))
        poll = client.prepare(entry_point, endpoint)
        first = await client.poll(poll)
        date = answer_probe.date_of(first)
        if date is not None:
            self._times = date, first.at - first.elapsed_seconds / 2
        http = answer_probe.http_finding(first)
        self._report(http)
        if http.failed:
            raise _StoppedError(Step.HTTP)
        # On the connection that is open now, an answer takes what it takes the board.
        again = first if isinstance(first.outcome, Failure) else await client.poll(poll)
        self._report(answer_probe.api_finding(entry_point, again, guessed=entry is None))

    def _fail(self, step: Step, failure: Failure, began: float) -> NoReturn:
        elapsed = self._timer() - began
        self._report(
            Finding(
                step,
                Level.CRITICAL,
                failure.message,
                elapsed_seconds=elapsed,
                cause=failure.cause,
                blame=failure.blame,
            )
        )
        raise _StoppedError(step)

    def _report(self, finding: Finding) -> None:
        self._reported.add(finding.step)
        self._publish(replace(finding, server=self._server.name))


def _via(proxy: Proxy, target: Destination) -> Destination:
    """The proxy as the destination of the first steps."""
    url = proxy.url
    return replace(target, host=url.raw_host or "", port=url.port or 0, tls=url.scheme == "https")


def _trusting_anybody() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _no_name(error: OSError, target: Destination) -> Failure:
    if target.proxied:
        return Failure(
            Cause.PROXY,
            f'The name of the `proxy` of server "{target.server}" does not resolve (DNS). Check '
            "it, and this machine's name servers.",
        )
    if isinstance(error, TimeoutError):
        return unnamed(target)
    return failure_of(error, target)


def _no_connection(error: OSError, target: Destination) -> Failure:
    if target.proxied:
        late = isinstance(error, TimeoutError)
        return no_proxy(target, seconds=target.connect_timeout if late else None)
    if isinstance(error, TimeoutError):
        error = TimeoutError(errno.ETIMEDOUT, "")
    return not_connected(error, replace(target, tls=False))


def _no_tls(error: OSError, target: Destination) -> Failure:
    if target.proxied and isinstance(error, ssl.SSLError):
        return proxy_tls_failure(error, target.server)
    if target.proxied:
        return Failure(
            Cause.PROXY,
            f'No TLS connection to the `proxy` of server "{target.server}". Check http:// or '
            "https:// in its URL, and that it is running.",
        )
    if isinstance(error, TimeoutError):
        return Failure(
            Cause.TIMEOUT,
            f"{target.address} accepts connections, but did not answer in TLS within "
            f"{TLS_SECONDS:g} s. The server hangs, does not speak TLS, or something on the way "
            "interferes.",
        )
    return failure_of(error, target)
