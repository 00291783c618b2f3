"""Runs the feed under the board, and starts it again whatever happens to it."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from wallboard.board import Folded
from wallboard.domain.endpoint import EntryPointKey
from wallboard.feeds import Feed, Fold
from wallboard.settings import Settings

log = logging.getLogger(__name__)

RESTART_SECONDS = 1.0
"""How long a feed that broke down stays down."""

MakeFeed = Callable[[], Feed]


class Feeding:
    """The feed, once it is made; until then, and while it is down, asking it does nothing."""

    def __init__(self, make_feed: MakeFeed, settings: Settings, fold: Fold) -> None:
        """``make_feed`` is called off the main thread, for what it imports takes its time."""
        self._make_feed = make_feed
        self._made_for = settings
        self._settings = settings
        self._edit = Folded(None)
        self._fold = fold
        self._feed: Feed | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def running(self) -> bool:
        """Whether there is a feed by now."""
        return self._feed is not None

    @property
    def lag_seconds(self) -> float:
        """How far the feed is behind its schedule, if it has one."""
        return getattr(self._feed, "lag_seconds", 0.0)

    @property
    def who(self) -> str:
        """Whom the feed follows, if others poll."""
        return getattr(self._feed, "who", "")

    @property
    def problems(self) -> tuple[str, ...]:
        """What hinders the feed for now, in sentences."""
        return getattr(self._feed, "problems", ())

    @property
    def recording_path(self) -> Path | None:
        """Where the board is recorded, if it is."""
        return getattr(self._feed, "recording_path", None)

    def start(self) -> None:
        """Run the feed from now on."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """End the feed."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def poll_now(self, key: EntryPointKey) -> None:
        """Ask for fresh answers of one entry point."""
        if self._feed is not None:
            self._feed.poll_now(key)

    def replace(self, settings: Settings, edit: Folded) -> None:
        """Go by other settings from now on; ``edit`` is what they did to the board."""
        self._settings, self._edit = settings, edit
        if self._feed is not None:
            self._feed.replace(settings, edit)

    async def _run(self) -> None:
        while True:
            try:
                feed = await asyncio.to_thread(self._make_feed)
                if self._settings is not self._made_for:
                    feed.replace(self._settings, self._edit)
                self._feed = feed
                await feed.run(self._fold)
                log.error("The feed ended; starting it again")
            except Exception:
                log.exception("The feed broke down; starting it again")
            await asyncio.sleep(RESTART_SECONDS)
