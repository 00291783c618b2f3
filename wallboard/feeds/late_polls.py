"""Reads again from the recording what was polled here and could not be published.

It had no room in memory, or the process that polled it ended before the bus was back.
"""

import json
from collections.abc import AsyncIterator, Sequence
from functools import partial
from pathlib import Path

from wallboard.feeds.replay_polls import polls_of
from wallboard.fleet.batch import Published
from wallboard.fleet.bus_answers import Place
from wallboard.fleet.outbox import Lost
from wallboard.frozen import frozen
from wallboard.recorder.errors import RecordingError
from wallboard.recorder.file.schema import TICKS
from wallboard.recorder.recording import Recording
from wallboard.threads import start_in_thread

SLICE_SECONDS = 30.0
"""So much is read at once."""

MOST_SECONDS = 3600.0
"""So much is told of the time before this process began; the bus keeps no more."""


LARGEST = 2**62
"""A number that no stream comes to."""


@frozen
class InStep:
    """How far a recording and the bus have the same.

    The recording has what the stream has up to ``place``, and the bus all that was polled here but
    for what came ``unsent_since``, Unix time in seconds.
    """

    place: Place | None = None
    unsent_since: float | None = None

    @classmethod
    def of(cls, text: str) -> "InStep":
        """What a recording says of it; one may say anything."""
        try:
            epoch, number, since = json.loads(text)
            place = Place(int(epoch), int(number))
            is_one = min(place) > 0 and max(place) < LARGEST
            return cls(place if is_one else None, None if since is None else float(since))
        except (ValueError, TypeError, OverflowError, RecursionError):
            return cls()

    @property
    def text(self) -> str:
        """As a recording says it."""
        return json.dumps([*(self.place or (0, 0)), self.unsent_since])

    def unsent(self, until: float | None) -> Lost | None:
        """What is to be published of a recording with polls until a moment."""
        if self.unsent_since is None or until is None or until < self.unsent_since:
            return None
        return Lost(max(self.unsent_since, until - MOST_SECONDS), until)


async def recorded_events(path: Path, lost: Lost) -> AsyncIterator[Sequence[Published]]:
    """The polls of a span in order, some at a time, as exact as the recording has them.

    What was first said then of servers and by nodes is among them. What was expected is not: each
    member knows that by itself. Ends early where the recording cannot be read.
    """
    after = lost.first_at - 1 / TICKS
    while after < lost.last_at:
        until = min(after + SLICE_SECONDS, lost.last_at)
        try:
            found = await start_in_thread(partial(_events, path, after, until))
        except RecordingError:
            return
        if found:
            yield found
        after = until


def _events(path: Path, after: float, until: float) -> list[Published]:
    with Recording.open(path) as recording:
        polls = [
            poll
            for run in recording.runs(since=after, until=until)
            for poll in polls_of(run, after, until)
        ]
        statuses = recording.server_statuses(after, until)
        nodes = recording.node_answers(after, until)
    return sorted([*polls, *statuses, *nodes], key=lambda event: event.at)
