"""Connects to a far side without sending anything, and what TLS trusts where it is no HTTP."""

import asyncio
import ssl
from contextlib import suppress
from typing import NamedTuple

from wallboard.channel_settings import EmailSettings, SyslogSettings
from wallboard.ece.ask.outgoing import ClientSetupError
from wallboard.ece.ask.resolver import Resolver
from wallboard.ece.ask.tls import tls_context
from wallboard.notices.channel import DeliveryError, connection_words
from wallboard.settings import ServerSettings


class Address(NamedTuple):
    """Where a far side is, and how many seconds it has to answer."""

    host: str
    port: int
    timeout: float


async def connects(where: Address, tls: ssl.SSLContext | None) -> str:
    """What answers: ``mail.example.com:25 answers``. Raises ``DeliveryError``."""
    name = f"{where.host}:{where.port}"
    try:
        async with asyncio.timeout(where.timeout):
            found = await Resolver(where.timeout).resolve(where.host, where.port)
            _, writer = await asyncio.open_connection(
                str(found[0]["host"]),
                where.port,
                ssl=tls,
                server_hostname=where.host if tls else None,
            )
    except TimeoutError:
        raise DeliveryError(f"{name} did not answer within {where.timeout:g} s") from None
    except (OSError, UnicodeError) as error:
        raise DeliveryError(f"{name}: {connection_words(error)}") from None
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return f"{name} answers{' with a valid certificate' if tls and tls.check_hostname else ''}"


def channel_tls(channel: EmailSettings | SyslogSettings) -> ssl.SSLContext:
    """What it trusts. Raises ``ClientSetupError`` for a file that cannot be used."""
    server = ServerSettings(
        name=channel.name, url="", ca_file=channel.ca_file, verify=channel.verify
    )
    try:
        return tls_context(server)
    except ClientSetupError as error:
        raise ClientSetupError(str(error).replace("server ", "channel ", 1)) from None
