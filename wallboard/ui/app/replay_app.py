"""The app that replays a recording, without a live board."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from wallboard.board import Board
from wallboard.domain.endpoint import EntryPoint
from wallboard.domain.event import RecordedBoard
from wallboard.domain.policy import Policy
from wallboard.feeds.replay_player import ReplayFeed
from wallboard.frozen import frozen
from wallboard.settings import Settings
from wallboard.ui.app.app import WallboardApp
from wallboard.ui.picture.view import ReplayPosition, View


@frozen
class Start:
    """Which recording is replayed, and from where on.

    ``first`` is the board at the moment it begins, ``end`` the newest moment there is (Unix time in
    seconds), ``speed`` seconds of the recording a second once it plays.
    """

    path: Path
    entry_points: Sequence[tuple[EntryPoint, Policy]]
    first: RecordedBoard
    end: float
    speed: float


class ReplayApp(WallboardApp):
    """The board and its keys on a recording, paused at the start; ``L`` jumps to the end."""

    HAS_LIVE_BOARD = False

    def __init__(self, settings: Settings, start: Start) -> None:
        self._start = start
        board = self.empty_board(settings.history)
        board.fold(start.first)
        super().__init__(settings, board=board)

    def on_mount(self) -> None:
        """Open the recording."""
        super().on_mount()
        self.replay_session.ask(self._begin)

    @property
    def recording_path(self) -> Path | None:
        """The recording that is replayed."""
        return self._start.path

    def empty_board(self, history: int | None = None) -> Board:
        """A board of the recorded entry points without observations."""
        kept = self.settings.history if history is None else history
        return Board(self._start.entry_points, history=kept)

    def newest_moment(self) -> float:
        """The end of the recording."""
        return self._start.end

    def with_recorded(self, view: View) -> View:
        """The view at the position, or at the start while the recording is being opened."""
        view = super().with_recorded(view)
        if view.replay_position:
            return view
        at = self._start.first.at
        here = ReplayPosition(at, at, at, speed=self._start.speed)
        return replace(view, snapshot=self.board.snapshot(at), now=at, replay_position=here)

    def _begin(self, feed: ReplayFeed) -> None:
        feed.speed = self._start.speed
        feed.seek(self._start.first.at)


def run_replay(settings: Settings, start: Start) -> int:
    """Show a recording until the operator or a signal ends it; the exit status."""
    app = ReplayApp(settings, start)
    return app.run_to_end()
