"""What became different and when: the lines of a timeline and of the list of events."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import StrEnum
from itertools import takewhile

from wallboard.domain.endpoint import Endpoint, EntryPointKey
from wallboard.domain.observation import Failure, Observation
from wallboard.domain.policy import Level, Verdict
from wallboard.domain.state import EndpointState
from wallboard.domain.verdict import Judgement
from wallboard.frozen import frozen

TIMELINE_BOUND = 32
"""Changes kept of one entry point, with the answers that caused them."""

EVENTS_BOUND = 2_000
"""Changes kept of the whole board."""


class Subject(StrEnum):
    """What a change is about."""

    VERDICT = "verdict"
    LEVEL = "level"
    ENDPOINT = "endpoint"
    SERVER = "server"


@frozen
class Change:
    """One change of an entry point, of one of its endpoints, or of a whole server.

    ``at`` is Unix time in seconds and ``lasted`` how many seconds it had been as ``before`` says,
    where that is known. ``before`` and ``after`` are verdicts, levels, or for an endpoint and a
    server ``ok`` or the cause of the failure. ``level`` is the level after it. ``observation`` is
    the poll that brought it; ``of_server`` marks what merely follows from a whole server's outage.
    """

    at: float
    key: EntryPointKey | None
    server: str
    subject: Subject
    before: str
    after: str
    level: Level
    lasted: float | None = None
    summary: str = ""
    endpoint: Endpoint | None = None
    observation: Observation | None = None
    of_server: bool = False


_SLACK_SECONDS = 1.0
"""A poll is dated a moment before it is known that it was the first that reached nobody."""


def came_of_outage(change: Change, since: float) -> bool:
    """Whether polls that reached nobody brought it, since a server cannot be reached at all."""
    return _unreached(change.observation) and change.at >= since - _SLACK_SECONDS


def ends_outage(
    change: Change, judgement: Judgement, timeline: Sequence[Change], since: float
) -> bool:
    """Whether it only takes back what an outage since then did to an entry point.

    A verdict that is no better founded than the outage does not count as news either.
    """
    start = since - _SLACK_SECONDS
    before = list(takewhile(lambda one: not one.of_server or one.at < start, timeline))
    after = [one for one in timeline[len(before) :] if one.subject is not Subject.ENDPOINT]
    if not after or not all(one.of_server for one in after) or change.before not in _NO_ANSWER:
        return False
    if judgement.cause and judgement.cause.unreachable:
        return True
    stood = (one.after for one in reversed(before) if one.subject is Subject.VERDICT)
    level = before[-1].level if before else Level.OK
    return next(stood, judgement.verdict) == judgement.verdict and judgement.level is level


_NO_ANSWER = frozenset({Verdict.UNREACHABLE, Verdict.ERROR})


def outlasts_outage(
    judgement: Judgement, observation: Observation, timeline: Sequence[Change]
) -> Iterator[Change]:
    """What an outage did to an entry point and what a poll after it finds again."""
    last = next((one for one in reversed(timeline) if one.subject is not Subject.ENDPOINT), None)
    cause = judgement.cause
    if last and last.of_server and cause and cause.unreachable and _unreached(observation):
        yield replace(
            last,
            at=observation.at,
            after=judgement.verdict,
            level=judgement.level,
            lasted=None,
            summary=judgement.summary,
            observation=observation,
            of_server=False,
        )


def told_of(heard: EndpointState, endpoint: Endpoint, timeline: Sequence[Change]) -> EndpointState:
    """What was heard of an endpoint, less a failure that only the outage of its server told of."""
    if heard.last is None or not _unreached(heard.last):
        return heard
    told = (one.after for one in reversed(timeline) if one.endpoint is endpoint)
    return heard if next(told, "ok") == _outcome(heard.last) else EndpointState()


def _unreached(observation: Observation | None) -> bool:
    outcome = observation.outcome if observation else None
    return isinstance(outcome, Failure) and outcome.cause.unreachable


def changes_of_judgement(
    key: EntryPointKey,
    before: Judgement,
    after: Judgement,
    at: float,
    since: float | None,
    observation: Observation | None,
    *,
    of_server: bool,
) -> Iterator[Change]:
    """The change of verdict or, where that stays, of level. ``since`` is when ``before`` began."""
    verdict = after.verdict is not before.verdict
    if not verdict and after.level is before.level:
        return
    if before.verdict is Verdict.WAITING:
        since = None
    yield Change(
        at=at,
        key=key,
        server=key.server,
        subject=Subject.VERDICT if verdict else Subject.LEVEL,
        before=before.verdict if verdict else before.level.label,
        after=after.verdict if verdict else after.level.label,
        level=after.level,
        lasted=None if since is None else max(0.0, at - since),
        summary=after.summary,
        observation=observation,
        of_server=of_server,
    )


def change_of_endpoint(
    before: EndpointState, observation: Observation, level: Level, timeline: Sequence[Change]
) -> Iterator[Change]:
    """An endpoint that begins to fail, fails for another cause, or answers again.

    How long it had been as before is taken from the timeline, as far back as that goes.
    """
    last = before.last
    was = _outcome(last) if last else "ok"
    now = _outcome(observation)
    if was == now:
        return
    outcome = observation.outcome
    yield Change(
        at=observation.at,
        key=observation.key,
        server=observation.key.server,
        subject=Subject.ENDPOINT,
        before=was,
        after=now,
        level=level,
        lasted=next(
            (
                max(0.0, observation.at - change.at)
                for change in reversed(timeline)
                if change.endpoint is observation.endpoint
            ),
            None,
        ),
        summary=outcome.message if isinstance(outcome, Failure) else "",
        endpoint=observation.endpoint,
        observation=observation,
    )


def _outcome(observation: Observation) -> str:
    outcome = observation.outcome
    return str(outcome.cause) if isinstance(outcome, Failure) else "ok"
