"""A board without a face: polls and records, or stands by, until a signal ends it."""

import asyncio
import logging
import signal
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager, suppress

from wallboard.abandonable import start_aside
from wallboard.board import Board, Folded
from wallboard.cli.commands.service_log import ServiceLog
from wallboard.cli.options.metrics_address import Address, exposed, metrics_server
from wallboard.cli.run.errors import CommandError
from wallboard.cli.run.exit_codes import INTERNAL
from wallboard.cli.run.signals import on_end, status_after
from wallboard.config.problem import ConfigError
from wallboard.domain.change import Change, Subject
from wallboard.domain.policy import Level, Verdict
from wallboard.domain.restored import Event
from wallboard.feeds.shared import Role, SharedFeed
from wallboard.report.now.logline import Value
from wallboard.report.now.telling import Doubts
from wallboard.settings import Settings, entry_points_of

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.25
"""Between two looks at what there is to log."""

_LOGGED = {Subject.VERDICT, Subject.LEVEL, Subject.SERVER}


class Service:
    """Runs the feed of a board and logs what becomes of it."""

    def __init__(
        self,
        settings: Settings,
        read: Callable[[], Settings],
        name: str,
        log: ServiceLog,
        clock: Callable[[], float],
        *,
        standby: bool,
        metrics: Address | None = None,
    ) -> None:
        """``read`` gives the settings anew; ``name`` tells the board from all others.

        Without ``standby`` it ends where another process records already. ``metrics`` is where the
        board is served to a metrics server. ``clock`` is Unix time.
        """
        self._settings = settings
        self._read = read
        self._log = log
        self._clock = clock
        self._standby = standby
        self._board = Board(entry_points_of(settings), history=settings.history)
        self._feed = SharedFeed(settings, name, clock=clock)
        self._metrics_at = metrics
        self._metrics = metrics_server(lambda: self._board.snapshot(clock())) if metrics else None
        self._woken = asyncio.Event()
        self._ended_by: signal.Signals | None = None
        self._asked_again = False
        self._said = (Role.STARTS, "")
        self._problems: tuple[str, ...] = ()
        self._doubts = Doubts(self._board)

    async def run(self) -> int:
        """Run until SIGTERM or SIGINT; the exit status. Raises ``CommandError``."""
        with self._signals():
            async with AsyncExitStack() as stack:
                if self._metrics and self._metrics_at:
                    url = await stack.enter_async_context(exposed(self._metrics, self._metrics_at))
                    self._log.say("serving_metrics", url=url)
                return await self._run()

    async def _run(self) -> int:
        polling = asyncio.create_task(self._feed.run(self._fold))
        try:
            await self._watch(polling)
        finally:
            polling.cancel()
            await asyncio.gather(polling, return_exceptions=True)
        if self._ended_by is None:
            polling.result()
            raise CommandError("the feed ended by itself", INTERNAL)
        self._log.say("stopped", signal=self._ended_by.name)
        return status_after(self._ended_by)

    async def _watch(self, polling: asyncio.Task[None]) -> None:
        self._log.say(
            "started",
            recording=self._recording,
            servers=len(self._settings.server),
            entry_points=len(entry_points_of(self._settings)),
        )
        reloading: asyncio.Task[None] | None = None
        while self._ended_by is None and not polling.done():
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._woken.wait()
            self._woken.clear()
            if self._asked_again and (reloading is None or reloading.done()):
                self._asked_again = False
                reloading = asyncio.create_task(self._reload())
            self._say_role()
            self._say_problems()

    def _fold(self, event: Event) -> Folded:
        folded = self._board.fold(event)
        if self._metrics:
            self._metrics.take(folded)
        self._say_changes(folded)
        return folded

    async def _reload(self) -> None:
        """Take up the config as it is now; one that cannot be used changes nothing."""
        try:
            settings = await start_aside(self._read)
        except ConfigError as error:
            for problem in error.problems:
                self._log.say("config_refused", "error", problem=str(problem))
            return
        except Exception:
            log.exception("The config could not be read again")
            return
        if settings.record is False and not self._metrics:
            self._log.say("config_refused", "error", problem="record: false; nothing to do then")
            return
        self._settings = settings
        points = entry_points_of(settings)
        edit = self._board.replace(points, self._clock(), history=settings.history)
        self._feed.replace(settings, edit)
        self._log.say("reloaded", servers=len(settings.server), entry_points=len(points))
        self._say_changes(edit)

    def _say_role(self) -> None:
        said = (self._feed.role, self._feed.who)
        if said == self._said or said[0] is Role.STARTS:
            return
        self._said = said
        path = self._recording
        match said[0]:
            case Role.FOLLOWS if not self._standby:
                holder = said[1].removeprefix("follows ")
                raise CommandError(f"{holder} records already\n{path}")
            case Role.POLLS if path is None:
                self._log.say("polling")
            case Role.FOLLOWS:
                self._log.say("standby", follows=said[1].removeprefix("follows "), recording=path)
            case Role.RECORDS:
                self._log.say("recording", recording=path)
            case Role.POLLS:
                self._log.say("polling_unrecorded", "warning", recording=path)

    @property
    def _recording(self) -> str | None:
        path = self._feed.recording_path
        return str(path) if path else None

    def _say_problems(self) -> None:
        before, self._problems = self._problems, self._feed.problems
        for problem in self._problems:
            if problem not in before:
                self._log.say("problem", "warning", message=problem)
        for problem in before:
            if problem not in self._problems:
                self._log.say("problem_over", message=problem)

    def _say_changes(self, folded: Folded) -> None:
        """Log what changed on the board; on standby that is for others to say."""
        changes = self._doubts.settled(folded)
        if self._feed.role is Role.FOLLOWS:
            return
        for change in changes:
            first = change.before == Verdict.WAITING
            if change.subject in _LOGGED and not change.of_server and not first:
                self._log.say("change", _level_of(change), **_fields(change))

    @contextmanager
    def _signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()

        def end(number: signal.Signals) -> None:
            self._ended_by = number
            self._woken.set()

        def again() -> None:
            self._asked_again = True
            self._woken.set()

        on_end(end)
        loop.add_signal_handler(signal.SIGHUP, again)
        try:
            yield
        finally:
            loop.remove_signal_handler(signal.SIGHUP)


def _level_of(change: Change) -> str:
    return "warning" if change.level is not Level.OK else "info"


def _fields(change: Change) -> dict[str, Value]:
    return {
        "server": change.server,
        "id": change.key.id if change.key else None,
        "subject": change.subject.value,
        "before": change.before,
        "after": change.after,
        "lasted_seconds": None if change.lasted is None else round(change.lasted, 1),
        "summary": change.summary or None,
    }
