"""A replay shown in place of the live board, until the operator returns to it."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from wallboard.board import Board
from wallboard.domain.change import Change
from wallboard.domain.endpoint import EntryPointKey
from wallboard.settings import Settings
from wallboard.ui.picture.view import View

if TYPE_CHECKING:
    from wallboard.feeds.replay import ReplayFeed
    from wallboard.recorder.recording import Recording
    from wallboard.ui.replay.replay_board import ReplayBoard
from collections.abc import Hashable
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from wallboard.board import EntryPointStatus
from wallboard.ui.picture.background_read import BackgroundRead

if TYPE_CHECKING:
    from wallboard.recorder.recording import Recording
    from wallboard.ui.picture.recorded_entry_point import RecordedEntryPoint


class RecordedDetail:
    """Reads in a thread, once for each entry point and moment."""

    def __init__(self, done: Callable[[], None]) -> None:
        self._background_read: BackgroundRead[RecordedEntryPoint | None] = BackgroundRead(done)
        self._merged: tuple[Hashable, EntryPointStatus] | None = None

    def shown(
        self, view: View, key: EntryPointKey | None, source: "Recording | Path | None", turn: int
    ) -> View:
        """The view with the recorded past of an entry point.

        Another ``turn`` has the past read again.
        """
        status = view.snapshot.entry_points.get(key) if key else None
        if key is None or status is None or source is None:
            self._background_read.forget()
            return view
        at, interval = view.now, status.policy.interval
        self._background_read.want((key, turn), lambda: _read(source, key, at, interval))
        past, found_for = self._background_read.found, self._background_read.found_for
        if past is None or not isinstance(found_for, tuple) or found_for[0] != key:
            return view
        whole = {**view.snapshot.entry_points, key: self._merged_status(status, past)}
        return replace(view, snapshot=replace(view.snapshot, entry_points=whole))

    async def stop(self) -> None:
        """Wait for the read that runs."""
        await self._background_read.stop()

    def _merged_status(
        self, status: EntryPointStatus, past: "RecordedEntryPoint"
    ) -> EntryPointStatus:
        from wallboard.ui.picture.recorded_entry_point import merged

        merged_of = (id(status), id(past))
        if self._merged is None or self._merged[0] != merged_of:
            self._merged = (merged_of, merged(status, past))
        return self._merged[1]


def _read(
    source: "Recording | Path", key: EntryPointKey, at: float, interval: float
) -> "RecordedEntryPoint | None":
    from wallboard.recorder.recording import Recording
    from wallboard.ui.picture.recorded_entry_point import read_recorded

    if isinstance(source, Path):
        with closing(Recording.open(source)) as recording:
            return read_recorded(recording, key, at, interval)
    return read_recorded(source, key, at, interval)


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

    def arrived_at(self, change: Change) -> None:
        """Show to which change the replay jumped."""


class ReplaySession:
    """Opens the recording when a replay begins; all reading is done in threads."""

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
        return self._replay_board is not None and self._replay_board.feed.pictures > 0

    def ask(self, ask: ReplayRequest) -> None:
        """Apply ``ask`` to the replay, which is first begun at the current time if need be."""
        path = self._path()
        if self._replay_board:
            ask(self._replay_board.feed)
            self._host.tick()
        elif path is None:
            self._host.say("Nothing is recorded here.")
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

    def shown(self, view: View, key: EntryPointKey | None, slices: int) -> View:
        """The view of the replay, if there is one, with the recorded past of ``key``.

        ``slices`` is the number of levels that fit.
        """
        if self._replay_board and self.active:
            view = self._replay_board.shown(view, slices)
            turn = self._replay_board.feed.pictures
            return self._recorded_detail.shown(view, key, self._replay_board.recording, turn)
        return self._recorded_detail.shown(view, key, self._path() if key else None, 0)

    async def _run(self, path: Path) -> None:
        opening = asyncio.create_task(asyncio.to_thread(_open, path))
        try:
            recording = await asyncio.shield(opening)
        except asyncio.CancelledError:
            opening.add_done_callback(_close_unused)
            raise
        except Exception as error:  # noqa: BLE001  # the live board goes on
            self._requests.clear()
            self._host.say(f"The recording cannot be opened: {error}.")
            return
        try:
            await self._replay(recording)
        finally:
            await self._recorded_detail.stop()
            await asyncio.to_thread(recording.close)

    async def _replay(self, recording: "Recording") -> None:
        from wallboard.ui.replay.replay_board import ReplayBoard

        replay_board = ReplayBoard(
            recording,
            self._host.empty_board(),
            self._host.clock(),
            history=self._host.settings.history,
            shown=self._host.tick,
            moved=self._on_moved,
            told=self._on_message,
        )
        requests, self._requests = self._requests, []
        for ask in requests:
            ask(replay_board.feed)
        self._replay_board = replay_board
        await replay_board.run()

    def _on_moved(self, change: Change | None) -> None:
        self._host.tick()
        if change:
            self._host.arrived_at(change)

    def _on_message(self, words: str) -> None:
        self._host.say(words)
        if not self.active:
            self.leave()
        self._host.tick()


def _open(path: Path) -> "Recording":
    # Imported in the thread as well, for it is slow.
    import wallboard.ui.replay.replay_board  # noqa: F401
    from wallboard.recorder.recording import Recording

    return Recording.open(path)


def _close_unused(opening: "asyncio.Task[Recording]") -> None:
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()
