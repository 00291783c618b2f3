"""Changes of verdict, level and reachability, and which of them explain those of endpoints."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum

from wallboard.domain.endpoint import Endpoint, EntryPointKey
from wallboard.domain.judgement import Judgement
from wallboard.domain.observation import Cause, Failure, Observation
from wallboard.domain.policy import Level, Verdict
from wallboard.domain.state import EndpointState
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
    the poll that brought it; ``cause`` is why that failed, if it did, with the ``http_status``, if
    that was why. ``of_server`` marks what merely follows from a whole server's outage. ``began`` is
    when an outage began that was known for one only at ``at``.
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
    cause: Cause | None = None
    http_status: int | None = None
    began: float | None = None

    @property
    def asks_again(self) -> bool:
        """Whether it only says that a server is back and the entry point is being asked again."""
        return self.of_server and self.after == Verdict.WAITING


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
    if not verdict and (after.level is before.level or after.verdict is Verdict.WAITING):
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
        summary="; ".join(filter(None, (after.summary, after.because))),
        observation=observation,
        of_server=of_server,
        cause=_cause(observation),
        http_status=_http_status(observation),
    )


def change_of_endpoint(
    before: EndpointState, observation: Observation, level: Level, timeline: Sequence[Change]
) -> Iterator[Change]:
    """An endpoint that begins to fail, fails for another cause, or answers again.

    How long it had been as before is taken from the timeline, as far back as that goes.
    """
    last = before.last
    was = outcome_word(last) if last else "ok"
    now = outcome_word(observation)
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
        cause=_cause(observation),
        http_status=_http_status(observation),
    )


def _cause(observation: Observation | None) -> Cause | None:
    outcome = observation.outcome if observation else None
    return outcome.cause if isinstance(outcome, Failure) else None


def _http_status(observation: Observation | None) -> int | None:
    response = observation.response if observation else None
    return response.status if response and _cause(observation) is Cause.HTTP else None


def outcome_word(observation: Observation) -> str:
    """``ok``, or the cause of the failure: what an endpoint is by a poll."""
    outcome = observation.outcome
    return str(outcome.cause) if isinstance(outcome, Failure) else "ok"


Parts = Mapping[int, Sequence[Change]]
"""The changes of endpoints below another one, by the identity of that."""


def explained(
    changes: Sequence[Change], within: Callable[[EntryPointKey], float | None]
) -> tuple[tuple[Change, ...], Parts]:
    """The changes without those of endpoints that another one explains, and these by it.

    That is the nearest one of the entry point if it is not further than ``within`` seconds, a round
    of its polls. All are newest first.
    """
    heads: dict[EntryPointKey | None, list[Change]] = defaultdict(list)
    for change in changes:
        if change.subject is not Subject.ENDPOINT:
            heads[change.key].append(change)
    parts: dict[int, list[Change]] = defaultdict(list)
    alone = []
    for change in changes:
        near = _nearest(change, heads[change.key]) if change.subject is Subject.ENDPOINT else None
        seconds = within(change.key) if near and change.key else None
        if near and seconds is not None and abs(near.at - change.at) <= seconds:
            parts[id(near)].append(change)
        else:
            alone.append(change)
    return tuple(alone), parts


def _nearest(change: Change, heads: Sequence[Change]) -> Change | None:
    """The nearest in time of some changes, which are newest first."""
    place = bisect_left(heads, -change.at, key=lambda head: -head.at)
    near = heads[max(0, place - 1) : place + 1]
    return min(near, key=lambda head: abs(head.at - change.at), default=None)
