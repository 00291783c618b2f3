"""Rounds of polls: a sample holds the figures of one round."""

from functools import cache

from wallboard.domain.endpoint import Endpoint
from wallboard.domain.history import Sample
from wallboard.domain.observation import Failure, Observation
from wallboard.domain.reading import Capacity, LiveSessionStatus
from wallboard.domain.snapshot import EntryPointStatus
from wallboard.domain.state import EntryPointState

_EARLY_SHARE = 0.25
"""Shares of an interval by which replayed polls, evenly spread, may seem to begin too early."""


def ends_round(before: EntryPointState, poll: Observation, interval: float) -> bool:
    """Whether a poll brings the last figure of its round; ``before`` is the state without it.

    Answers overtake each other, but polls begin in the order of the endpoints. A round whose
    second figure stays away is not waited for once the one before had to do without, too.
    """
    first, last = _endpoints_with_figures(before.entry_point.endpoints)
    if poll.endpoint is last is first:
        return True
    firsts, newest_last = before.endpoint(first).recent, before.endpoint(last).last
    if poll.endpoint is first:
        missed = bool(firsts) and not _follows(newest_last, firsts[-1], interval)
        return missed or _follows(newest_last, poll, interval)
    if poll.endpoint is last and firsts and _follows(poll, firsts[-1], interval):
        missed = len(firsts) > 1 and not _follows(newest_last, firsts[-2], interval)
        return not missed and not _follows(newest_last, firsts[-1], interval)
    return False


def sample_of_round(status: EntryPointStatus, at: float) -> Sample:
    """What was read in the round that ended at ``at``; a figure that was not read is ``None``."""
    state, interval = status.state, status.policy.interval
    first, last = map(state.endpoint, _endpoints_with_figures(state.entry_point.endpoints))
    polls = [first.last] if first.last else []
    if first.last and last.last and _follows(last.last, first.last, interval):
        polls.append(last.last)
    read = {poll.endpoint: poll.outcome for poll in polls if not isinstance(poll.outcome, Failure)}
    live, capacity = read.get(Endpoint.LIVE_SESSION_STATUS), read.get(Endpoint.CAPACITY)
    return Sample(
        at=at,
        wait_seconds=live.wait_seconds if isinstance(live, LiveSessionStatus) else None,
        queue_depth=live.queue_depth if isinstance(live, LiveSessionStatus) else None,
        capacity=capacity.count if isinstance(capacity, Capacity) else None,
        verdict=status.judgement.verdict,
        level=status.judgement.level,
    )


@cache
def _endpoints_with_figures(endpoints: tuple[Endpoint, ...]) -> tuple[Endpoint, Endpoint]:
    """The two whose polls make a sample, in the order in which they are polled, or twice the one.

    Where none brings figures, the polls of the first set the pace of the samples.
    """
    pace = Endpoint.LIVE_SESSION_STATUS
    if pace not in endpoints:
        pace = endpoints[0]
    other = Endpoint.CAPACITY if Endpoint.CAPACITY in endpoints else pace
    first, last = sorted((pace, other), key=endpoints.index)
    return first, last


def _follows(last: Observation | None, first: Observation, interval: float) -> bool:
    """Whether a poll is of the round that another began."""
    return last is not None and _began(last) >= _began(first) - _EARLY_SHARE * interval


def _began(poll: Observation) -> float:
    return poll.at - poll.elapsed_seconds
