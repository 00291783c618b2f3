"""The living board, owned once: every face that lives stands on it.

It has the board, the feed under it and the config that both go by, and all that runs of these.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from types import TracebackType

from wallboard.abandonable import start_in_thread
from wallboard.board import Board
from wallboard.config.problem import Problem
from wallboard.config.reload import ConfigSource, Reload
from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.event import Event
from wallboard.domain.snapshot import Folded, Snapshot
from wallboard.feeds import Feed, FeedStatus
from wallboard.inheritance import entry_points_of
from wallboard.selected_board import SelectedBoard
from wallboard.settings import Settings

LOOK_SECONDS = 0.25
"""Between two looks at whether the config is to be read."""

RESTART_SECONDS = 1.0
"""How long a feed that broke down stays down."""

MakeFeed = Callable[[Settings], Feed]
"""Makes the feed that polls what the settings say, or follows who does."""

log = logging.getLogger(__name__)


class LiveBoard:
    """Folds what the feed brings, takes up edits of the config, and tells all who want to know.

    Polls are shared, so the board under it always has all of a config where it is recorded; where
    entry points of it were selected, these alone are shown and told. A feed that breaks down or
    ends is started again. Nothing runs before ``start``.
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
        """``settings`` are those of the selection; ``source`` is where they came from.

        ``make_feed`` is called off the main thread, for what it imports takes its time. ``clock``
        is Unix time.
        """
        self.settings = settings
        self._whole = source.whole if source else None
        self._polled = self._settings_to_poll()
        self._selected = SelectedBoard(_keys(settings)) if self._whole else None
        self.board = board or Board(entry_points_of(self._polled), history=settings.history)
        self.config = Reload(source, self.take_up, self._refuse) if source else None
        self._make_feed = make_feed
        self._clock = clock
        self._feed: Feed | None = None
        self._edit = Folded(None)
        self._tasks: list[asyncio.Task[None]] = []
        self._fold_tellers: list[Callable[[Folded], None]] = []
        self._edit_tellers: list[Callable[[Settings, Settings], None]] = []
        self._refusal_tellers: list[Callable[[Sequence[Problem]], None]] = []

    def on_folded(self, tell: Callable[[Folded], None]) -> None:
        """Have told what each event, or edit of the settings, did to the board."""
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
        if self._feed:
            self._feed.check_clock()
        snapshot = self.board.snapshot(self._clock())
        return self._selected.snapshot(snapshot) if self._selected else snapshot

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

    def poll_now(self, key: EntryPointKey) -> bool:
        """Poll one entry point before all others; whether it will be."""
        return self._feed is not None and self._feed.poll_now(key)

    def fold(self, event: Event) -> Folded:
        """Take in one event; what it did to the whole board."""
        folded = self.board.fold(event)
        self._tell(folded)
        return folded

    def take_up(self, settings: Settings) -> None:
        """Go by other settings; what stays keeps its past."""
        before, self.settings = self.settings, settings
        self._polled = self._settings_to_poll()
        points = entry_points_of(self._polled)
        self._edit = self.board.replace(points, self._clock(), history=settings.history)
        if self._selected:
            self._selected.select(_keys(settings))
        if self._feed:
            self._feed.replace(self._polled, self._edit)
        self._tell(self._edit)
        for tell_edit in self._edit_tellers:
            tell_edit(before, settings)

    def _settings_to_poll(self) -> Settings:
        """All of the config, of which a selection is shown; the selection if nothing is shared."""
        if self._whole is None or self.settings.record is False:
            return self.settings
        return self._whole()

    def _tell(self, folded: Folded) -> None:
        if self._selected:
            folded = self._selected.folded(folded)
        for tell in self._fold_tellers:
            tell(folded)

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
                polled = self._polled
                feed = await start_in_thread(lambda: make_feed(polled))  # noqa: B023  awaited at once
                if self._polled is not polled:
                    feed.replace(self._polled, self._edit)
                self._feed = feed
                await feed.run(self.fold)
                log.error("The feed ended; starting it again")
            except Exception:
                log.exception("The feed broke down; starting it again")
            await asyncio.sleep(RESTART_SECONDS)


def _keys(settings: Settings) -> list[EntryPointKey]:
    return [entry_point.key for entry_point, _ in entry_points_of(settings)]
