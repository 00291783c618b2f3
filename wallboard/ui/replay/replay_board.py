"""The board at the position of a replay, and the levels over the whole recording."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from wallboard.board import Board
from wallboard.domain.change import Change
from wallboard.domain.policy import Level
from wallboard.domain.restored import Event
from wallboard.feeds.replay import ReplayFeed
from wallboard.ui.picture.background_read import BackgroundRead
from wallboard.ui.picture.view import ReplayPosition, View

if TYPE_CHECKING:
    from wallboard.recorder.recording import Recording


class ReplayBoard:
    """Folds the events of a replay into a board of its own."""

    def __init__(
        self,
        recording: "Recording",
        board: Board,
        at: float,
        *,
        history: int,
        shown: Callable[[], None],
        moved: Callable[[Change | None], None],
        told: Callable[[str], None],
    ) -> None:
        """Begin at ``at``, Unix time in seconds; ``shown`` is called when there are new levels."""
        self.recording = recording
        self.board = board
        self.feed = ReplayFeed(recording, at, history=history, moved=moved, told=told)
        self._levels: BackgroundRead[tuple[Level | None, ...]] = BackgroundRead(shown)

    async def run(self) -> None:
        """Run the feed until cancelled."""
        try:
            await self.feed.run(self._fold)
        finally:
            self.recording.end()
            await self._levels.stop()

    def _fold(self, event: Event) -> None:
        self.board.fold(event)  # not bound early: the board may be replaced

    def shown(self, view: View, slices: int) -> View:
        """The view of that moment, with the levels in so many slices."""
        feed, recording = self.feed, self.recording
        span = feed.span
        first_at, last_at = (span.first_at, span.last_at) if span else (feed.at, feed.at)
        self._levels.want(
            (first_at, last_at, slices),
            lambda: tuple(recording.levels(first_at, last_at, slices)),
        )
        return replace(
            view,
            snapshot=self.board.snapshot(feed.at),
            now=feed.at,
            frozen_at=None,
            lag_seconds=0.0,
            replay_position=ReplayPosition(
                at=feed.at,
                first_at=first_at,
                last_at=last_at,
                speed=feed.speed,
                playing=feed.playing,
                recorded=feed.recorded(feed.at),
                levels=self._levels.found or (),
                jumps=feed.jumps,
            ),
        )
