"""The bus: what a member may ask of NATS, on one connection that is made anew for ever.

The client's own reconnecting is not used: it gives up after a while, buffers what is out of date
and tells nobody. Whenever the connection is lost, a new client connects (``bus_connector.py``), and
whoever is listed in ``on_connected`` looks for what it missed.
"""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from wallboard.clock import running
from wallboard.domain.foreign_text import brief
from wallboard.fleet import names
from wallboard.fleet.bus_answers import Stored, StreamState
from wallboard.fleet.bus_errors import (
    EXISTS,
    EXTRA,
    FULL,
    LOST,
    MISSING,
    WITHOUT_JETSTREAM,
    BusError,
    LeaseLostError,
    NotAllowedError,
    RefusedError,
    said,
)
from wallboard.fleet.bus_requests import BusRequests, BusStatus
from wallboard.fleet.bus_streams import (
    LARGEST_MESSAGE,
    SMALLER,
    StreamPlan,
    bucket_stream,
    config_of,
    mirror_of,
    stream_plans,
)
from wallboard.fleet_settings import FleetSettings

if TYPE_CHECKING:
    from nats.aio.msg import Msg

    from wallboard.fleet.bus_client import BusClient

__all__ = [
    "LARGEST_MESSAGE",
    "Bus",
    "BusError",
    "BusStatus",
    "LeaseLostError",
    "NotAllowedError",
    "Stored",
    "StreamState",
    "bucket_stream",
]

MOST_PENDING = 20_000
MOST_PENDING_BYTES = 64 * 1024 * 1024
"""Messages that wait to be taken; if there are more, the subscription has lost some."""

AGAIN_SECONDS = 0.5
"""Before a connection that turned out useless is made anew."""

Take = Callable[[bytes], None]

log = logging.getLogger(__name__)


class Bus(BusRequests):
    """One connection to the bus of a fleet, for as long as ``run`` runs."""

    def __init__(self, settings: FleetSettings, *, name: str, writes: bool) -> None:
        """``name`` is how the server lists this client.

        One that ``writes`` makes the streams that are missing.
        """
        super().__init__(settings)
        self.id = secrets.randbits(62)
        """Tells what this member sends from what others do."""
        self.epoch = 0
        """When the bucket of leases was made: another one after the bus lost its disk."""
        self.lease_seconds = settings.lease
        """The time limit of leases on the bus, which the first collector set."""
        self._name = name
        self._writes = writes
        self._listening = False
        self._takers: list[tuple[str, Take]] = []
        self._connected_callbacks: list[Callable[[], Awaitable[None]]] = []

    def on_connected(self, callback: Callable[[], Awaitable[None]]) -> None:
        """Await ``callback`` after each connection, once messages are being taken."""
        self._connected_callbacks.append(callback)

    async def listen(self, subject: str, take: Take) -> None:
        """Have ``take`` called with each message of a subject, over all connections to come."""
        self._takers.append((subject, take))
        # While it connects, whoever does that sees to it.
        if self._client and self._listening:
            with said():
                await self._subscribe(self._client, subject, take)

    async def run(self) -> None:
        """Stay connected until cancelled."""
        try:
            from wallboard.fleet.bus_client import ConnectionEvents
            from wallboard.fleet.bus_connector import Connector
        except ImportError as error:
            self._note(f"a fleet needs {error.name}: {EXTRA}")
            await asyncio.Event().wait()
        events = ConnectionEvents(self._denied, self._count_lost, self._over)
        connector = Connector(self.settings, self._name, events, self._not_yet)
        try:
            while True:
                try:
                    self._client = await connector.connected()
                    self._closed.clear()
                    await self._begin(self._client)
                    await self._closed.wait()
                    self._note(LOST)
                except BusError as error:
                    self._note(str(error))
                await self._disconnect()
                await asyncio.sleep(AGAIN_SECONDS)
        finally:
            await self._disconnect()

    async def make_mirrors(self, domain: str) -> Sequence[str]:
        """Have the JetStream of this server keep what that of ``domain`` keeps; what was made.

        Raises ``BusError``.
        """
        own = (await self._request("INFO", api="$JS.API")).get("domain")
        if not own or own == domain:
            raise BusError(
                f"this server is no other site: its JetStream domain is {brief(str(own or 'none'))}"
            )
        return await self._create(
            await self._missing("$JS.API"),
            lambda plan, smaller: mirror_of(plan, domain, smaller),
            api="$JS.API",
        )

    async def _begin(self, client: "BusClient") -> None:
        """Make the connection useful. Raises ``BusError``."""
        if self._writes:
            await self._make_streams()
        self.status = replace(self.status, denied="")
        with said():
            for subject, take in self._takers:
                await self._subscribe(client, subject, take)
        self._listening = True
        # When this is answered, the bus has said what it does not let this user listen to.
        lease = await self._lease_bucket()
        if not lease.seconds:
            raise BusError(
                f"the bucket {names.LEASE} has no time limit, so that a lease would never end: "
                "delete it, and a collector makes it anew"
            )
        if lease.mirror and self._writes:
            raise BusError(
                "this server only mirrors the streams of another: a collector has to name the "
                "JetStream domain of that one, as `domain`"
            )
        self._mirrored = lease.mirror
        self.epoch, self.lease_seconds = round(lease.created * 1_000_000), lease.seconds
        before = self.status
        self.status = replace(
            before,
            connected=True,
            since=running(),
            error="",
            refused=False,
            address=client.server.name,
            connections=before.connections + 1,
            version=client.version,
            secure=client.secure,
        )
        for callback in self._connected_callbacks:
            try:
                await callback()
            except BusError as error:
                log.warning("After connecting to the bus: %s", error)
                self._closed.set()

    async def _lease_bucket(self) -> StreamState:
        self._domain = ""
        try:
            return await self.stream(bucket_stream(names.LEASE))
        except BusError as error:
            if self.settings.domain or error.code not in WITHOUT_JETSTREAM:
                raise
        # The streams are in another account, as with the roles that come with this program.
        self._domain = names.ACCOUNT
        return await self.stream(bucket_stream(names.LEASE))

    async def _make_streams(self) -> None:
        """Make what is not there; what is there stays as whoever runs the bus made it."""
        missing = await self._missing()
        if missing and not self.settings.domain:
            account = await self._request("INFO")
            if domain := account.get("domain"):
                raise BusError(
                    f"this server has the JetStream domain {brief(str(domain))!r}: name the one "
                    "that has the streams of the fleet, as `domain`"
                )
        await self._create(missing, config_of)

    async def _missing(self, api: str = "") -> Sequence[StreamPlan]:
        """Raises ``BusError``."""
        plans = stream_plans(self.settings.lease)
        found = await asyncio.gather(*(self._has(plan.name, api) for plan in plans))
        return [plan for plan, there in zip(plans, found, strict=True) if not there]

    async def _has(self, stream: str, api: str) -> bool:
        try:
            await self._request(f"STREAM.INFO.{stream}", api=api)
        except BusError as error:
            if error.code == MISSING:
                return False
            raise
        return True

    async def _create(
        self,
        plans: Sequence[StreamPlan],
        config: Callable[[StreamPlan, int], dict[str, Any]],
        api: str = "",
    ) -> Sequence[str]:
        """Make streams, smaller ones where the disk is small; those that were not there before.

        Raises ``BusError``.
        """
        return [
            plan.name
            for plan in plans
            if await self._fitted(plan.name, [config(plan, smaller) for smaller in SMALLER], api)
        ]

    async def _fitted(self, name: str, configs: Sequence[dict[str, Any]], api: str) -> bool:
        """Make a stream by the first config for which there is space; whether it was missing."""
        for number, config in enumerate(configs, 1):
            try:
                await self._request(f"STREAM.CREATE.{name}", config, api)
            except BusError as error:
                if error.code == EXISTS:
                    return False
                if error.code not in FULL or number == len(configs):
                    raise
            else:
                break
        return True

    async def _subscribe(self, client: "BusClient", subject: str, take: Take) -> None:
        async def taken(message: "Msg") -> None:
            if len(message.data) > LARGEST_MESSAGE:
                self._count_lost()
                return
            try:
                take(message.data)
            except Exception:
                log.exception("A message of the bus could not be taken")

        await client.subscribe(
            subject,
            cb=taken,
            pending_msgs_limit=MOST_PENDING,
            pending_bytes_limit=MOST_PENDING_BYTES,
        )

    async def _not_yet(self, error: BusError) -> None:
        self._note(str(error), refused=isinstance(error, RefusedError))

    def _count_lost(self) -> None:
        self.status = replace(self.status, lost=self.status.lost + 1)

    def _note(self, error: str, *, refused: bool = False) -> None:
        before = self.status
        since = running() if before.connected else before.since
        self.status = replace(before, connected=False, since=since, error=error, refused=refused)

    async def _disconnect(self) -> None:
        client, self._client, self._listening = self._client, None, False
        if client:
            await client.close_for_good()
