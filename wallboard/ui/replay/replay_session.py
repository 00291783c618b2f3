"""The board as it was: shown in place of the living one until the operator comes back."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from wallboard.board import Board
from wallboard.domain.change import Change
from wallboard.domain.endpoint import EntryPointKey
from wallboard.settings import Settings
from wallboard.ui.picture.view import View
from wallboard.ui.replay.recorded_detail import Hindsight

if TYPE_CHECKING:
    from wallboard.feeds.replay import ReplayFeed
    from wallboard.recorder.recording import Recording
    from wallboard.ui.replay.replay_board import Replaying

Ask = Callable[["ReplayFeed"], None]


class Desk(Protocol):
    """What a replay needs of the app."""

    settings: Settings
    clock: Callable[[], float]

    def tick(self) -> None:
        """Show what is new."""

    def say(self, words: str) -> None:
        """Say something for some seconds."""

    def empty_board(self) -> Board:
        """A board of the same entry points that has heard nothing yet."""

    def arrived_at(self, change: Change) -> None:
        """Show which change was gone to."""


class Rewind:
    """Opens the recording when it is first asked for. All reading is off the main thread."""

    def __init__(self, desk: Desk, path: Callable[[], Path | None]) -> None:
        """``path`` gives where the board is recorded, if it is."""
        self._desk = desk
        self._path = path
        self._running: asyncio.Task[None] | None = None
        self._ending: set[asyncio.Task[None]] = set()
        self._asked: list[Ask] = []
        self._replaying: Replaying | None = None
        self._hindsight = Hindsight(desk.tick)

    @property
    def active(self) -> bool:
        """Whether the past is shown."""
        return self._replaying is not None and self._replaying.feed.pictures > 0

    def ask(self, ask: Ask) -> None:
        """Have the replay do something; it begins at the moment that is live."""
        path = self._path()
        if self._replaying:
            ask(self._replaying.feed)
            self._desk.tick()
        elif path is None:
            self._desk.say("Nothing is recorded here.")
        else:
            self._asked.append(ask)
            if self._running is None or self._running.done():
                self._running = asyncio.create_task(self._run(path))

    def leave(self) -> None:
        """Go back to the living board."""
        if self._running:
            self._running.cancel()
            self._ending.add(self._running)
            self._running.add_done_callback(self._ending.discard)
            self._running = None
        self._replaying = None
        self._asked.clear()

    async def stop(self) -> None:
        """End all that is under way."""
        self.leave()
        await asyncio.gather(*self._ending, return_exceptions=True)
        await self._hindsight.stop()

    def replace(self) -> None:
        """Go by the entry points that the board has now."""
        if self._replaying:
            self._replaying.board = self._desk.empty_board()
            self._replaying.feed.step(0)

    def shown(self, view: View, key: EntryPointKey | None, slices: int) -> View:
        """The picture with the past in place of the present, and behind the entry point ``key``.

        ``slices`` is how many levels there is room for.
        """
        if self._replaying and self.active:
            view = self._replaying.shown(view, slices)
            turn = self._replaying.feed.pictures
            return self._hindsight.shown(view, key, self._replaying.recording, turn)
        return self._hindsight.shown(view, key, self._path() if key else None, 0)

    async def _run(self, path: Path) -> None:
        opening = asyncio.create_task(asyncio.to_thread(_open, path))
        try:
            recording = await asyncio.shield(opening)
        except asyncio.CancelledError:
            opening.add_done_callback(_close_unused)
            raise
        except Exception as error:  # noqa: BLE001  # whatever it is, the board goes on
            self._asked.clear()
            self._desk.say(f"The recording cannot be opened: {error}.")
            return
        try:
            await self._replay(recording)
        finally:
            await self._hindsight.stop()
            await asyncio.to_thread(recording.close)

    async def _replay(self, recording: "Recording") -> None:
        from wallboard.ui.replay.replay_board import Replaying

        replaying = Replaying(
            recording,
            self._desk.empty_board(),
            self._desk.clock(),
            history=self._desk.settings.history,
            shown=self._desk.tick,
            moved=self._moved,
            told=self._told,
        )
        asked, self._asked = self._asked, []
        for ask in asked:
            ask(replaying.feed)
        self._replaying = replaying
        await replaying.run()

    def _moved(self, change: Change | None) -> None:
        self._desk.tick()
        if change:
            self._desk.arrived_at(change)

    def _told(self, words: str) -> None:
        self._desk.say(words)
        if not self.active:
            self.leave()
        self._desk.tick()


def _open(path: Path) -> "Recording":
    # Imported on the thread as well: it takes its time.
    import wallboard.ui.replay.replay_board  # noqa: F401
    from wallboard.recorder.recording import Recording

    return Recording.open(path)


def _close_unused(opening: "asyncio.Task[Recording]") -> None:
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()
