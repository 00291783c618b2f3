"""The plan of a running board: read in a thread, and anew when a file of events changes."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from wallboard.config.reload import Watch, stamp_of
from wallboard.domain.plan import Plan
from wallboard.settings import Settings
from wallboard.threads import start_in_thread

if TYPE_CHECKING:
    from wallboard.config.plan import PlanReader

AGAIN_SECONDS = 7 * 86_400.0
"""So often the events of files, which are known for a year ahead, are read on."""

FIRST_SECONDS = 3.0
"""So long a board waits for its first plan: a file may be on a machine that is away."""

log = logging.getLogger(__name__)


class PlanReload:
    """Reads the plan of the settings in force; empty until it was read once."""

    def __init__(self, settings: Settings, use: Callable[[], None]) -> None:
        """``use`` is called when there is another plan."""
        self.plan = Plan()
        self.problems: tuple[str, ...] = ()
        """Why files of events cannot be read, in sentences."""
        self._settings = settings
        self._use = use
        self._reader: PlanReader | None = None
        self._read_at: float | None = None
        self._watches: list[Watch] = []
        self._task: asyncio.Task[None] | None = None
        self._first = asyncio.Event()

    @property
    def needed(self) -> bool:
        """Whether anything is planned, or was until now."""
        return bool(self._settings.calendar or self._settings.maintenance or self.plan)

    def replace(self, settings: Settings) -> None:
        """Go by other settings from now on."""
        self._settings, self._read_at = settings, None

    async def first(self) -> None:
        """Wait until a plan was read once, but not for long."""
        try:
            async with asyncio.timeout(FIRST_SECONDS):
                await self._first.wait()
        except TimeoutError:
            log.warning("The calendars cannot be read yet; going on without them")

    def tick(self, now: float) -> None:
        """Read the plan if that is due; ``now`` is Unix time in seconds."""
        if not self.needed:
            self._first.set()
        elif self._task is None or self._task.done():
            due = self._read_at is None or not 0 <= now - self._read_at < AGAIN_SECONDS
            if due or any(watch.due(now) for watch in self._watches):
                self._task = asyncio.create_task(self._look(now, due=due))

    def stop(self) -> None:
        """Cancel a read that is under way."""
        if self._task:
            self._task.cancel()

    async def _look(self, now: float, *, due: bool) -> None:
        watches = self._watches
        try:
            if not due:
                due = await start_in_thread(lambda: sum(one.changed(now) for one in watches) > 0)
            if due:
                await self._read(now)
        except Exception:
            self._read_at = now
            log.exception("The calendars could not be read")

    async def _read(self, now: float) -> None:
        settings = self._settings
        self._read_at = now
        stamps = dict.fromkeys(_files(settings))

        def read() -> tuple[Plan, tuple[str, ...]]:
            # Loaded here, for only a board with a calendar waits for it.
            from wallboard.config.plan import PlanReader, Span

            for path in stamps:
                stamps[path] = stamp_of(path)
            reader = self._reader = self._reader or PlanReader()
            return reader.read(settings, Span.around(now)), reader.problems

        plan, problems = await start_in_thread(read)
        if settings is not self._settings:
            return
        self.plan, self.problems = plan, problems
        self._watches = [Watch(path, stamp) for path, stamp in stamps.items()]
        self._first.set()
        self._use()


def _files(settings: Settings) -> list[Path]:
    of_calendars = [one.ics for one in settings.calendar]
    of_maintenance = [one.ics for one in settings.maintenance]
    return [Path(ics) for ics in dict.fromkeys((*of_calendars, *of_maintenance)) if ics]
