"""One connection to a server of NATS, by TLS where that is asked for.

What the client does by itself is not enough: it gives the password to a server that offers no TLS,
and goes deaf at a message that it cannot read.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from typing import NamedTuple

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error, NoRespondersError, OutboundBufferLimitError, SlowConsumerError

from wallboard.domain.foreign_text import brief
from wallboard.fleet.bus_errors import LOST, BusError, denied
from wallboard.fleet.bus_streams import LARGEST_MESSAGE
from wallboard.frozen import frozen

CLOSE_SECONDS = 1.0
"""How long a good end may take."""

MOST_UNSENT = 512 * 1024
"""Bytes that wait to be sent behind what is being sent, after which nothing more is asked."""

NO_RESPONDERS = "503"
"""The status of what the server answers itself, as nobody takes such requests."""

log = logging.getLogger(__name__)
logging.getLogger("nats").addHandler(logging.NullHandler())
logging.getLogger("nats").propagate = False
# What asyncio says of each TLS connection of the client that ends is of no use to anybody.
logging.getLogger("asyncio").addFilter(lambda record: "eof_received" not in str(record.msg))


class Server(NamedTuple):
    """A server of the bus; ``tls`` says that nothing may go there in the clear."""

    host: str
    port: int
    tls: bool

    @property
    def name(self) -> str:
        """How messages call it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return brief(f"{host}:{self.port}")


@frozen
class ConnectionEvents:
    """What is called as a connection is denied something, loses messages, or is over."""

    denied: Callable[[str, str], None]
    lost: Callable[[], None]
    closed: Callable[["BusClient"], None]


class BusClient(Client):
    """A client that insists on TLS where it is to, and outlives messages that it cannot read."""

    def __init__(self, server: Server, events: ConnectionEvents) -> None:
        super().__init__()
        self.server = server
        self.cause: Exception | None = None
        """The last thing that went wrong."""
        self._events = events
        self._inbox = ""
        self._requests = count()
        self._answers: dict[str, asyncio.Future[Msg]] = {}
        """By where the answer is to come."""

    @property
    def version(self) -> str:
        """That of the server."""
        return brief(str(self._server_info.get("version", "?")), 20)

    @property
    def secure(self) -> bool:
        """Whether it is connected by TLS."""
        return bool(self._writer and self._writer.get_extra_info("ssl_object"))

    @property
    def _writer(self) -> asyncio.StreamWriter | None:
        return getattr(self._transport, "_io_writer", None)

    @property
    def unsent(self) -> int:
        """Bytes that wait to be sent, behind the largest message that may be being sent."""
        # In some versions of Python the transport takes whatever it is given, and has nobody wait
        # until it is sent (CVE-2024-12254).
        taken = self._writer.transport.get_write_buffer_size() if self._writer else 0
        return self.pending_data_size + max(0, taken - LARGEST_MESSAGE)

    async def failed(self, error: Exception) -> None:
        """Take what the client says went wrong."""
        self.cause = error
        words, subject = denied(str(error))
        if words:
            self._events.denied(words, subject)
        if isinstance(error, SlowConsumerError):
            self._events.lost()
            self._events.closed(self)

    async def ended(self) -> None:
        """Take that the connection is over."""
        self._events.closed(self)

    async def _process_op_err(self, e: Exception) -> None:
        # The client would send what waits into the broken connection, fail at that, and tell
        # nobody that it is over.
        self._pending, self._pending_data_size = [], 0
        try:
            await super()._process_op_err(e)
        except OSError as error:
            self.cause = error
            self._events.closed(self)

    def _connect_command(self) -> bytes:
        """Nothing of ours was sent before this."""
        if self.server.tls and not self._server_info.get("tls_required"):
            raise Error(
                "it does not demand TLS, and tls:// means that nothing is sent without: have TLS "
                "set up there"
            )
        return super()._connect_command()

    async def ask(
        self, subject: str, data: bytes, headers: dict[str, str] | None
    ) -> "asyncio.Future[Msg]":
        """Send a request, without waiting; what will be answered.

        The client's own requests take a task, a timer and twice the turns of the loop: that was
        half of what publishing costs.
        """
        if self.unsent > MOST_UNSENT:
            # Then the client would wait, deaf to being cancelled.
            raise OutboundBufferLimitError
        if not self._inbox:
            self._inbox = self.new_inbox()
            await self.subscribe(f"{self._inbox}.*", cb=_nobody_asked)
        inbox = f"{self._inbox}.{next(self._requests)}"
        answer: asyncio.Future[Msg] = asyncio.get_running_loop().create_future()
        self._answers[inbox] = answer
        answer.add_done_callback(lambda _: self._answers.pop(inbox, None))
        try:
            await self.publish(subject, data, inbox, headers)
        except BaseException:
            answer.cancel()
            raise
        return answer

    async def _process_msg(
        self, sid: int, subject: bytes, reply: bytes, data: bytes, headers: bytes
    ) -> None:
        try:
            if answer := self._answers.get(subject.decode()):
                found = await self._process_headers(headers)
                if answer.done():
                    return
                if (found or {}).get("Status") == NO_RESPONDERS:
                    answer.set_exception(NoRespondersError())
                else:
                    answer.set_result(self._build_message(sid, subject, reply, data, found))
                return
            await super()._process_msg(sid, subject, reply, data, headers)
        except ValueError as error:
            # Its own loop would end here, and nothing would be read any more.
            log.debug("A message of the bus is not readable: %s", error)
            self._events.lost()

    async def close_for_good(self) -> None:
        """End the connection, in good order if that is soon."""
        for answer in list(self._answers.values()):
            if not answer.done():
                answer.set_exception(BusError(LOST))
        writer = self._writer
        if self._reading_task is None:
            # It never came to that, and the client would wait for what failed.
            if writer:
                writer.transport.abort()
            self._status = Client.CLOSED
            return
        done = False
        with suppress(Exception):
            async with asyncio.timeout(CLOSE_SECONDS):
                await self.close()
                done = True
        # It does nothing where it is being closed already, and waits where nothing is taken.
        if writer:
            writer.transport.abort()
        if not done:
            self._status = Client.DISCONNECTED
            with suppress(Exception):
                async with asyncio.timeout(CLOSE_SECONDS):
                    await self._close(Client.CLOSED, do_cbs=False)


async def _nobody_asked(message: Msg) -> None:
    """Take an answer for which nobody waits any more."""
