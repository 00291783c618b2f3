"""Sends notices to syslog as RFC 5424: over UDP, TCP with octet counting (RFC 6587), or TLS."""

import asyncio
import os
import socket
from contextlib import suppress
from datetime import UTC, datetime

from wallboard.channel_settings import SyslogSettings
from wallboard.domain.foreign_text import safe
from wallboard.domain.policy import Level
from wallboard.ece.ask.resolver import Resolver
from wallboard.notices.channel import ALL_PHASES, DeliveryError, connection_words
from wallboard.notices.connecting import Address, channel_tls, connects
from wallboard.notices.notice import Notice, Phase
from wallboard.notices.texts import lines, title

PORTS = {"udp": 514, "tcp": 601, "tls": 6514}
LONGEST_UDP = 2048
"""Bytes that every receiver must take (RFC 5424, 6.1)."""

LISTEN_SECONDS = 0.5
"""How long a stream is listened to for a refusal, since no receiver confirms anything."""

LONGEST_PARAMETER = 256
ENTERPRISE = "wallboard@32473"
"""The id of our structured data, under the number that is kept for examples (RFC 5612)."""

_SEVERITIES = {Level.CRITICAL: 2, Level.UNKNOWN: 3, Level.WARNING: 4, Level.OK: 5}
_NOTICE = 5


class Syslog:
    """One receiver of syslog. Each notice is sent on a connection of its own."""

    phases = ALL_PHASES

    def __init__(self, settings: SyslogSettings) -> None:
        """Prepare without connecting. Raises ``ClientSetupError`` for unusable files."""
        self._settings = settings
        self._port = settings.port or PORTS[settings.transport]
        self._context = channel_tls(settings) if settings.transport == "tls" else None
        self._resolver = Resolver(settings.timeout)

    async def send(self, notice: Notice) -> str:
        """Send one message. Raises ``DeliveryError``. UDP and TCP confirm nothing."""
        message = message_of(notice, self._settings.facility)
        where = f"{self._settings.host}:{self._port}"
        try:
            async with asyncio.timeout(self._settings.timeout):
                found = await self._resolver.resolve(self._settings.host, self._port)
                address = str(found[0]["host"])
                if self._settings.transport == "udp":
                    await self._send_datagram(address, _cut(message))
                else:
                    await self._send_stream(address, b"%d %b" % (len(message), message))
        except TimeoutError:
            raise DeliveryError(
                f"{where} took nothing within {self._settings.timeout:g} s"
            ) from None
        except (OSError, UnicodeError) as error:
            raise DeliveryError(f"{where}: {connection_words(error)}") from None
        return "sent; syslog confirms nothing"

    async def ask(self) -> str:
        """Connect to a receiver that accepts connections. Raises ``DeliveryError``."""
        if self._settings.transport == "udp":
            return ""
        where = Address(self._settings.host, self._port, self._settings.timeout)
        return await connects(where, self._context)

    async def aclose(self) -> None:
        """Nothing is open between two notices."""

    async def _send_datagram(self, address: str, message: bytes) -> None:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(
            asyncio.DatagramProtocol, remote_addr=(address, self._port)
        )
        transport.sendto(message)
        transport.close()

    async def _send_stream(self, address: str, frame: bytes) -> None:
        reader, writer = await asyncio.open_connection(
            address,
            self._port,
            ssl=self._context,
            server_hostname=self._settings.host if self._context else None,
        )
        try:
            writer.write(frame)
            await writer.drain()
            if writer.can_write_eof():
                writer.write_eof()
            # One that has read all closes, and one that refuses resets.
            with suppress(TimeoutError):
                async with asyncio.timeout(LISTEN_SECONDS):
                    await reader.read(1)
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


def message_of(notice: Notice, facility: int) -> bytes:
    """The message, without framing: one line in UTF-8 with structured data."""
    over = notice.phase in {Phase.OVER, Phase.ACKNOWLEDGE}
    priority = facility * 8 + (_NOTICE if over else _SEVERITIES[notice.level])
    at = datetime.fromtimestamp(notice.at, UTC).isoformat(timespec="milliseconds")
    host = _header(socket.gethostname(), 255)
    first = notice.alarms[0]
    parameters = {
        "id": notice.id,
        "thread": notice.thread,
        "phase": notice.phase.value,
        "board": notice.board,
        "server": first.key.server,
        **({} if first.key.id is None else {"entryPoint": str(first.key.id)}),
        "level": notice.level.label,
        "verdict": first.verdict,
        "reason": first.reason,
        "alarms": str(len(notice.alarms)),
    }
    data = " ".join(f'{name}="{_parameter(value)}"' for name, value in parameters.items())
    words = safe("; ".join((title(notice), *lines(notice))))
    head = f"<{priority}>1 {at.replace('+00:00', 'Z')} {host} wallboard {os.getpid()} "
    return f"{head}{notice.phase.value} [{ENTERPRISE} {data}] \ufeff{words}".encode()


def _cut(message: bytes) -> bytes:
    """At most what a datagram may hold, in whole characters."""
    return message[:LONGEST_UDP].decode("utf-8", "ignore").encode()


def _header(value: str, longest: int) -> str:
    """A field of the header: printable ASCII without blanks, or a dash."""
    return "".join(char for char in value if "!" <= char <= "~")[:longest] or "-"


def _parameter(value: str) -> str:
    """A value of structured data with its three special characters escaped (RFC 5424, 6.3.3)."""
    value = safe(value)[:LONGEST_PARAMETER]
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("]", "\\]")
