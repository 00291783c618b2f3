"""Reads again from the recording what was polled here and had no room in memory to be published."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from wallboard.abandonable import start_in_thread
from wallboard.domain.observation import Observation
from wallboard.feeds.replay_polls import polls_of
from wallboard.fleet.outbox import Lost
from wallboard.recorder.errors import RecordingError
from wallboard.recorder.recording import Recording

SLICE_SECONDS = 30.0
"""So much is read at once."""


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
