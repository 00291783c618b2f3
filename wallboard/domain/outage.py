"""Outages of whole servers: which changes of entry points they explain, and when they are over.

While a server cannot be reached at all, one change of the server stands for what that does to each
of its entry points.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import takewhile

from wallboard.domain.change import Change, Subject, outcome_word
from wallboard.domain.endpoint import Endpoint
from wallboard.domain.event import Event, RecordedBoard
from wallboard.domain.judgement import Judgement
from wallboard.domain.observation import Cause, Failure, Observation, ServerStatus
from wallboard.domain.onset import Onset
from wallboard.domain.policy import Level, Verdict
from wallboard.domain.state import NEVER_POLLED, EndpointState

_SLACK_SECONDS = 1.0
"""A poll is dated a moment before it is known that it was the first that reached nobody."""

_NO_ANSWER = frozenset({Verdict.UNREACHABLE, Verdict.ERROR})


def began_at(status: ServerStatus) -> float:
    """When the outage of a server began that cannot be reached, Unix time in seconds."""
    return status.at if status.since is None else status.since


def came_of_outage(change: Change, since: float) -> bool:
    """Whether polls brought it that reached nobody, of a server that is out of reach ``since``."""
    return _unreached(change.observation) and change.at >= explained_from(since)


def explained_from(since: float) -> float:
    """The moment from which an outage explains what reached nobody, Unix time in seconds."""
    return since - _SLACK_SECONDS


def absorbed(
    timeline: Sequence[Change], since: float
) -> tuple[tuple[Change, ...], tuple[Change, ...]] | None:
    """A timeline without what an outage explains, and its changes that stay, marked as explained.

    ``None`` if the outage explains nothing on it.
    """
    if not any(came_of_outage(change, since) for change in timeline):
        return None
    kept: list[Change] = []
    marked: list[Change] = []
    for change in timeline:
        if not came_of_outage(change, since):
            kept.append(change)
        elif change.subject is not Subject.ENDPOINT:
            marked.append(replace(change, of_server=True))
            kept.append(marked[-1])
    return tuple(kept), tuple(marked)


def ends_outage(
    change: Change, judgement: Judgement, timeline: Sequence[Change], since: float
) -> bool:
    """Whether it only takes back what an outage did to an entry point since then."""
    start = explained_from(since)
    before = list(takewhile(lambda one: not one.of_server or one.at < start, timeline))
    after = [one for one in timeline[len(before) :] if one.subject is not Subject.ENDPOINT]
    if not after or not all(one.of_server for one in after) or change.before not in _NO_ANSWER:
        return False
    last = next((one for one in reversed(before) if one.subject is Subject.VERDICT), None)
    level = before[-1].level if before else Level.OK
    if judgement.level is not level or (last and last.after != judgement.verdict):
        return False
    return judgement.verdict is not Verdict.ERROR or not last or _failed(last) == _failed(change)


def _failed(change: Change) -> tuple[Cause | None, int | None]:
    return change.cause, change.http_status


def as_end_of_outage(change: Change, onset: Onset | None, timeline: Sequence[Change]) -> Change:
    """The change of an entry point that was asked again, as one that ends its outage.

    That it waited to be asked, since ``onset``, is no state that anybody would want to read of.
    One that still cannot be reached became so from what it was before the outage.
    """
    if change.before != Verdict.WAITING or not onset or onset.before is not Verdict.UNREACHABLE:
        return change
    if change.after != Verdict.UNREACHABLE:
        return replace(change, before=Verdict.UNREACHABLE, lasted=onset.lasted)
    verdicts = (one for one in reversed(timeline) if one.subject is Subject.VERDICT)
    began = next((one for one in verdicts if one.after == Verdict.UNREACHABLE), None)
    return replace(change, before=began.before, lasted=None) if began else change


def with_outages_joined(changes: Iterable[Change]) -> list[Change]:
    """The changes of one entry point, oldest first, with those that an outage made as one.

    It was good, and then unreachable: that it failed endpoint by endpoint before that, and waited
    to be asked again after it, is told by nobody.
    """
    told: list[Change] = []
    place: int | None = None
    for change in changes:
        before = told[place] if place is not None else None
        if change.asks_again:
            continue
        if change.subject is Subject.ENDPOINT:
            told.append(change)
        elif before and _goes_on(before, change):
            told[place or 0] = replace(
                before, after=change.after, level=change.level, summary=change.summary
            )
        else:
            place = len(told)
            told.append(change)
    return told


def _goes_on(before: Change, change: Change) -> bool:
    """Whether two changes of an entry point are two steps into the same outage."""
    both = before.of_server and change.of_server and change.subject is before.subject
    return both and change.after == Verdict.UNREACHABLE and change.before == before.after


def as_on_timeline(
    state: EndpointState, endpoint: Endpoint, timeline: Sequence[Change]
) -> EndpointState:
    """The state of an endpoint, without polls if its failure is not on the timeline."""
    if state.last is None or not _unreached(state.last):
        return state
    words = (one.after for one in reversed(timeline) if one.endpoint is endpoint)
    return state if next(words, "ok") == outcome_word(state.last) else NEVER_POLLED


def server_change(
    before: ServerStatus | None, status: ServerStatus, judgements: Sequence[Judgement]
) -> Change:
    """The change of a server that begins to be out of reach, for another cause, or is back.

    ``judgements`` are those of its entry points after it.
    """
    failed = before.failure if before else None
    since = before.since if before else None
    return Change(
        at=status.at,
        key=None,
        server=status.server,
        subject=Subject.SERVER,
        before=str(failed.cause) if failed else "ok",
        after=str(status.failure.cause) if status.failure else "ok",
        level=max(
            (
                one.level
                for one in judgements
                # What was not asked again since is not known to fail now.
                if status.failure
                or not (one.verdict is Verdict.WAITING or (one.cause and one.cause.unreachable))
            ),
            default=Level.OK,
        ),
        lasted=None if since is None else max(0.0, status.at - since),
        summary=status.failure.message if status.failure else "",
        began=began_at(status) if status.failure and not failed else None,
    )


class RecordedOutages:
    """The outages that a recording has when this process begins to poll.

    A feed that starts has not seen the server fail: by itself it would neither say that the outage
    is over nor since when it has lasted.
    """

    def __init__(self) -> None:
        self._statuses: dict[str, ServerStatus] = {}

    @property
    def servers(self) -> frozenset[str]:
        """The servers that are out of reach by the recording."""
        return frozenset(self._statuses)

    def read(self, event: Event) -> None:
        """Take in an event that was read from the recording."""
        if isinstance(event, RecordedBoard):
            self._statuses = {one.server: one for one in event.servers if one.failure}
        elif isinstance(event, ServerStatus):
            self._statuses.pop(event.server, None)
            if event.failure:
                self._statuses[event.server] = event

    def polled(self, event: Event) -> Iterator[Event]:
        """The events to fold for one of our own polls, or for what these say of a server."""
        if isinstance(event, Observation):
            if event.key.server in self._statuses and not _unreached(event):
                del self._statuses[event.key.server]
                yield ServerStatus(event.key.server, event.at)
        elif isinstance(event, ServerStatus):
            before = self._statuses.get(event.server)
            if before and event.failure:
                event = replace(event, since=before.since)
            else:
                self._statuses.pop(event.server, None)
        yield event


def _unreached(observation: Observation | None) -> bool:
    outcome = observation.outcome if observation else None
    return isinstance(outcome, Failure) and outcome.cause.unreachable
