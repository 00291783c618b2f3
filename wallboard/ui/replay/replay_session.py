"""A replay shown in place of the live board, until the operator returns to it."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from wallboard.board import Board
from wallboard.domain.alarm import AlarmRules
from wallboard.domain.blind import Blindness
from wallboard.domain.change import Change
from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.event import Event
from wallboard.domain.ledger_row import AlarmKey
from wallboard.domain.snapshot import Snapshot
from wallboard.inheritance import alarm_rules_of
from wallboard.settings import Settings
from wallboard.ui.picture.recorded_past import BackgroundRead, RecordedDetail
from wallboard.ui.picture.view import ReplayPosition, View
from wallboard.ui.picture.window import Window

if TYPE_CHECKING:
    from wallboard.feeds.replay_player import ReplayFeed
    from wallboard.recorded_alarms import PastAlarms
    from wallboard.recorder.reading.level_timeline import LevelShares
    from wallboard.recorder.recording import Recording


class ReplayBoard:
    """The board at the position of a replay, its alarms, and the levels over all the recording."""

    def __init__(
        self,
        recording: "Recording",
        path: Path,
        board: Board,
        at: float,
        *,
        history: int,
        rules: Callable[[], Mapping[AlarmKey, AlarmRules]],
        on_read: Callable[[], None],
        on_move: Callable[[Change | None], None],
        on_message: Callable[[str], None],
    ) -> None:
        """Begin at ``at``, Unix time in seconds; ``path`` is that of the recording.

        ``rules`` are asked for the alarms of a time without a ledger; ``on_read`` is called for new
        alarms or shares.
        """
        from wallboard.feeds.replay_player import ReplayFeed

        self.recording = recording
        self.board = board
        self.feed = ReplayFeed(
            recording, at, history=history, on_move=on_move, on_message=on_message
        )
        self._path = path
        self._rules = rules
        self._blindness = Blindness()
        self._shares: BackgroundRead[tuple[LevelShares | None, ...]] = BackgroundRead(on_read)
        self._alarms: BackgroundRead[PastAlarms] = BackgroundRead(on_read)

    async def run(self) -> None:
        """Run the feed until cancelled."""
        try:
            await self.feed.run(self._fold)
        finally:
            self.recording.end()
            await self._shares.stop()
            await self._alarms.stop()

    def _fold(self, event: Event) -> None:
        self.board.fold(event)  # not bound early: the board may be replaced

    def shown(self, view: View, slices: int) -> View:
        """The view at the position, with the shares of levels in each of so many slices."""
        feed, recording = self.feed, self.recording
        span = feed.span
        first_at, last_at = (span.first_at, span.last_at) if span else (feed.at, feed.at)
        self._shares.want(
            (first_at, last_at, slices),
            lambda: tuple(recording.level_shares(first_at, last_at, slices)),
        )
        return replace(
            view,
            snapshot=self._with_alarms(self.board.snapshot(feed.at), feed.jumps),
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
                shares=self._shares.found or (),
                jumps=feed.jumps,
            ),
        )

    def _with_alarms(self, snapshot: Snapshot, jumps: int) -> Snapshot:
        """The snapshot with the alarms of its moment, or of one just before it while it plays."""
        from wallboard.recorded_alarms import alarms_at

        recording, path, rules = self.recording, self._path, self._rules
        self._alarms.want(
            (jumps, snapshot.at), lambda: alarms_at(recording, path, snapshot, rules())
        )
        found, found_for = self._alarms.found, self._alarms.found_for
        if found is None or not isinstance(found_for, tuple) or found_for[0] != jumps:
            return snapshot
        return self._blindness.shown(
            replace(
                snapshot,
                alarms=found.alarms,
                ledger=found.ledger,
                blind_since=found.blind_since,
            )
        )


ReplayRequest = Callable[["ReplayFeed"], None]


class ReplayHost(Protocol):
    """What a replay needs from the app."""

    settings: Settings
    clock: Callable[[], float]

    def tick(self) -> None:
        """Draw the current view."""

    def say(self, words: str) -> None:
        """Show a passing message."""

    def empty_board(self) -> Board:
        """A board of the same entry points without observations."""

    def show_change(self, change: Change) -> None:
        """Show to which change the replay jumped."""


class ReplaySession:
    """Opens the recording when the first request comes; reads in threads."""

    def __init__(self, host: ReplayHost, path: Callable[[], Path | None]) -> None:
        """``path`` returns the recording of the board, if there is one."""
        self._host = host
        self._path = path
        self._running: asyncio.Task[None] | None = None
        self._ending: set[asyncio.Task[None]] = set()
        self._requests: list[ReplayRequest] = []
        self._replay_board: ReplayBoard | None = None
        self._recorded_detail = RecordedDetail(host.tick)

    @property
    def active(self) -> bool:
        """Whether a replay is shown."""
        return self._replay_board is not None and self._replay_board.feed.boards > 0

    def ask(self, ask: ReplayRequest) -> None:
        """Apply a request to the replay, starting it at the current time if there is none."""
        path = self._path()
        if self._replay_board:
            ask(self._replay_board.feed)
            self._host.tick()
        elif path is None:
            self._host.say("No recording: this board runs without one.")
        else:
            self._requests.append(ask)
            if self._running is None or self._running.done():
                self._running = asyncio.create_task(self._run(path))

    def leave(self) -> None:
        """Return to the live board."""
        if self._running:
            self._running.cancel()
            self._ending.add(self._running)
            self._running.add_done_callback(self._ending.discard)
            self._running = None
        self._replay_board = None
        self._requests.clear()

    async def stop(self) -> None:
        """End the replay and wait for its tasks."""
        self.leave()
        await asyncio.gather(*self._ending, return_exceptions=True)
        await self._recorded_detail.stop()

    def replace(self) -> None:
        """Take over the entry points of the live board after its settings changed."""
        if self._replay_board:
            self._replay_board.board = self._host.empty_board()
            self._replay_board.feed.step(0)

    def shown(
        self, view: View, key: EntryPointKey | None, slices: int, window: Window | None = None
    ) -> View:
        """The view of the replay, if there is one, with the recorded past of ``key``.

        ``slices`` is the number of slices that fit, ``window`` that of the states of ``key``.
        """
        detail = self._recorded_detail
        if self._replay_board and self.active:
            view = self._replay_board.shown(view, slices)
            generation = self._replay_board.feed.boards
            return detail.shown(view, key, self._replay_board.recording, generation, window)
        return detail.shown(view, key, self._path() if key else None, 0, window)

    async def _run(self, path: Path) -> None:
        opening = asyncio.create_task(asyncio.to_thread(_open, path))
        try:
            recording = await asyncio.shield(opening)
        except asyncio.CancelledError:
            opening.add_done_callback(_close_unused)
            raise
        except Exception as error:  # noqa: BLE001  # the live board goes on
            self._requests.clear()
            self._host.say(f"Cannot open the recording: {error}.")
            return
        try:
            await self._replay(recording, path)
        finally:
            await self._recorded_detail.stop()
            await asyncio.to_thread(recording.close)

    async def _replay(self, recording: "Recording", path: Path) -> None:
        replay_board = ReplayBoard(
            recording,
            path,
            self._host.empty_board(),
            self._host.clock(),
            history=self._host.settings.history,
            rules=lambda: alarm_rules_of(self._host.settings),
            on_read=self._host.tick,
            on_move=self._on_move,
            on_message=self._on_message,
        )
        requests, self._requests = self._requests, []
        for ask in requests:
            ask(replay_board.feed)
        self._replay_board = replay_board
        await replay_board.run()

    def _on_move(self, change: Change | None) -> None:
        self._host.tick()
        if change:
            self._host.show_change(change)

    def _on_message(self, words: str) -> None:
        self._host.say(words)
        if not self.active:
            self.leave()
        self._host.tick()


def _open(path: Path) -> "Recording":
    # Imported in the thread as well, for it is slow.
    import wallboard.feeds.replay_player
    import wallboard.recorded_alarms  # noqa: F401
    from wallboard.recorder.recording import Recording

    return Recording.open(path)


def _close_unused(opening: "asyncio.Task[Recording]") -> None:
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()
