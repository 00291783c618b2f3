"""What a recording still knows of an entry point, put together with what the board knows itself."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from math import inf
from typing import TYPE_CHECKING

from wallboard.board import EntryPointStatus
from wallboard.domain.change import Change, Subject
from wallboard.domain.endpoint import Endpoint, EntryPointKey
from wallboard.domain.observation import Observation
from wallboard.domain.policy import Verdict
from wallboard.domain.restored import Recalled
from wallboard.domain.state import RECENT_POLLS, EndpointState

if TYPE_CHECKING:
    from wallboard.recorder.recording import Recording

ROUNDED_SECONDS = 0.002
"""A poll is recorded to the millisecond and a change exactly: so far apart, two are the same."""

ROUNDS_AFTER = 2
"""Rounds after a turn in which the first bad poll of each endpoint is looked for."""


@dataclass(frozen=True, slots=True)
class Recollected(EntryPointStatus):
    """An entry point with polls beside the last ones: those around the turns of its past."""

    kept: tuple[Observation, ...] = ()


@dataclass(frozen=True, slots=True)
class Recollection:
    """What was recorded of an entry point until ``at``, Unix time in seconds."""

    at: float
    recalled: Recalled
    kept: tuple[Observation, ...] = ()


def recollect(
    recording: "Recording", key: EntryPointKey, at: float, interval: float
) -> Recollection | None:
    """Read all that the drill-down can show. Raises ``RecordingError``; not for the main thread."""
    recalled = recording.entry_point_at(key, at)
    if recalled is None:
        return None
    kept: list[Observation] = []
    for moment in sorted(_turns(recalled.timeline)):
        before = recording.entry_point_at(key, moment - ROUNDED_SECONDS)
        for state in before.endpoints.values() if before else ():
            kept += [poll for poll in (state.good, state.last) if poll]
        kept += _first_after(recording, key, moment, min(at, moment + ROUNDS_AFTER * interval))
    return Recollection(at, recalled, tuple(kept))


def _turns(timeline: Iterable[Change]) -> set[float]:
    """When the entry point, and when each endpoint, last went bad."""
    turns: dict[Endpoint | None, float] = {}
    for change in timeline:
        if change.subject is Subject.VERDICT and change.before == Verdict.OPEN:
            turns[None] = change.at
        elif change.subject is Subject.ENDPOINT and change.before == "ok":
            turns[change.endpoint] = change.at
    return set(turns.values())


def _first_after(
    recording: "Recording", key: EntryPointKey, start: float, stop: float
) -> Iterator[Observation]:
    """The first poll of each endpoint between two moments."""
    from wallboard.feeds.replay_polls import polls_of

    # What is as near to the start as a rounded time can be is the poll that brought the change.
    start += ROUNDED_SECONDS
    found: dict[Endpoint, Observation] = {}
    for run in recording.runs(since=start, until=stop, keys=[key]):
        poll = next(polls_of(run, start, stop), None)
        if poll and (run.endpoint not in found or poll.at < found[run.endpoint].at):
            found[run.endpoint] = poll
    yield from found.values()


def together(status: EntryPointStatus, past: Recollection) -> Recollected:
    """An entry point with its recorded past; what the board heard itself counts more."""
    timeline = _timeline(status.timeline, past)
    exact = [change.observation for change in timeline if change.observation]
    apart = status.policy.interval / 2
    endpoints: Mapping[Endpoint, EndpointState] = {
        endpoint: _endpoint(own, past.recalled.endpoints.get(endpoint), apart, exact)
        for endpoint, own in status.state.endpoints.items()
    }
    return Recollected(
        state=replace(status.state, endpoints=endpoints),
        policy=status.policy,
        judgement=status.judgement,
        since=status.since,
        level_since=status.level_since,
        timeline=timeline,
        kept=past.kept,
    )


def _timeline(own: tuple[Change, ...], past: Recollection) -> tuple[Change, ...]:
    """The recorded changes, with their answers, and those that the board saw itself."""
    seen = min((change.at for change in own if change.observation), default=inf)
    seen -= ROUNDED_SECONDS
    recorded = (change for change in past.recalled.timeline if change.at < seen)
    newer = (change for change in own if change.at >= seen or change.at > past.at)
    return (*recorded, *newer)


def _endpoint(
    own: EndpointState, then: EndpointState | None, apart: float, exact: list[Observation]
) -> EndpointState:
    if then is None:
        return own
    heard = own.recent
    if len(heard) == 1 and then.last and abs(heard[0].at - then.last.at) <= ROUNDED_SECONDS:
        heard = ()  # it came out of the recording, which has it with those before it
    first = heard[0].at - apart if heard else inf
    older = [_as_heard(poll, exact) for poll in then.recent if poll.at < first]
    return EndpointState((*older, *heard)[-RECENT_POLLS:], own.good or then.good)


def _as_heard(poll: Observation, exact: list[Observation]) -> Observation:
    """A poll with the time it had, where a change tells it."""
    for other in exact:
        if other.endpoint is poll.endpoint and abs(other.at - poll.at) <= ROUNDED_SECONDS:
            return other
    return poll
