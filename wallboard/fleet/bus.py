"""The bus: all that is NATS, on one connection that is made anew for ever.

The client's own reconnecting is not used: it gives up after a while, buffers what is out of date
and tells nobody. Whenever the connection is lost, a new client connects, and whoever is listed in
``on_connected`` looks for what it missed.
"""

import asyncio
import json
import logging
import os
import secrets
import ssl
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from wallboard.abandonable import start_in_thread
from wallboard.clock import running
from wallboard.domain.foreign_text import brief
from wallboard.fleet import names
from wallboard.fleet_settings import FleetSettings, bus_urls
from wallboard.frozen import frozen

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.aio.msg import Msg
    from nats.js import JetStreamContext
    from nats.js.kv import KeyValue

CONNECT_SECONDS = (1.5, 3.0, 6.0)
"""How long attempts to connect may take in turn: short ones find a bus that is back at once, long
ones get through a slow link."""

AGAIN_SECONDS = 0.5
"""Between two attempts."""

ANSWER_SECONDS = 4.0
"""How long the bus may take to answer."""

PING_SECONDS = 5
"""Between two pings; after two that were not answered the connection is given up."""

LARGEST_MESSAGE = 1024 * 1024
"""Bytes; a larger one is not looked at."""

MOST_PENDING = 20_000
"""Messages that wait to be taken; if there are more, the subscription has lost some."""

OBSERVATION_SECONDS = 3600.0
OBSERVATION_BYTES = 512 * 1024 * 1024
LEDGER_SECONDS = 400 * 86_400.0
LEDGER_BYTES = 256 * 1024 * 1024
LAST_BYTES = 512 * 1024 * 1024
MEMBER_SECONDS = 15.0
REPEATED_SECONDS = 120.0
"""How long the bus knows a message again by its id."""

BATCH = 256
"""Stored messages that are read at once."""

Take = Callable[[bytes], None]

log = logging.getLogger(__name__)


class BusError(Exception):
    """The bus did not do what was asked of it; the sentence says why."""


class LeaseLostError(BusError):
    """Somebody else has the lease, or nobody any more."""


@frozen
class BusStatus:
    """How it goes with the bus. ``since`` is when it began, on the clock of ``running``."""

    connected: bool = False
    since: float = 0.0
    error: str = ""
    address: str = ""
    connections: int = 0
    lost: int = 0


@frozen
class Stored:
    """A message that a stream keeps, by its number there."""

    number: int
    data: bytes


class Bus:
    """One connection to the bus of a fleet, for as long as ``run`` runs."""

    def __init__(self, settings: FleetSettings, *, name: str, writes: bool) -> None:
        """``name`` is how the server lists this client; ``writes`` says whether it may publish."""
        self.settings = settings
        self.status = BusStatus(since=running())
        self.id = secrets.randbits(62)
        """Tells what this member sends from what others do."""
        self.epoch = 0
        """When the bucket of leases was made: another one after the bus lost its disk."""
        self._name = name
        self._writes = writes
        self._client: Client | None = None
        self._stream: JetStreamContext | None = None
        self._buckets: dict[str, KeyValue] = {}
        self._closed = asyncio.Event()
        self._takers: list[tuple[str, Take]] = []
        self._connected_callbacks: list[Callable[[], Awaitable[None]]] = []

    def on_connected(self, callback: Callable[[], Awaitable[None]]) -> None:
        """Await ``callback`` after each connection, once messages are being taken."""
        self._connected_callbacks.append(callback)

    async def listen(self, subject: str, take: Take) -> None:
        """Have ``take`` called with each message of a subject, over all connections to come."""
        self._takers.append((subject, take))
        # While it connects, whoever does that sees to it.
        if self._client and self.status.connected:
            with _said():
                await self._subscribe(self._client, subject, take)

    async def run(self) -> None:
        """Stay connected until cancelled."""
        attempt = 0
        try:
            while True:
                self._closed.clear()
                try:
                    await self._connect(CONNECT_SECONDS[attempt % len(CONNECT_SECONDS)])
                    attempt = 0
                    await self._closed.wait()
                    self._note("the connection was lost")
                except BusError as error:
                    attempt += 1
                    self._note(str(error))
                await self._disconnect()
                await asyncio.sleep(AGAIN_SECONDS)
        finally:
            await self._disconnect()

    def drop(self, why: str) -> None:
        """Give up the connection, as nothing comes through it, and make a new one."""
        log.info("The connection to the bus is given up: %s", why)
        self._closed.set()

    async def alive(self, seconds: float = ANSWER_SECONDS) -> bool:
        """Whether the server answers a ping within so many seconds."""
        if self._client is None:
            return False
        try:
            await self._client.flush(max(1, round(seconds)))
        except Exception:  # noqa: BLE001  whatever the client raises, there was no answer
            return False
        return True

    async def publish(self, subject: str, data: bytes) -> None:
        """Send a message to whoever listens now. Raises ``BusError``."""
        client = self._connected()
        with _said():
            await client.publish(subject, data)

    async def store(self, subject: str, data: bytes, message_id: str = "") -> int:
        """Send a message and have its stream keep it; returns its number there.

        One with the id of a message of the last two minutes is kept once. Raises ``BusError``.
        """
        stream = self._streams()
        headers = {"Nats-Msg-Id": message_id} if message_id else None
        with _said():
            kept = await stream.publish(subject, data, timeout=ANSWER_SECONDS, headers=headers)
        return int(kept.seq)

    async def stored(
        self, stream: str, subject: str, after: int, *, since: float | None = None
    ) -> list[Stored]:
        """The next messages of a subject after a number, ``BATCH`` at most; none if that is all.

        ``since``, Unix time in seconds, is where to begin instead of a number. Raises ``BusError``.
        """
        wanted: dict[str, object] = {"batch": BATCH, "next_by_subj": subject}
        if since is None:
            wanted["seq"] = after + 1
        else:
            wanted["start_time"] = datetime.fromtimestamp(since, UTC).isoformat()
        client, found = self._connected(), list[Stored]()
        with _said():
            inbox = client.new_inbox()
            replies = await client.subscribe(inbox)
            try:
                await client.publish(
                    f"$JS.API.DIRECT.GET.{stream}", json.dumps(wanted).encode(), reply=inbox
                )
                while True:
                    reply = await replies.next_msg(timeout=ANSWER_SECONDS)
                    headers = reply.headers or {}
                    if "Nats-Sequence" not in headers:
                        status = headers.get("Status", "")
                        if status in {"204", "404"}:
                            return found
                        raise BusError(brief(headers.get("Description", "no answer")))
                    found.append(Stored(int(headers["Nats-Sequence"]), reply.data))
            finally:
                await replies.unsubscribe()

    async def extent(self, stream: str) -> tuple[int, int, int, int]:
        """The first and the last number of a stream, its messages and its bytes.

        Raises ``BusError``.
        """
        with _said():
            state = (await self._streams().stream_info(stream)).state
        return state.first_seq, state.last_seq, state.messages, state.bytes

    async def keep(self, bucket: str, key: str, data: bytes) -> int:
        """Keep a value under a key; returns its revision. Raises ``BusError``."""
        with _said():
            return int(await (await self._bucket(bucket)).put(key, data))

    async def kept(self, bucket: str, key: str) -> bytes | None:
        """The value of a key, if there is one. Raises ``BusError``."""
        from nats.js.errors import KeyNotFoundError

        with _said():
            try:
                return (await (await self._bucket(bucket)).get(key)).value
            except KeyNotFoundError:
                return None

    async def keys(self, bucket: str, beginning: str) -> Sequence[str]:
        """The keys of a bucket with this beginning. Raises ``BusError``."""
        with _said():
            subject = f"$KV.{bucket}."
            info = await self._streams().stream_info(
                bucket_stream(bucket), subjects_filter=f"{subject}>"
            )
            found = info.state.subjects or {}
            return sorted(
                key for one in found if (key := one.removeprefix(subject)).startswith(beginning)
            )

    async def take_lease(self, key: str, data: bytes) -> int | None:
        """Take a lease if nobody has it; its revision, or ``None``. Raises ``BusError``."""
        from nats.js.errors import KeyWrongLastSequenceError

        with _said():
            try:
                return int(await (await self._bucket(names.LEASE)).create(key, data))
            except KeyWrongLastSequenceError:
                return None

    async def renew_lease(self, key: str, data: bytes, revision: int) -> int:
        """Renew a lease of a revision; returns the new one.

        Raises ``LeaseLostError``, and ``BusError`` where it is not known.
        """
        from nats.js.errors import KeyWrongLastSequenceError

        with _said():
            try:
                return int(await (await self._bucket(names.LEASE)).update(key, data, revision))
            except KeyWrongLastSequenceError:
                raise LeaseLostError("somebody else has the lease") from None

    async def release_lease(self, key: str, revision: int) -> None:
        """Let others have a lease at once. Raises ``BusError``."""
        with _said():
            await (await self._bucket(names.LEASE)).delete(key, revision)

    async def _connect(self, seconds: float) -> None:
        """Raises ``BusError``."""
        from nats.aio.client import Client

        settings = self.settings
        context = await start_in_thread(lambda: tls_of(settings))
        client = Client()
        problem = ""

        async def failed(error: Exception) -> None:
            from nats.errors import SlowConsumerError

            nonlocal problem
            problem = _words(error)
            if isinstance(error, SlowConsumerError):
                self._count_lost()
                self._closed.set()

        async def closed() -> None:
            if self._client in {client, None}:
                self._closed.set()

        try:
            async with asyncio.timeout(seconds):
                await client.connect(
                    bus_urls(settings),
                    name=self._name,
                    error_cb=failed,
                    closed_cb=closed,
                    allow_reconnect=False,
                    connect_timeout=max(1, round(seconds)),
                    ping_interval=PING_SECONDS,
                    max_outstanding_pings=2,
                    tls=context,
                    **_credentials(settings),
                )
        except TimeoutError:
            await _closed_for_good(client)
            raise BusError(problem or f"no answer within {seconds:g} s") from None
        except Exception as error:  # noqa: BLE001  the client raises whatever its sockets do
            await _closed_for_good(client)
            raise BusError(problem or _words(error)) from None
        self._client, self._stream = client, client.jetstream(timeout=ANSWER_SECONDS)
        if self._writes:
            await self._make_streams()
        with _said():
            info = await self._stream.stream_info(bucket_stream(names.LEASE))
            self.epoch = _epoch(info.created)
            for subject, take in self._takers:
                await self._subscribe(client, subject, take)
        address = client.connected_url.netloc if client.connected_url else ""
        count = self.status.connections + 1
        self.status = BusStatus(True, running(), "", brief(address), count, self.status.lost)
        for callback in self._connected_callbacks:
            await callback()

    async def _make_streams(self) -> None:
        """Make what is not there; what is there stays as whoever runs the bus made it."""
        from nats.js.api import KeyValueConfig, RetentionPolicy, StorageType, StreamConfig
        from nats.js.errors import BadRequestError

        stream = self._streams()
        for name, subjects, seconds, size in (
            (names.OBSERVATIONS, "observations", OBSERVATION_SECONDS, OBSERVATION_BYTES),
            (names.LEDGER, "ledger", LEDGER_SECONDS, LEDGER_BYTES),
        ):
            with _said(), suppress(BadRequestError):
                await stream.add_stream(
                    StreamConfig(
                        name=name,
                        subjects=[f"{names.PREFIX}.{subjects}.>"],
                        retention=RetentionPolicy.LIMITS,
                        storage=StorageType.FILE,
                        max_age=seconds,
                        max_bytes=size,
                        duplicate_window=REPEATED_SECONDS,
                        allow_direct=True,
                    )
                )
        for bucket, limit, size in (
            (names.LAST, None, LAST_BYTES),
            (names.LEASE, self.settings.lease, -1),
            (names.MEMBERS, MEMBER_SECONDS, -1),
        ):
            with _said(), suppress(BadRequestError):
                await stream.create_key_value(
                    KeyValueConfig(bucket=bucket, history=1, ttl=limit, max_bytes=size, direct=True)
                )

    async def _subscribe(self, client: "Client", subject: str, take: Take) -> None:
        async def taken(message: "Msg") -> None:
            if len(message.data) > LARGEST_MESSAGE:
                self._count_lost()
                return
            try:
                take(message.data)
            except Exception:
                log.exception("A message of the bus could not be taken")

        await client.subscribe(subject, cb=taken, pending_msgs_limit=MOST_PENDING)

    async def _bucket(self, bucket: str) -> "KeyValue":
        if bucket not in self._buckets:
            self._buckets[bucket] = await self._streams().key_value(bucket)
        return self._buckets[bucket]

    def _connected(self) -> "Client":
        if self._client is None or not self._client.is_connected:
            raise BusError(self.status.error or "not connected")
        return self._client

    def _streams(self) -> "JetStreamContext":
        self._connected()
        assert self._stream  # noqa: S101  it comes with the client
        return self._stream

    def _count_lost(self) -> None:
        before = self.status
        self.status = BusStatus(
            before.connected,
            before.since,
            before.error,
            before.address,
            before.connections,
            before.lost + 1,
        )

    def _note(self, error: str) -> None:
        before = self.status
        since = running() if before.connected else before.since
        self.status = BusStatus(
            False, since, error, before.address, before.connections, before.lost
        )

    async def _disconnect(self) -> None:
        client, self._client, self._stream = self._client, None, None
        self._buckets.clear()
        if client:
            await _closed_for_good(client)


def bucket_stream(bucket: str) -> str:
    """The stream behind a bucket."""
    return f"KV_{bucket}"


def tls_of(settings: FleetSettings) -> ssl.SSLContext | None:
    """What this member trusts and shows; ``None`` where nothing asks for TLS.

    Raises ``BusError`` for a file that cannot be used.
    """
    from wallboard.ece.ask.outgoing import ClientSetupError
    from wallboard.ece.ask.tls import tls_context
    from wallboard.settings import ServerSettings

    if not any(one.startswith("tls:") for one in bus_urls(settings)):
        return None
    server = ServerSettings(
        name="bus",
        url="",
        verify=settings.verify,
        ca_file=settings.ca_file,
        client_cert=settings.client_cert,
        client_key=settings.client_key,
    )
    try:
        return tls_context(server)
    except ClientSetupError as error:
        raise BusError(str(error)) from None


def _credentials(settings: FleetSettings) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if settings.nkey:
        found["nkeys_seed_str"] = settings.nkey.value
    elif settings.user and settings.password:
        found |= {"user": settings.user.value, "password": settings.password.value}
    return found


@contextmanager
def _said() -> Iterator[None]:
    """Have whatever the client raises come as ``BusError``."""
    import nats.errors

    try:
        yield
    except BusError:
        raise
    except (nats.errors.Error, TimeoutError, OSError, ValueError) as error:
        raise BusError(_words(error)) from None


def _words(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return f"no answer within {ANSWER_SECONDS:g} s"
    if isinstance(error, OSError) and error.errno and error.errno > 0:
        return os.strerror(error.errno)
    words = str(getattr(error, "description", None) or error) or type(error).__name__
    return brief(words.removeprefix("nats: "))


def _epoch(created: object) -> int:
    """When a stream was made, in microseconds of Unix time."""
    if isinstance(created, datetime):
        return round(created.timestamp() * 1_000_000)
    return 0


async def _closed_for_good(client: "Client") -> None:
    with suppress(Exception):
        async with asyncio.timeout(1.0):
            await client.close()
