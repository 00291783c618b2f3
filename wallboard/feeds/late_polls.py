"""Reads again from the recording what was polled here and could not be published.

It had no room in memory, or the process that polled it ended before the bus was back.
"""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from wallboard.abandonable import start_in_thread
from wallboard.domain.observation import Observation
from wallboard.feeds.replay_polls import polls_of
from wallboard.fleet.outbox import Lost
from wallboard.fleet.publisher import Publisher
from wallboard.fleet.subscriber import Subscriber
from wallboard.recorder.errors import RecordingError
from wallboard.recorder.file.schema import TICKS
from wallboard.recorder.recording import Recording

SLICE_SECONDS = 30.0
"""So much is read at once."""

MOST_SECONDS = 3600.0
"""So much is told of the time before this process began; the bus keeps no more."""


class RecordedBefore:
    """What was recorded here before this process began, and the bus may not have.

    Until it is known whether it has, nothing newer is published: others take late polls only where
    they have nothing newer.
    """

    def __init__(
        self, publisher: Publisher, subscriber: Subscriber, until: float | None, window: float
    ) -> None:
        """``until`` is the date of the newest poll of the recording, Unix time in seconds.

        Polls are dated at their starts, up to ``window`` seconds before they are published.
        """
        self._publisher = publisher
        self._subscriber = subscriber
        self._until = until
        self._window = window
        publisher.held = until is not None

    def look(self) -> None:
        """Publish it late, as soon as all is read that the bus has."""
        if self._until is None or not self._subscriber.caught_up:
            return
        heard_at = self._subscriber.newest_at
        # Of a bus that knows nothing it is not known what the others have.
        if heard_at is not None and self._until > heard_at + 1 / TICKS:
            start = max(heard_at - self._window, self._until - MOST_SECONDS)
            self._publisher.publish_recorded(Lost(start, self._until))
        self.forget()

    def forget(self) -> None:
        """Publish what is newer, whatever the bus has."""
        self._until, self._publisher.held = None, False


async def recorded_polls(path: Path, lost: Lost) -> AsyncIterator[Sequence[Observation]]:
    """The polls of a span in order, some at a time, as exact as the recording has them.

    Ends early where the recording cannot be read.
    """
    start = lost.first_at
    while start <= lost.last_at:
        stop = min(start + SLICE_SECONDS, lost.last_at)
        try:
            polls = await start_in_thread(lambda: _polls(path, start, stop))  # noqa: B023  awaited
        except RecordingError:
            return
        if polls:
            yield polls
        start = stop + 1e-6


def _polls(path: Path, start: float, stop: float) -> list[Observation]:
    with Recording.open(path) as recording:
        found = [
            poll
            for run in recording.runs(since=start, until=stop)
            for poll in polls_of(run, start - 1e-6, stop)
        ]
    return sorted(found, key=lambda poll: poll.at)
