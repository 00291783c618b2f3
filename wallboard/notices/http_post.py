"""Requests to the far side of a channel behind HTTP, over the board's own bounded transport."""

import asyncio
import re
import time
from collections.abc import Container, Iterable, Mapping
from contextlib import suppress
from email.utils import parsedate_to_datetime

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from wallboard import __version__
from wallboard.channel_settings import HttpChannelSettings
from wallboard.domain.foreign_text import brief
from wallboard.domain.observation import Cause
from wallboard.ece.answer.received import Received
from wallboard.ece.ask.failures import deadline_passed, failure_of
from wallboard.ece.ask.outgoing import (
    ClientSetupError,
    Destination,
    Outgoing,
    basic_auth_of,
    without_credentials,
)
from wallboard.ece.ask.tls import tls_context
from wallboard.ece.ask.transport import ServerTransport
from wallboard.notices.channel import DeliveryError, masked
from wallboard.notices.connecting import Address, connects
from wallboard.setting_types import Secret
from wallboard.settings import ServerSettings

MOST_ANSWER = 65_536
"""Bytes of an answer that are read."""

LONGEST_RETRY_AFTER = 3600.0

_OF_THE_BODY = frozenset({400, 413, 422})
"""Statuses by which a notice will never be taken; all others end when somebody mends it."""

SHORTEST_TOKEN = 16
"""Characters of a part of an address that may be a secret."""

SUCCESS = range(200, 300)
_PAGE = re.compile(rb"[\xef\xbb\xbf\s]*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)


class HttpPost:
    """Sends requests to one far side, one at a time."""

    def __init__(
        self, settings: HttpChannelSettings, url: Secret, secrets: Iterable[Secret] = ()
    ) -> None:
        """Prepare without connecting. Raises ``ClientSetupError`` for unusable settings.

        ``secrets`` are further ones that no error may repeat, whatever the far side says.
        """
        self._name = settings.name
        address, authorization = self._parts_of(url)
        self._url = URL(address)
        given = URL(url.value)
        further = [one.value for one in (*settings.headers.values(), *secrets)]
        if settings.proxy:
            proxy = settings.proxy.value
            further += [URL(proxy).password or "", basic_auth_of(proxy) or ""]
        known = [given.raw_path_qs, given.password or "", authorization or "", *further]
        tokens = re.split(r"[/?&=]", given.raw_path_qs)
        self._secrets = {
            *(one for one in tokens if len(one) >= SHORTEST_TOKEN),
            *known,
            *(one.partition(" ")[2] for one in known),  # without its "Basic" or "Bearer"
        }
        self._headers = {name: value.value for name, value in settings.headers.items()}
        if authorization:
            self._headers.setdefault("Authorization", authorization)
        server = ServerSettings(
            name=settings.name,
            url=address,
            proxy=settings.proxy,
            ca_file=settings.ca_file,
            verify=settings.verify,
        )
        self._server = server
        self._target = Destination(
            server=settings.name,
            host=self._url.raw_host or "",
            port=self._url.port or 0,
            tls=self._url.scheme == "https",
            proxied=settings.proxy is not None,
            connect_timeout=settings.timeout,
            timeout=settings.timeout,
        )
        try:
            # A kept connection may have died meanwhile, and notices are rare.
            self._transport = ServerTransport(server, self._target, concurrency=1, keep=False)
        except ClientSetupError as error:
            raise ClientSetupError(self._of_channel(str(error))) from None

    def _parts_of(self, url: Secret) -> tuple[str, str | None]:
        """The address without credentials, and the header that carries them."""
        with suppress(ValueError):
            address = without_credentials(url.value)
            parts = URL(address)
            if parts.scheme in {"http", "https"} and parts.raw_host and parts.port:
                return address, basic_auth_of(url.value)
        raise ClientSetupError(f'channel "{self._name}": url is not a valid http(s) URL')

    async def send(
        self,
        body: bytes | None,
        content_type: str = "",
        headers: Mapping[str, str] | None = None,
        *,
        confirmed: Container[int] = SUCCESS,
        pages: bool = True,
    ) -> bytes:
        """POST a body, or GET without one; the body of an answer that says all is well.

        That has a status that is among ``confirmed`` and is no web page, unless ``pages`` may be
        meant. Raises ``DeliveryError``.
        """
        sent = CIMultiDict({"User-Agent": f"wallboard/{__version__}", "Accept": "*/*"})
        if body is not None:
            sent["Content-Type"] = content_type
            sent["Content-Length"] = str(len(body))
        sent.update({**(headers or {}), **self._headers})
        method = "GET" if body is None else "POST"
        received = Received(MOST_ANSWER)
        try:
            async with asyncio.timeout(self._target.timeout):
                await self._transport.fetch(Outgoing(method, self._url, sent, body), received)
        except TimeoutError:
            if received.status is None:
                late = deadline_passed(self._target, answer_began=False)
                words = self._of_channel(late.message)
                raise DeliveryError(words, may_have_arrived=True) from None
        except (aiohttp.ClientError, OSError) as error:
            if received.status is None:
                failure = failure_of(error, self._target)
                raise DeliveryError(
                    self._of_channel(failure.message),
                    may_have_arrived=failure.cause in {Cause.RESET, Cause.EMPTY, Cause.TIMEOUT},
                ) from None
        self._demand_success(received, confirmed, pages=pages)
        return received.body

    async def ask(self) -> str:
        """Connect to the far side, or to its proxy. Raises ``DeliveryError``."""
        proxy = URL(self._server.proxy.value) if self._server.proxy else None
        asked = proxy or self._url
        tls = tls_context(self._server) if asked.scheme == "https" else None
        where = Address(asked.raw_host or "", asked.port or 0, self._target.timeout)
        found = await connects(where, tls)
        return f"proxy {found}" if proxy else found

    async def aclose(self) -> None:
        """Close all connections."""
        await self._transport.aclose()

    def _demand_success(
        self, received: Received, confirmed: Container[int], *, pages: bool
    ) -> None:
        status = received.status or 0
        if status in confirmed:
            if pages or not _PAGE.match(received.body):
                return
            raise DeliveryError(
                f"{self._target.address} answered {status} with a web page; a login or proxy page "
                "is in the way"
            )
        said = f"answered {status} {brief(masked(received.reason, self._secrets), 60)}".rstrip()
        body = masked(received.body.decode("utf-8", "replace"), self._secrets)
        if words := brief(body, 120):
            said = f"{said}: {words}"
        if 300 <= status < 400:
            said = f"{said} and redirects; set the final address as url"
        raise DeliveryError(
            f"{self._target.address} {said}",
            permanent=status in _OF_THE_BODY,
            retry_after=retry_after(received.header("retry-after"), time.time()),
        )

    def _of_channel(self, message: str) -> str:
        """A sentence about a server, as one about this channel."""
        return message.replace(f'server "{self._name}"', f'channel "{self._name}"')


def retry_after(value: str | None, now: float) -> float | None:
    """The seconds that a ``Retry-After`` header asks for, at most an hour (RFC 9110, 10.2.3)."""
    if value is None:
        return None
    value = value.strip()
    try:
        seconds = float(value) if value.isdecimal() else _moment(value) - now
    except (ValueError, OverflowError):
        return None
    return min(max(0.0, seconds), LONGEST_RETRY_AFTER)


def _moment(value: str) -> float:
    return parsedate_to_datetime(value).timestamp()
