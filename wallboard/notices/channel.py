"""What a channel is: something that delivers a notice, or says why not; and how one is opened."""

import os
import socket
import ssl
from collections.abc import Iterable
from importlib import import_module
from typing import Protocol

from wallboard.channel_settings import ChannelSettings
from wallboard.domain.foreign_text import brief
from wallboard.notices.notice import Notice, Phase
from wallboard.setting_types import Secret


class DeliveryError(Exception):
    """A notice was not delivered; the message is for the operator and holds no secret.

    ``permanent`` if the same notice would be refused again; ``retry_after`` is how many seconds the
    far side wants to be left alone; ``may_have_arrived`` if nobody knows whether it has it.
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool = False,
        retry_after: float | None = None,
        may_have_arrived: bool = False,
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.retry_after = retry_after
        self.may_have_arrived = may_have_arrived


SHORTEST_SECRET = 6
"""Characters of what is masked; what is shorter would be masked in the middle of words."""


def masked(words: str, secrets: Iterable[str]) -> str:
    """What a far side said without the secrets that it repeats."""
    for secret in sorted({one for one in secrets if len(one) >= SHORTEST_SECRET}, key=len)[::-1]:
        words = words.replace(secret, str(Secret(secret)))
    return words


class MissingExtraError(Exception):
    """A channel needs a package that is not installed; the message says how to install it."""


def connection_words(error: OSError | UnicodeError) -> str:
    """Why a connection failed, in words for the operator."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        reason = (error.reason or "no reason given").replace("_", " ").lower()
        return f"TLS failed: {reason}"
    if isinstance(error, socket.gaierror):
        return brief(error.strerror or str(error), 120)
    if isinstance(error, UnicodeError):
        return "not a valid host name"
    # asyncio words it in its own way.
    plain = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
    return brief(plain or str(error), 120)


class Channel(Protocol):
    """Delivers notices to one far side."""

    phases: frozenset[Phase]
    """Which notices it can express; others are not sent to it."""

    async def send(self, notice: Notice) -> str:
        """Deliver a notice; return what the far side answered, in a few words.

        Raises ``DeliveryError``. It is never called a second time before it has returned.
        """

    async def ask(self) -> str:
        """Connect as for a notice without sending one; what was found, in a few words.

        Empty where nothing can be asked. Raises ``DeliveryError``.
        """

    async def aclose(self) -> None:
        """Close all connections."""


ALL_PHASES = frozenset(Phase)
PEOPLE_PHASES = frozenset({Phase.RAISE, Phase.REMIND, Phase.OVER})
"""What people want to read: who has acknowledged is no news to them."""


def open_channel(kind: str, settings: ChannelSettings) -> Channel:
    """A channel, without connecting: ``Email`` of ``channels/email.py`` for ``EmailSettings``.

    Raises ``ClientSetupError`` for settings that cannot be used, and ``MissingExtraError`` where
    its package is not installed.
    """
    module = import_module(f"wallboard.notices.channels.{kind}")
    name = type(settings).__name__.removesuffix("Settings")
    channel: Channel = getattr(module, name)(settings)
    return channel
