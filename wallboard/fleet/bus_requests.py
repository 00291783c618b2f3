"""What may be asked of the bus while there is a connection."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from wallboard.clock import running
from wallboard.domain.foreign_text import brief
from wallboard.fleet import names
from wallboard.fleet.bus_answers import (
    Kept,
    Stored,
    StreamState,
    moment_of,
    number_in,
    state_of,
    table_in,
    table_of,
    whole_of,
)
from wallboard.fleet.bus_errors import (
    ANSWER_SECONDS,
    LOST,
    NO_ANSWER,
    OVERTAKEN,
    UNANSWERED,
    BusError,
    LeaseLostError,
    NotAllowedError,
    OvertakenError,
    error_of,
    said,
)
from wallboard.fleet.bus_streams import LARGEST_MESSAGE, bucket_stream, lease_subject
from wallboard.fleet_settings import FleetSettings
from wallboard.frozen import frozen

if TYPE_CHECKING:
    from nats.aio.msg import Msg

    from wallboard.fleet.bus_client import BusClient

DEAD_SECONDS = 2.0
"""How long a ping may take that is sent because nothing comes."""

BATCH = 256
"""Stored messages that are read at once, if there are not too many bytes of them."""

BATCH_BYTES = 16 * 1024
"""Of those; the message with which there are more is the last. On a slow link, other answers wait
for all of them."""

BATCH_SECONDS = 60.0
"""How long they may take, as long as each comes in time for an answer."""

T = TypeVar("T")

log = logging.getLogger(__name__)


@frozen
class BusStatus:
    """How it goes with the bus. ``since`` is when it began, on the clock of ``running``.

    ``error`` is why there is no connection, ``refused`` that it is for the user; ``denied`` is
    what the bus does not let this user listen to.
    """

    connected: bool = False
    since: float = 0.0
    error: str = ""
    refused: bool = False
    address: str = ""
    connections: int = 0
    lost: int = 0
    denied: str = ""
    version: str = ""
    secure: bool = False


class BusRequests:
    """Requests over one connection after another, each answered within ``ANSWER_SECONDS``."""

    def __init__(self, settings: FleetSettings) -> None:
        self.settings = settings
        self.status = BusStatus(since=running())
        self._client: BusClient | None = None
        self._closed = asyncio.Event()
        self._domain = ""
        """By what name this user finds the streams of another account, if it has to."""
        self._mirrored = ""
        """The API of the JetStream that has the streams, where this server only mirrors them."""
        self._asked: dict[str, set[asyncio.Future[Any]]] = {}
        """By the subject, in lower case, what ends a request whose answer will not come."""

    def drop(self, why: str) -> None:
        """Give up the connection, as nothing comes through it, and make a new one."""
        log.info("The connection to the bus is given up: %s", why)
        self._closed.set()

    @property
    def largest(self) -> int:
        """Bytes of the largest message that the bus takes."""
        limit = self._client.max_payload if self._client else LARGEST_MESSAGE
        return min(LARGEST_MESSAGE, limit)

    async def alive(self, seconds: float = ANSWER_SECONDS) -> bool:
        """Whether the server answers a ping within so many seconds."""
        try:
            await self.round_trip(seconds)
        except BusError:
            return False
        return True

    async def drop_dead(self) -> None:
        """Have a new connection made if nothing comes through this one."""
        client = self._client
        alive = not self.status.connected or await self.alive(DEAD_SECONDS)
        if not alive and client is self._client:
            self.drop("it does not answer")

    async def round_trip(self, seconds: float = ANSWER_SECONDS) -> float:
        """Seconds that a ping takes. Raises ``BusError``."""
        client, began = self._connected(), running()
        # The client sends a ping before what it has not yet sent; let that go first.
        await asyncio.sleep(0)
        with said():
            try:
                await asyncio.wait_for(
                    self._answered("", client.flush(round(ANSWER_SECONDS))), seconds
                )
            except TimeoutError:
                raise BusError(NO_ANSWER) from None
        return running() - began

    async def store(self, subject: str, data: bytes, message_id: str = "") -> int:
        """Send a message and have its stream keep it; returns its number there.

        One with the id of a message of the last two minutes is kept once. Raises
        ``NotAllowedError``, and ``BusError`` for all else.
        """
        return await self._store(subject, data, {"Nats-Msg-Id": message_id} if message_id else {})

    async def may_store(self, subject: str) -> bool:
        """Whether this user may have messages of a subject kept. Raises ``BusError``."""
        try:
            # Nothing is kept: no stream has come to that number.
            await self._store(subject, b"", {"Nats-Expected-Last-Sequence": str(2**62)})
        except NotAllowedError:
            return False
        except BusError as error:
            if error.code <= 0:
                raise
        return True

    async def stored(
        self,
        stream: str,
        subject: str,
        after: int,
        *,
        since: float | None = None,
        most: int = BATCH,
    ) -> list[Stored]:
        """The next messages of a subject after a number, some at a time; none if that is all.

        ``since``, Unix time by the bus, is where to begin instead of a number. Raises ``BusError``.
        """
        wanted: dict[str, object] = {
            "batch": most,
            "max_bytes": BATCH_BYTES,
            "next_by_subj": subject,
        }
        if since is None:
            wanted["seq"] = after + 1
        else:
            wanted["start_time"] = datetime.fromtimestamp(since, UTC).isoformat()
        client, api = self._connected(), f"{self._api}.DIRECT.GET.{stream}"
        with said():
            inbox = client.new_inbox()
            replies = await client.subscribe(inbox)
            try:
                await client.publish(api, json.dumps(wanted).encode(), reply=inbox)
                return await self._answered(api, self._batch(replies.next_msg), BATCH_SECONDS)
            finally:
                with suppress(Exception):
                    await replies.unsubscribe()

    async def stream(self, name: str) -> StreamState:
        """A stream as it is now. Raises ``BusError``."""
        return state_of(name, await self._request(f"STREAM.INFO.{name}"))

    async def keep(self, bucket: str, key: str, data: bytes, *, after: int | None = None) -> int:
        """Keep a value under a key; returns its revision.

        ``after`` is the revision that it is to follow, 0 for none. Raises ``OvertakenError`` where
        it does not, and ``BusError``.
        """
        subject = f"{self._elsewhere}$KV.{bucket}.{key}"
        if after is None:
            return await self._store(subject, data)
        return await self._store_after(subject, data, after)

    async def kept(self, bucket: str, key: str) -> bytes | None:
        """The value of a key, if there is one. Raises ``BusError``."""
        found = await self.entry(bucket, key)
        return found.data if found else None

    async def entry(self, bucket: str, key: str) -> Kept | None:
        """What is kept under a key, also of one that was deleted. Raises ``BusError``."""
        stream = bucket_stream(bucket)
        found = await self._ask(f"{self._api}.DIRECT.GET.{stream}.$KV.{bucket}.{key}", b"")
        headers = found.headers or {}
        if "Nats-Sequence" not in headers:
            if headers.get("Status") == "404":
                return None
            raise BusError(brief(headers.get("Description", "no answer")))
        gone = "KV-Operation" in headers or "Nats-Marker-Reason" in headers
        return Kept(
            number_in(headers["Nats-Sequence"]),
            None if gone else found.data,
            moment_of(headers.get("Nats-Time-Stamp")),
        )

    async def keys(self, bucket: str, beginning: str) -> Sequence[str]:
        """The keys of a bucket with this beginning. Raises ``BusError``."""
        subject = f"$KV.{bucket}."
        info = await self._request(
            f"STREAM.INFO.{bucket_stream(bucket)}", {"subjects_filter": f"{subject}>"}
        )
        found = table_of(table_of(info, "state"), "subjects")
        keys = (one.removeprefix(subject) for one in found)
        return sorted(key for key in keys if key.startswith(beginning))

    async def take_lease(self, key: str, data: bytes) -> int | None:
        """Take a lease if nobody has it; its revision, or ``None``. Raises ``BusError``."""
        try:
            return await self._keep_after(key, data, 0)
        except LeaseLostError:
            found = await self.entry(names.LEASE, key)
        if found is None or found.data is not None:
            return None
        # It was given back: that is kept, too, for as long as a lease.
        with suppress(LeaseLostError):
            return await self._keep_after(key, data, found.revision)
        return None

    async def renew_lease(self, key: str, data: bytes, revision: int) -> int:
        """Renew a lease of a revision; returns the new one.

        Raises ``LeaseLostError``, and ``BusError`` where it is not known.
        """
        return await self._keep_after(key, data, revision)

    async def lease(self, key: str) -> Stored | None:
        """The lease of a key by its revision, if anybody has it. Raises ``BusError``."""
        found = await self.entry(names.LEASE, key)
        return Stored(found.revision, found.data) if found and found.data is not None else None

    async def release_lease(self, key: str, revision: int) -> None:
        """Let others have a lease at once. Raises ``LeaseLostError`` and ``BusError``."""
        await self._keep_after(key, b"", revision, {"KV-Operation": "DEL"})

    @property
    def _api(self) -> str:
        domain = self.settings.domain or self._domain
        return f"$JS.{domain}.API" if domain else "$JS.API"

    @property
    def _elsewhere(self) -> str:
        """What values of a bucket in another domain have in front of their subjects."""
        domain = self.settings.domain
        api = f"$JS.{domain}.API" if domain else self._mirrored
        return f"{api}." if api else ""

    async def _store(
        self, subject: str, data: bytes, headers: Mapping[str, str] | None = None
    ) -> int:
        self._demand_size(data)
        try:
            kept = table_in((await self._ask(subject, data, headers)).data)
        except BusError as error:
            if error.code == UNANSWERED and self._mirrored:
                raise BusError("the site that has the streams is out of reach") from None
            if error.code == UNANSWERED:
                # Somebody deleted the stream; whoever connects makes it anew.
                self.drop(str(error))
                raise BusError("no stream of the bus keeps this") from None
            if str(error) == NO_ANSWER:
                # It says nothing where it cannot write.
                raise BusError(f"{NO_ANSWER}; is the disk of the bus full?") from None
            raise
        if problem := error_of(kept):
            raise problem
        return whole_of(kept, "seq")

    async def _keep_after(
        self, key: str, data: bytes, revision: int, headers: Mapping[str, str] | None = None
    ) -> int:
        """Raises ``LeaseLostError`` where this revision is not the last one."""
        subject = f"{self._elsewhere}{lease_subject(key)}"
        try:
            return await self._store_after(subject, data, revision, headers)
        except OvertakenError:
            raise LeaseLostError("somebody else has the lease") from None

    async def _store_after(
        self, subject: str, data: bytes, number: int, headers: Mapping[str, str] | None = None
    ) -> int:
        """Raises ``OvertakenError`` where the last message of the subject has another number."""
        wanted = {"Nats-Expected-Last-Subject-Sequence": str(number), **(headers or {})}
        try:
            return await self._store(subject, data, wanted)
        except BusError as error:
            if error.code in OVERTAKEN:
                raise OvertakenError("there is something newer") from None
            raise

    async def _batch(self, next_message: Callable[..., Awaitable["Msg"]]) -> list[Stored]:
        found = list[Stored]()
        while True:
            reply = await next_message(timeout=ANSWER_SECONDS)
            headers = reply.headers or {}
            if "Nats-Sequence" in headers:
                at = moment_of(headers.get("Nats-Time-Stamp"))
                found.append(Stored(number_in(headers["Nats-Sequence"]), reply.data, at))
            elif headers.get("Status", "") in {"204", "404"}:
                return found
            else:
                raise BusError(brief(headers.get("Description", "no answer")))

    async def _request(
        self, what: str, asked: dict[str, Any] | None = None, api: str = ""
    ) -> dict[str, Any]:
        """What the API of JetStream answers. Raises ``BusError``."""
        reply = await self._ask(
            f"{api or self._api}.{what}", json.dumps(asked).encode() if asked else b""
        )
        answer = table_in(reply.data)
        if problem := error_of(answer):
            raise problem
        return answer

    async def _ask(
        self, subject: str, data: bytes, headers: Mapping[str, str] | None = None
    ) -> "Msg":
        client = self._connected()
        with said():
            answer = await client.ask(subject, data, dict(headers) if headers else None)
            waiting = self._asked.setdefault(subject.lower(), set())
            waiting.add(answer)
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    return await answer
            finally:
                answer.cancel()
                waiting.discard(answer)
                if not waiting:
                    self._asked.pop(subject.lower(), None)

    async def _answered(
        self, subject: str, asking: Coroutine[Any, Any, T], seconds: float = ANSWER_SECONDS
    ) -> T:
        """What is answered; ends at once where the bus does not let this user ask, or goes away.

        A task of its own, for the client ignores that a call is cancelled.
        """
        refused: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting = self._asked.setdefault(subject.lower(), set())
        waiting.add(refused)
        answer = asyncio.ensure_future(asking)
        answer.add_done_callback(lambda done: done.cancelled() or done.exception())
        try:
            await asyncio.wait(
                (answer, refused), timeout=seconds, return_when=asyncio.FIRST_COMPLETED
            )
            if refused.done():
                refused.result()
            if not answer.done():
                raise BusError(NO_ANSWER)
            if answer.cancelled():
                # The client does that to those who wait, when it is closed.
                raise BusError(LOST)
            with said():
                return answer.result()
        finally:
            answer.cancel()
            refused.cancel()
            waiting.discard(refused)
            if not waiting:
                self._asked.pop(subject.lower(), None)

    def _connected(self) -> "BusClient":
        if self._client is None or not self._client.is_connected:
            raise BusError(self.status.error or "not connected")
        return self._client

    def _demand_size(self, data: bytes) -> None:
        if len(data) > self.largest:
            raise BusError(f"a message of {len(data)} bytes; the bus takes {self.largest}")

    def _denied(self, words: str, subject: str) -> None:
        asked = self._asked.get(subject, ())
        for waiting in asked:
            if not waiting.done():
                waiting.set_exception(NotAllowedError(words))
        if not asked:
            self.status = replace(self.status, denied=words)

    def _over(self, client: "BusClient") -> None:
        if client is self._client:
            self._closed.set()
            for waiting in [one for all_of in self._asked.values() for one in all_of]:
                if not waiting.done():
                    waiting.set_exception(BusError(LOST))
