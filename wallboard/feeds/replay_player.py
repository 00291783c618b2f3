"""A recording as a feed: goes to any moment in it, and plays it from there at any speed."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import TYPE_CHECKING

from wallboard.domain.change import Change
from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.event import Event, RecordedBoard
from wallboard.domain.history import DEFAULT_BOUND
from wallboard.feeds import Publish
from wallboard.feeds.replay_polls import Polls
from wallboard.recorder.errors import RecordingError

if TYPE_CHECKING:
    from wallboard.recorder.recording import Recording, Span

STEP_SECONDS = 0.25
"""Between two steps while it plays."""

DEFAULT_INTERVAL_SECONDS = 10.0

SPEEDS = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 600.0, 3600.0)
"""Seconds of the recording a second, from which the next slower and faster one are taken."""

log = logging.getLogger(__name__)

FRESH_INTERVALS = 3
"""Polling intervals after the end of a recording that may still be going on."""


class _NotRecordedError(Exception):
    """A moment is outside the recording; the message is for the operator."""


Leap = Callable[[float], float]
"""From one moment to another, Unix time in seconds; it may read the recording."""


class ReplayFeed:
    """Publishes the board as it was at its position, which the operator moves or lets run.

    All reading is done off the event loop. What cannot be read is said, and the position stays.
    """

    def __init__(
        self,
        recording: "Recording",
        at: float,
        *,
        speed: float = 1.0,
        playing: bool = False,
        history: int = DEFAULT_BOUND,
        on_move: Callable[[Change | None], None] = lambda _: None,
        on_message: Callable[[str], None] = lambda _: None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin at ``at``, Unix time in seconds.

        ``history`` is how many samples of each entry point the boards have. ``jumps`` counts how
        often it went somewhere, ``boards`` the whole boards it published.
        ``on_move`` is called after each new board, with the change that was asked for, if one
        was; ``on_message`` is given what the operator should know.
        """
        self.at = at
        self.speed = speed
        self.playing = playing
        self.jumps = 0
        self.boards = 0
        self.span: Span | None = None
        self.recorded_spans: tuple[Span, ...] = ()
        self.interval = DEFAULT_INTERVAL_SECONDS
        self._recording = recording
        self._history = history
        self._on_move = on_move
        self._on_message = on_message
        self._monotonic = monotonic
        self._asked: deque[Leap] = deque([lambda _: at])
        self._woken = asyncio.Event()
        self._played_at = 0.0
        self._found: Change | None = None
        self._words = ""
        self._coming = Polls(recording, history)

    async def run(self, publish: Publish) -> None:
        """Publish the board at the position, and at each one after it, until cancelled."""
        while True:
            self._woken.clear()
            try:
                if self._asked:
                    await self._leap(publish)
                elif self.playing:
                    await self._play(publish)
                else:
                    await self._woken.wait()
            except _NotRecordedError as error:
                self._on_message(str(error))
                self._on_move(None)
            except RecordingError as error:
                self._give_up(f"Cannot read the recording: {error}.")
            except Exception:
                log.exception("The replay failed")
                self._give_up("Cannot show the recording at that time.")

    def seek(self, at: float) -> None:
        """Go to a moment, Unix time in seconds; outside the recording, say so and stay."""
        self._ask(lambda _: self._recorded_moment(at))

    def step(self, intervals: int) -> None:
        """Go some polling intervals on, or back; steps asked for in a row add up."""
        self._ask(lambda at: at + intervals * self.interval)

    def to_change(self, steps: int, keys: Collection[EntryPointKey] | None = None) -> None:
        """Go to the next change (or the one before, for -1), of these entry points alone if any."""
        self._ask(lambda at: self._change(at, steps, keys))

    def to_end(self) -> None:
        """Go to the newest moment there is by now."""
        self._ask(lambda _: float("inf"))

    def play(self) -> None:
        """Go on from here at ``speed``."""
        self.playing, self._played_at = True, self._monotonic()
        self._woken.set()

    def pause(self) -> None:
        """Stay here."""
        self.playing = False
        self._woken.set()

    def faster(self, steps: int) -> None:
        """Take the next faster speed, or the next slower one for -1."""
        others = [s for s in SPEEDS if (s > self.speed if steps > 0 else s < self.speed)]
        if others:
            self.speed = min(others) if steps > 0 else max(others)

    def _ask(self, leap: Leap) -> None:
        self._asked.append(leap)
        self._woken.set()

    def _give_up(self, words: str) -> None:
        self._asked.clear()
        self.playing = False
        self._on_message(words)
        self._on_move(None)

    async def _leap(self, publish: Publish) -> None:
        leaps = list(self._asked)
        self._asked.clear()
        self._found, self._words = None, ""
        at, board = await asyncio.to_thread(self._landed, leaps)
        self._played_at = self._monotonic()
        self.at = at
        self.jumps += 1
        self.boards += 1
        publish(board)
        if self._words:
            self._on_message(self._words)
        self._on_move(self._found)

    def _landed(self, leaps: list[Leap]) -> tuple[float, Event]:
        """Where the leaps lead to together, and the board there. Runs on a thread."""
        self._look()
        at = self.at
        for leap in leaps:
            at = leap(at)
        at = self._within(at)
        self._coming.forget()
        return at, self._recording.board_at(at, history=self._history)

    def _look(self) -> None:
        """See how far the recording reaches by now, and where there is none."""
        if not self.recorded_spans:
            intervals = [policy.interval for _, policy in self._recording.entry_points()]
            self.interval = min(intervals, default=DEFAULT_INTERVAL_SECONDS)
        self.span = self._recording.span()
        self.recorded_spans = tuple(self._recording.recorded_spans())

    def _within(self, at: float) -> float:
        if self.span is None:
            raise RecordingError("nothing recorded yet")
        return max(self.span.first_at, min(at, self.span.last_at))

    def _recorded_moment(self, at: float) -> float:
        """The moment, or the end if it is less than a few polls after it."""
        span = self.span
        if span and not int(span.first_at) <= at <= span.last_at + FRESH_INTERVALS * self.interval:
            ends = " to ".join(_said(end) for end in (span.first_at, span.last_at))
            raise _NotRecordedError(f"{_said(at)} is outside the recording, {ends}.")
        return at

    def _change(self, at: float, steps: int, keys: Collection[EntryPointKey] | None) -> float:
        look = self._recording.next_change if steps > 0 else self._recording.previous_change
        change = look(at, keys=keys)
        if change is None:
            whose = "of this entry point " if keys else ""
            where = "after" if steps > 0 else "before"
            self._words = f"No change {whose}{where} this time."
            return at
        self._found = change
        return change.at

    async def _play(self, publish: Publish) -> None:
        await self._woken_within(STEP_SECONDS)
        now = self._monotonic()
        passed, self._played_at = now - self._played_at, now
        if self._asked or not self.playing or passed <= 0:
            return
        at, events = await asyncio.to_thread(self._played, self.at, passed * self.speed)
        if self._asked:
            return  # the operator went elsewhere meanwhile
        self.at = at
        if self.span is None or at >= self.span.last_at:
            self.playing = False
        for event in events:
            self.boards += isinstance(event, RecordedBoard)
            publish(event)
        self._on_move(None)

    def _played(self, at: float, seconds: float) -> tuple[float, list[Event]]:
        """The moment some seconds on, and what happened until then. Runs on a thread."""
        until = self._past_gaps(at + seconds)
        if self.span is None or until >= self.span.last_at:
            self._look()
            until = self._within(until)
        if until - at > self.interval:
            # Each endpoint was polled anew, so that the whole board costs less than its polls.
            self._coming.forget()
            return until, [self._recording.board_at(until, history=self._history)]
        return until, self._coming.until(at, until, self.speed)

    def _past_gaps(self, at: float) -> float:
        """The moment or, where nothing was recorded then, when that began again."""
        if self.recorded(at):
            return at
        return min((s.first_at for s in self.recorded_spans if s.first_at > at), default=at)

    def recorded(self, at: float) -> bool:
        """Whether there was a recording at a moment, give or take an interval."""
        slack = self.interval
        return any(s.first_at <= at <= s.last_at + slack for s in self.recorded_spans)

    async def _woken_within(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._woken.wait()


def _said(at: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at))
