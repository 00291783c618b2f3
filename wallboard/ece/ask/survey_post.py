"""Posts one survey to one server, exactly once.

The vendor does not say that a survey may be posted twice. So nothing is retried: the connection is
made for this one request, aiohttp repeats no POST, and ``send`` works only once.
"""

import asyncio
import time
from collections.abc import Callable
from types import SimpleNamespace

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from wallboard.domain.foreign_text import brief
from wallboard.domain.observation import Failure, Request
from wallboard.ece.answer.received import Received
from wallboard.ece.ask.failures import deadline_passed, failure_of
from wallboard.ece.ask.outgoing import (
    Destination,
    Outgoing,
    destination_of,
    headers_of,
    place_of,
    survey_url_of,
)
from wallboard.ece.ask.status import redirect_words
from wallboard.ece.ask.survey import CONTENT_TYPE, UNKNOWN_WORDS, Delivery, Outcome
from wallboard.ece.ask.transport import ServerTransport
from wallboard.settings import ServerSettings, Settings

SUBMITTED = 204
"""The one status that the vendor documents as success."""

_GATEWAYS = frozenset({502, 504})
_OUR_OWN = frozenset({"content-length", "transfer-encoding", "connection"})


class SurveyPost:
    """One POST of a body. ``timer`` gives seconds to measure with."""

    def __init__(
        self,
        server: ServerSettings,
        settings: Settings,
        body: bytes,
        *,
        timer: Callable[[], float] = time.perf_counter,
    ) -> None:
        """Prepare without connecting. Raises ``ClientSetupError`` for unusable settings."""
        self.body = body
        self.began = False
        """Whether anything may have reached the server."""
        self._server = server
        self._target = destination_of(server, settings)
        self._timer = timer
        self._max_body = settings.max_body
        self._used = False
        headers = headers_of(server)
        url = survey_url_of(server)
        ours = _ours(url, body, headers.sent)
        kept = (pair for pair in headers.sent.items() if pair[0].lower() not in _OUR_OWN)
        sent = CIMultiDict([*ours.items(), *kept])
        self._http = Outgoing("POST", URL(url), sent, body)
        masked = ((name, text) for name, text in headers.shown if name.lower() not in _OUR_OWN)
        self.request = Request("POST", url, (*ours.items(), *masked))
        self._transport = ServerTransport(
            server, self._target, concurrency=1, keep=False, traces=[self._trace()]
        )

    async def send(self) -> Outcome:
        """Post the survey. Raises ``RuntimeError`` when called a second time.

        If it is cancelled, ``began`` says whether it may have reached the server.
        """
        if self._used:
            raise RuntimeError("a survey is sent once")
        self._used = True
        began_at = self._timer()
        received = Received(self._max_body)
        failure: Failure | None = None
        try:
            failure = await self._post(received)
        except Exception as error:  # noqa: BLE001  what is not known here must not look like success
            failure = failure_of(error, self._target)
        finally:
            await self._transport.aclose()
        delivery, message = self._judged(received, failure)
        return Outcome(delivery, message, received.response(), self._timer() - began_at)

    async def _post(self, received: Received) -> Failure | None:
        try:
            async with asyncio.timeout(self._target.timeout):
                await self._transport.fetch(self._http, received)
        except aiohttp.ClientError as error:
            return failure_of(error, self._target, tunnelling=self._tunnelling)
        except TimeoutError:
            return deadline_passed(
                self._target,
                answer_began=received.status is not None,
                tunnelling=self._tunnelling,
            )
        except OSError as error:
            return failure_of(error, self._target, tunnelling=self._tunnelling)
        return None

    @property
    def _tunnelling(self) -> bool:
        return self._target.tunnelled and not self.began

    def _judged(self, received: Received, failure: Failure | None) -> tuple[Delivery, str]:
        """Whether it was delivered: by the status, else by how the exchange ended."""
        if received.status == SUBMITTED:
            return Delivery.SENT, f"Survey accepted by {self._target.address} (204)."
        if received.status is not None:
            return Delivery.REFUSED, _refusal(received, received.status, self._target)
        why = failure.message if failure else "The server closed the connection."
        if self.began:
            return Delivery.UNKNOWN, f"{UNKNOWN_WORDS} {why}"
        return Delivery.NOT_SENT, f"Not sent. {why}"

    def _trace(self) -> aiohttp.TraceConfig:
        """Sets ``began`` once there is a connection, from when on anything may arrive."""

        async def connected(
            _session: aiohttp.ClientSession,
            _context: SimpleNamespace,
            _event: aiohttp.TraceConnectionCreateEndParams,
        ) -> None:
            self.began = True

        trace = aiohttp.TraceConfig()
        trace.on_connection_create_end.append(connected)
        return trace


def _ours(url: str, body: bytes, theirs: CIMultiDict[str]) -> dict[str, str]:
    """The headers that only a POST has; those of the config override them."""
    ours = {"Host": place_of(URL(url)), "Content-Type": CONTENT_TYPE}
    ours = {name: text for name, text in ours.items() if name not in theirs}
    return ours | {"Content-Length": str(len(body)), "Connection": "close"}


def _refusal(received: Received, status: int, target: Destination) -> str:
    """What a status other than 204 means, as a sentence."""
    said = f"{target.address} answered {status} {brief(received.reason, 60)}".rstrip()
    location = received.header("location")
    if 300 <= status < 400 and location is not None:
        return f"{said} and redirects to {redirect_words(location)}"
    if 200 <= status < 300:
        return f"{said}; only 204 means accepted. Check the answer before sending again."
    if status in _GATEWAYS:
        return (
            f"{said}. This comes from a gateway: whether the ECE server has the survey is "
            "unknown. Not sent again."
        )
    return f"{said}: the survey was not accepted."
