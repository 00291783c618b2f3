"""What other places of the fleet see of a living board, and which of them are silent.

Whoever names a vantage looks at the others over a connection of its own, so that every board of a
machine knows of them, whether it polls or follows a recording.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from wallboard.board import Board
from wallboard.clock import running
from wallboard.domain.event import Event
from wallboard.domain.snapshot import Place
from wallboard.inheritance import entry_points_of
from wallboard.live_alarms import LiveAlarms
from wallboard.other_places import OtherPlaces
from wallboard.settings import Settings
from wallboard.threads import start_in_thread

if TYPE_CHECKING:
    from wallboard.fleet.bus import Bus
    from wallboard.fleet.names import BoardNames
    from wallboard.fleet.subscriber import Subscriber

LOOK_SECONDS = 0.5
"""Between two looks at what was heard."""

RESTART_SECONDS = 1.0
"""Before listening begins again that failed."""

NEW_PLACES_SECONDS = 5.0
"""Between two looks for places that nobody listens to so far."""

SILENT_SECONDS = 5.0
"""How long a place may be silent beyond the time in which another of its members takes over."""

log = logging.getLogger(__name__)


class LivePlaces:
    """The other places of one board: listens to them, and has board and alarms know."""

    def __init__(
        self, settings: Settings, board: Board, alarms: LiveAlarms, *, clock: Callable[[], float]
    ) -> None:
        """``settings`` are those of the whole board; ``clock`` is Unix time in seconds."""
        self.others = OtherPlaces(settings.fleet.vantage, (), history=settings.history)
        self._settings = settings
        self._board = board
        self._alarms = alarms
        self._clock = clock
        self._began = running()
        self._edited = asyncio.Event()
        self._bus: Bus | None = None
        self._heard: dict[str, Subscriber] = {}
        self._since: dict[str, float] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self.take_up(settings)

    @property
    def places(self) -> tuple[Place, ...]:
        """All places, in the order of their names; none where there is only one."""
        return self.others.places

    @property
    def problems(self) -> tuple[str, ...]:
        """What hinders the comparison of places, and what follows for alarms, in sentences."""
        if not self._compares or not self._late():
            return ()
        found = []
        if self._bus and not self._bus.status.connected:
            why = self._bus.status.error or "not connected"
            found.append(f"Other places are not heard: {why}. Retrying.")
        heard = [one.name for one in self.places if one.silent_since is None]
        quorum = max((one.quorum for one in self._alarms.rules.values()), default=1)
        if len(heard) < quorum:
            names = ", ".join(heard) or self.others.own
            found.append(f"Alarms take {quorum} places, and only {names} can say: that is enough.")
        return tuple(found)

    def take_up(self, settings: Settings) -> None:
        """Go by other settings."""
        before, self._settings = self._settings, settings
        points = entry_points_of(settings)
        if settings.fleet != before.fleet:
            self._forget()
            self.others = OtherPlaces(settings.fleet.vantage, points, history=settings.history)
            self._edited.set()
        self.others.replace(points, self._clock(), history=settings.history)

    def look(self, now: float) -> None:
        """Have the board and its alarms know what is new, by ``now``, Unix time in seconds."""
        for name, subscriber in self._heard.items():
            self.others.silent(name, self._silent_since(name, subscriber, now))
        seen = self.others.seen(self._board, now)
        points = self._board.see_elsewhere(seen.points) if seen.points else ()
        if points or seen.servers:
            self._alarms.see_elsewhere(points, seen.servers)

    async def run(self) -> None:
        """Listen to the other places until cancelled."""
        while True:
            self._edited.clear()
            listening = [asyncio.create_task(self._listen())] if self._compares else []
            try:
                await self._edited.wait()
            finally:
                await _ended(*listening)

    def _forget(self) -> None:
        """Have the board and its alarms know of no other places."""
        points = [point.key for point, _ in entry_points_of(self._settings)]
        alone = self._board.see_elsewhere(dict.fromkeys(points))
        self._alarms.see_elsewhere(alone, dict.fromkeys((key.server for key in points), ()))

    @property
    def _compares(self) -> bool:
        fleet = self._settings.fleet
        return bool(fleet.url and fleet.vantage)

    def _late(self) -> bool:
        """Whether others should have been heard by now."""
        return running() - self._began > self._settings.fleet.lease + SILENT_SECONDS

    async def _listen(self) -> None:
        """Take what other places say until cancelled; a defect must not end it."""
        while True:
            try:
                await self._compare()
            except Exception:
                log.exception("Other places cannot be compared; trying again")
            await asyncio.sleep(RESTART_SECONDS)

    async def _compare(self) -> None:
        """Keep connected, look for places, and take what they say."""
        self._began = running()
        board, bus = await start_in_thread(lambda: _bus_of(self._settings))
        self._bus = bus
        connecting = asyncio.create_task(bus.run())
        try:
            looked_at = float("-inf")
            while True:
                if running() - looked_at > NEW_PLACES_SECONDS and bus.status.connected:
                    looked_at = running()
                    await self._find_places(board, bus)
                self.look(self._clock())
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            await _ended(connecting, *self._tasks.values())
            self._heard.clear()
            self._since.clear()
            self._tasks.clear()
            self._bus = None

    async def _find_places(self, board: "BoardNames", bus: "Bus") -> None:
        """Listen to places that are new."""
        from wallboard.fleet import names
        from wallboard.fleet.bus import BusError
        from wallboard.fleet.subscriber import Subscriber

        try:
            keys = await bus.keys(names.LAST, f"{board.board}.")
        except BusError as error:
            log.info("The places of the fleet could not be listed: %s", error)
            return
        for key in keys:
            place = key.removeprefix(f"{board.board}.")
            # A checkpoint that is large has keys for its parts as well.
            if "." in place or place in self._heard:
                continue
            if self.others.add(place):
                there = names.BoardNames(board.board, place)
                subscriber = self._heard[place] = Subscriber(bus, there, complete=False)
                take = self._taking(place)
                self._tasks[place] = asyncio.create_task(subscriber.run(take))
                self._since[place] = running()

    def _taking(self, place: str) -> Callable[[Event], object]:
        """Folds what a place says; one bad event must not end it."""
        failed = False

        def take(event: Event) -> None:
            nonlocal failed
            try:
                self.others.fold(place, event)
            except Exception:
                if not failed:
                    log.exception("What the place %s says could not be folded", place)
                failed = True

        return take

    def _silent_since(self, place: str, subscriber: "Subscriber", now: float) -> float | None:
        """When a place was heard last, Unix time, if that is too long ago."""
        heard_at = max(subscriber.heard_at or 0.0, self._since[place])
        silent = running() - heard_at
        if silent <= self._settings.fleet.lease + SILENT_SECONDS:
            return None
        return min(now - silent, self.others.newest_at(place) or now)


def _bus_of(settings: Settings) -> tuple["BoardNames", "Bus"]:
    """The names of the board on the bus, and a connection that only listens."""
    from wallboard.fleet.bus import Bus
    from wallboard.fleet.names import member_of, names_of

    fleet = settings.fleet
    return names_of(settings), Bus(fleet, name=f"{member_of(fleet)} places", writes=False)


async def _ended(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
