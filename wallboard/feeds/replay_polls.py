"""The polls of a recording one after the other, as they come while it is played."""

from bisect import bisect_right
from collections.abc import Iterator
from itertools import islice
from math import floor
from typing import TYPE_CHECKING

from wallboard.domain.change import Subject
from wallboard.domain.event import Event
from wallboard.domain.observation import Observation
from wallboard.recorder.errors import DamagedError

if TYPE_CHECKING:
    from wallboard.recorder.recording import Recording, Run

MOST_EVENTS = 300_000
"""Events that are held at once, whatever a recording says that was polled."""

AHEAD_SECONDS = 10.0
"""How far is read ahead at speed 1; as much more at a higher one."""


class Polls:
    """Gives the polls in the order of time, and reads some seconds ahead at once."""

    def __init__(self, recording: "Recording", history: int) -> None:
        """``history`` is how many samples of each entry point a whole board has."""
        self._recording = recording
        self._history = history
        self.forget()

    def forget(self) -> None:
        """Begin anew: the position is another one."""
        self._events: list[tuple[float, Event]] = []
        self._read_until: float | None = None

    def until(self, at: float, until: float, speed: float) -> list[Event]:
        """What happened after ``at`` and no later than ``until``, in order."""
        start = at if self._read_until is None else self._read_until
        if until > start:
            self._read(start, until, ahead=AHEAD_SECONDS * speed)
        count = bisect_right(self._events, until, key=lambda event: event[0])
        due, self._events = self._events[:count], self._events[count:]
        return [event for _, event in due]

    def _read(self, start: float, until: float, ahead: float) -> None:
        span = self._recording.span()
        # What is not written yet is read when it is.
        stop = min(max(until, start + ahead), span.last_at) if span else start
        events = list(islice(self._between(start, stop), MOST_EVENTS))
        if len(events) == MOST_EVENTS:
            if not ahead:
                raise DamagedError("more polls at one time than can be shown")
            self._read(start, until, ahead=0.0)
            return
        events.sort(key=lambda event: event[0])
        self._events += events
        self._read_until = max(start, stop)

    def _between(self, start: float, stop: float) -> Iterator[tuple[float, Event]]:
        for run in self._recording.runs(since=start, until=stop):
            yield from ((poll.at, poll) for poll in polls_of(run, start, stop))
        for expected in self._recording.expectation_changes(start, stop):
            yield expected.at, expected
        for answer in self._recording.node_answers(start, stop):
            yield answer.at, answer
        for change in self._recording.changes(since=start, until=stop):
            if change.subject is Subject.SERVER and start < change.at <= stop:
                yield change.at, self._recording.board_at(change.at, history=self._history)


def polls_of(run: "Run", start: float, stop: float) -> Iterator[Observation]:
    """The polls of a run after one moment and no later than another.

    Only its first and last poll are known to the millisecond; those between are spread evenly.
    """
    pace = (run.last_at - run.first_at) / (run.polls - 1) if run.polls > 1 else 0.0
    number = max(0, floor((start - run.first_at) / pace)) if pace > 0 else 0
    while number < run.polls:
        at = run.first_at + number * pace
        if at > stop:
            return
        if at > start:
            yield Observation(
                run.key,
                run.endpoint,
                at,
                run.mean_seconds,
                run.outcome,
                run.request,
                run.response,
            )
        number += 1
