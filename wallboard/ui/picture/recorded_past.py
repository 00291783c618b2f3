"""What the recording adds to a view, read in a thread."""

import asyncio
import logging
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from wallboard.domain.change import Change, Subject
from wallboard.domain.endpoint import Endpoint, EntryPointKey
from wallboard.domain.event import RecordedStatus
from wallboard.domain.history import Sample
from wallboard.domain.observation import Observation
from wallboard.domain.policy import Verdict
from wallboard.domain.snapshot import EntryPointStatus
from wallboard.domain.state import RECENT_POLLS, EndpointState
from wallboard.frozen import frozen
from wallboard.recorder.errors import RecordingError
from wallboard.ui.picture.view import View
from wallboard.ui.picture.window import MOST_POINTS, RecordedStates, RecordedWindow, Window

if TYPE_CHECKING:
    from wallboard.recorder.recording import Recording

T = TypeVar("T")

log = logging.getLogger(__name__)


class BackgroundRead(Generic[T]):
    """Runs one read at a time in a thread; ``found`` is the last result. May retry a failure."""

    def __init__(self, done: Callable[[], None]) -> None:
        """``done`` is called after each successful read."""
        self.found: T | None = None
        self.found_for: Hashable = None
        self._done = done
        self._wanted: Hashable = None
        self._task: asyncio.Task[None] | None = None

    def want(self, what: Hashable, read: Callable[[], T]) -> None:
        """Start ``read``, unless ``what`` was read last or another read still runs."""
        if what == self._wanted or (self._task and not self._task.done()):
            return
        self._wanted = what
        self._task = asyncio.create_task(self._run(what, read))

    def forget(self) -> None:
        """Drop the result."""
        self.found = self.found_for = self._wanted = None

    async def stop(self) -> None:
        """Wait for the read that runs."""
        if self._task:
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self, what: Hashable, read: Callable[[], T]) -> None:
        try:
            found = await asyncio.to_thread(read)
        except RecordingError as error:
            log.info("The recording could not be read: %s", error)
            if what == self._wanted:
                self._wanted = None  # it may be readable the next time it is wanted
            return
        except Exception:
            log.exception("The recording could not be read")
            return
        if what == self._wanted:
            self.found, self.found_for = found, what
            self._done()


ROUNDED_SECONDS = 0.002
"""Recorded polls are rounded to milliseconds: within this, two times count as the same."""

ROUNDS_AFTER = 2
"""Intervals after a change for the worse in which the first bad polls are looked for."""


@frozen
class MergedStatus(EntryPointStatus):
    """An entry point with ``extra_polls``: those around its last changes for the worse."""

    extra_polls: tuple[Observation, ...] = ()


@frozen
class RecordedEntryPoint:
    """What was recorded of an entry point until ``at``, Unix time in seconds."""

    at: float
    status: RecordedStatus
    extra_polls: tuple[Observation, ...] = ()


def read_recorded(
    recording: "Recording", key: EntryPointKey, at: float, interval: float
) -> RecordedEntryPoint | None:
    """Read the past that the drill-down shows; blocks. Raises ``RecordingError``."""
    status = recording.entry_point_at(key, at)
    if status is None:
        return None
    kept: list[Observation] = []
    for moment in sorted(_changes_for_the_worse(status.timeline)):
        before = recording.entry_point_at(key, moment - ROUNDED_SECONDS)
        for state in before.endpoints.values() if before else ():
            kept += [poll for poll in (state.good, state.last) if poll]
        kept += _first_after(recording, key, moment, min(at, moment + ROUNDS_AFTER * interval))
    return RecordedEntryPoint(at, status, tuple(kept))


def _changes_for_the_worse(timeline: Iterable[Change]) -> set[float]:
    """When the entry point and each endpoint last changed for the worse."""
    last: dict[Endpoint | None, float] = {}
    for change in timeline:
        if change.subject is Subject.VERDICT and change.before == Verdict.OPEN:
            last[None] = change.at
        elif change.subject is Subject.ENDPOINT and change.before == "ok":
            last[change.endpoint] = change.at
    return set(last.values())


def _first_after(
    recording: "Recording", key: EntryPointKey, start: float, stop: float
) -> Iterator[Observation]:
    """The first poll of each endpoint between two moments."""
    from wallboard.feeds.replay_polls import polls_of

    # The poll at the start itself, within rounding, caused the change.
    start += ROUNDED_SECONDS
    found: dict[Endpoint, Observation] = {}
    for run in recording.runs(since=start, until=stop, keys=[key]):
        poll = next(polls_of(run, start, stop), None)
        if poll and (run.endpoint not in found or poll.at < found[run.endpoint].at):
            found[run.endpoint] = poll
    yield from found.values()


def merged(status: EntryPointStatus, past: RecordedEntryPoint) -> MergedStatus:
    """An entry point with its recorded past; the board's own polls take precedence."""
    timeline = _timeline(status.timeline, past)
    exact = [change.observation for change in timeline if change.observation]
    half_interval = status.policy.interval / 2
    endpoints: Mapping[Endpoint, EndpointState] = {
        endpoint: _endpoint(own, past.status.endpoints.get(endpoint), half_interval, exact)
        for endpoint, own in status.state.endpoints.items()
    }
    return MergedStatus(
        state=replace(status.state, endpoints=endpoints),
        policy=status.policy,
        judgement=status.judgement,
        since=status.since,
        onset=status.onset,
        known_until=status.known_until,
        strip=status.strip,
        expectation=status.expectation,
        places=status.places,
        nodes=status.nodes,
        timeline=timeline,
        extra_polls=past.extra_polls,
    )


def _timeline(own: tuple[Change, ...], past: RecordedEntryPoint) -> tuple[Change, ...]:
    """The recorded changes with their polls, then the board's own."""
    seen = min((change.at for change in own if change.observation), default=inf)
    seen -= ROUNDED_SECONDS
    recorded = (change for change in past.status.timeline if change.at < seen)
    newer = (change for change in own if change.at >= seen or change.at > past.at)
    return (*recorded, *newer)


def _endpoint(
    own: EndpointState, then: EndpointState | None, half_interval: float, exact: list[Observation]
) -> EndpointState:
    if then is None:
        return own
    polls = own.recent
    if len(polls) == 1 and then.last and abs(polls[0].at - then.last.at) <= ROUNDED_SECONDS:
        polls = ()  # it was restored from the recording
    first = polls[0].at - half_interval if polls else inf
    older = [_with_exact_time(poll, exact) for poll in then.recent if poll.at < first]
    return EndpointState((*older, *polls)[-RECENT_POLLS:], own.good or then.good)


def _with_exact_time(poll: Observation, exact: list[Observation]) -> Observation:
    """A poll with its exact time, where a change has it."""
    for other in exact:
        if other.endpoint is poll.endpoint and abs(other.at - poll.at) <= ROUNDED_SECONDS:
            return other
    return poll


class RecordedDetail:
    """Adds the recorded past of the entry point in the drill-down; reads it in a thread."""

    def __init__(self, done: Callable[[], None]) -> None:
        self._background_read: BackgroundRead[RecordedEntryPoint | None] = BackgroundRead(done)
        self._window_read: BackgroundRead[RecordedWindow] = BackgroundRead(done)
        self._merged: tuple[Hashable, EntryPointStatus] | None = None

    def shown(
        self,
        view: View,
        key: EntryPointKey | None,
        source: "Recording | Path | None",
        generation: int,
        window: Window | None,
    ) -> View:
        """The view with the recorded past of an entry point, and what is recorded of a window.

        The past is read again when ``generation`` changes.
        """
        status = view.snapshot.entry_points.get(key) if key else None
        if key is None or status is None or source is None:
            self._background_read.forget()
            self._window_read.forget()
            return view
        view = self._with_window(view, status, source, generation, window)
        at, interval = view.now, status.policy.interval
        self._background_read.want((key, generation), lambda: _read(source, key, at, interval))
        past, found_for = self._background_read.found, self._background_read.found_for
        if past is None or not isinstance(found_for, tuple) or found_for[0] != key:
            return view
        whole = {**view.snapshot.entry_points, key: self._merged_status(status, past)}
        return replace(view, snapshot=replace(view.snapshot, entry_points=whole))

    async def stop(self) -> None:
        """Wait for the read that runs."""
        await self._background_read.stop()
        await self._window_read.stop()

    def _with_window(
        self,
        view: View,
        status: EntryPointStatus,
        source: "Recording | Path",
        generation: int,
        window: Window | None,
    ) -> View:
        if window is None:
            return view
        key, now, history = status.entry_point.key, view.now, status.state.history
        with_samples = not len(history) or window.start < history[0].at
        self._window_read.want(
            (key, generation, window, with_samples),
            lambda: _read_window(source, key, window, now, with_samples=with_samples),
        )
        found_for = self._window_read.found_for
        if not isinstance(found_for, tuple) or found_for[0] != key:
            return view
        return replace(view, recorded_window=self._window_read.found)

    def _merged_status(
        self, status: EntryPointStatus, past: RecordedEntryPoint
    ) -> EntryPointStatus:
        merged_of = (id(status), id(past))
        if self._merged is None or self._merged[0] != merged_of:
            self._merged = (merged_of, merged(status, past))
        return self._merged[1]


def _read(
    source: "Recording | Path", key: EntryPointKey, at: float, interval: float
) -> RecordedEntryPoint | None:
    with _opened(source) as recording:
        return read_recorded(recording, key, at, interval)


def _read_window(
    source: "Recording | Path",
    key: EntryPointKey,
    window: Window,
    now: float,
    *,
    with_samples: bool,
) -> RecordedWindow:
    """What is recorded of a window until ``now``; the board may have all of its samples itself."""
    samples: tuple[Sample, ...] = ()
    with _opened(source) as recording:
        states = recording.states(key, window.start, window.end, window.count)
        end = min(window.end, now)
        if with_samples and end > window.start:
            samples = recording.samples(key, window.start, end, MOST_POINTS)
    return RecordedWindow(RecordedStates(window, tuple(states)), samples)


@contextmanager
def _opened(source: "Recording | Path") -> "Iterator[Recording]":
    """The recording, closed afterwards if it had to be opened."""
    from wallboard.recorder.recording import Recording

    if isinstance(source, Recording):
        yield source
        return
    with closing(Recording.open(source)) as recording:
        yield recording
