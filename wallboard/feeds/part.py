"""A part of a config's board, out of what is polled or followed for the whole of it.

So that everybody who looks at some of a config's entry points shares the polls of all of them.
"""

import time
from collections.abc import Callable
from dataclasses import replace

from wallboard.board import Board
from wallboard.config.state_folder import BoardId
from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.event import Event, RecordedBoard
from wallboard.domain.snapshot import Folded
from wallboard.feeds import FeedStatus, Fold
from wallboard.feeds.shared import SharedFeed
from wallboard.settings import Settings, entry_points_of


class PartFeed:
    """A ``SharedFeed`` of a whole config that publishes what concerns a part of it.

    A board that shares nothing, since nothing is recorded, polls only its part.
    """

    def __init__(
        self,
        settings: Settings,
        whole: Callable[[], Settings],
        board: BoardId,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """``whole`` gives the settings that ``settings`` are a part of.

        ``clock`` is Unix time in seconds.
        """
        self._whole = whole
        self._clock = clock
        wanted = self._wanted(settings)
        # What is recorded is judged here, for the board shown holds only the part.
        self._board = Board(entry_points_of(wanted), history=wanted.history)
        self._keys = _keys(settings)
        self._shared = SharedFeed(wanted, board.whole, clock=clock)

    async def run(self, fold: Fold) -> None:
        """Have folded what concerns the part until cancelled."""

        def told(event: Event) -> Folded:
            folded = self._board.fold(event)
            fold(self._part_of(event))
            return folded

        await self._shared.run(told)

    def poll_now(self, key: EntryPointKey) -> None:
        """Poll one entry point before all others, if it is this process that polls."""
        self._shared.poll_now(key)

    def replace(self, settings: Settings, edit: Folded) -> None:
        """Show another part, of settings that have changed."""
        wanted = self._wanted(settings)
        self._keys = _keys(settings)
        points = entry_points_of(wanted)
        self._shared.replace(
            wanted, self._board.replace(points, self._clock(), history=wanted.history)
        )

    @property
    def status(self) -> FeedStatus:
        """That of the whole board."""
        return self._shared.status

    def _wanted(self, settings: Settings) -> Settings:
        return settings if settings.record is False else self._whole()

    def _part_of(self, event: Event) -> Event:
        """An event as it is; of a recording, without what others did on the same servers."""
        if not isinstance(event, RecordedBoard):
            return event
        events = (one for one in event.events if one.key is None or one.key in self._keys)
        return replace(event, events=tuple(events))


def _keys(settings: Settings) -> frozenset[EntryPointKey]:
    return frozenset(entry_point.key for entry_point, _ in entry_points_of(settings))
