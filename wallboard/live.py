"""The living board, owned once: every face that lives stands on it.

It has the board, the feed under it and the config that both go by, and everything of it that runs.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from types import TracebackType

from wallboard.board import Board
from wallboard.config.problem import Problem
from wallboard.config.reload import ConfigSource, Reload
from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.event import Event
from wallboard.domain.snapshot import Folded, Snapshot
from wallboard.feeds import Feed, FeedStatus
from wallboard.settings import Settings, entry_points_of

LOOK_SECONDS = 0.25
"""Between two looks at whether the config is to be read."""

RESTART_SECONDS = 1.0
"""How long a feed that broke down stays down."""

MakeFeed = Callable[[], Feed]

log = logging.getLogger(__name__)


class LiveBoard:
    """Folds what the feed brings, goes by edits of the config, and tells all who want to know.

    A feed that breaks down or ends is started again. Nothing runs before ``start``.
    """

    def __init__(
        self,
        settings: Settings,
        make_feed: MakeFeed | None = None,
        *,
        board: Board | None = None,
        source: ConfigSource | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """``make_feed`` is called off the main thread, for what it imports takes its time.

        ``source`` is where ``settings`` came from, to follow its edits; ``clock`` is Unix time.
        """
        self.settings = settings
        self.board = board or Board(entry_points_of(settings), history=settings.history)
        self.config = Reload(source, self.take_up, self._refuse) if source else None
        self._made_for = settings
        self._make_feed = make_feed
        self._clock = clock
        self._feed: Feed | None = None
        self._edit = Folded(None)
        self._tasks: list[asyncio.Task[None]] = []
        self._fold_tellers: list[Callable[[Folded], None]] = []
        self._edit_tellers: list[Callable[[Settings, Settings], None]] = []
        self._refusal_tellers: list[Callable[[Sequence[Problem]], None]] = []

    def on_folded(self, tell: Callable[[Folded], None]) -> None:
        """Have told what each event did to the board, and each edit of the settings."""
        self._fold_tellers.append(tell)

    def on_edited(self, tell: Callable[[Settings, Settings], None]) -> None:
        """Have told the settings before and after each edit that is taken up."""
        self._edit_tellers.append(tell)

    def on_refused(self, tell: Callable[[Sequence[Problem]], None]) -> None:
        """Have told what is wrong with an edited config that cannot be used."""
        self._refusal_tellers.append(tell)

    @property
    def running(self) -> bool:
        """Whether there is a feed by now."""
        return self._feed is not None

    @property
    def status(self) -> FeedStatus:
        """What the feed says of itself; nothing while there is none."""
        return self._feed.status if self._feed else FeedStatus()

    @property
    def problems(self) -> tuple[str, ...]:
        """What hinders the feed, or edits of the config, for now; in sentences."""
        return (*(self.config.problems if self.config else ()), *self.status.problems)

    def snapshot(self) -> Snapshot:
        """The board as it stands now."""
        return self.board.snapshot(self._clock())

    def start(self) -> None:
        """Run the feed and follow the config from now on."""
        if self._make_feed:
            self._tasks.append(asyncio.create_task(self._run_feed(self._make_feed)))
        if self.config:
            self._tasks.append(asyncio.create_task(self._follow_config(self.config)))

    async def stop(self) -> None:
        """End all of it; what is recorded is in the file then."""
        if self.config:
            self.config.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()

    async def __aenter__(self) -> "LiveBoard":
        self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.stop()

    def poll_now(self, key: EntryPointKey) -> None:
        """Ask for fresh answers of one entry point."""
        if self._feed:
            self._feed.poll_now(key)

    def fold(self, event: Event) -> Folded:
        """Take in one event."""
        folded = self.board.fold(event)
        for tell in self._fold_tellers:
            tell(folded)
        return folded

    def take_up(self, settings: Settings) -> None:
        """Go by other settings; what stays keeps its past."""
        before, self.settings = self.settings, settings
        points = entry_points_of(settings)
        self._edit = self.board.replace(points, self._clock(), history=settings.history)
        if self._feed:
            self._feed.replace(settings, self._edit)
        for tell in self._fold_tellers:
            tell(self._edit)
        for tell_edit in self._edit_tellers:
            tell_edit(before, settings)

    def _refuse(self, problems: Sequence[Problem]) -> None:
        for tell in self._refusal_tellers:
            tell(problems)

    async def _follow_config(self, config: Reload) -> None:
        while True:
            config.tick(self._clock())
            await asyncio.sleep(LOOK_SECONDS)

    async def _run_feed(self, make_feed: MakeFeed) -> None:
        while True:
            try:
                feed = await asyncio.to_thread(make_feed)
                if self.settings is not self._made_for:
                    feed.replace(self.settings, self._edit)
                self._feed = feed
                await feed.run(self.fold)
                log.error("The feed ended; starting it again")
            except Exception:
                log.exception("The feed broke down; starting it again")
            await asyncio.sleep(RESTART_SECONDS)
