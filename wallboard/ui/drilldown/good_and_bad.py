"""Finds the last good and the first bad poll of an endpoint."""

from wallboard.domain.change import Subject
from wallboard.domain.endpoint import Endpoint
from wallboard.domain.observation import Failure, Observation
from wallboard.domain.policy import Verdict
from wallboard.domain.snapshot import EntryPointStatus
from wallboard.frozen import frozen
from wallboard.ui.picture.recorded_past import MergedStatus


@frozen
class GoodAndBad:
    """The last good and the first bad poll of an endpoint; ``None`` where it is not known.

    ``good_since`` is the time of the oldest known good poll, Unix time in seconds, if none was bad.
    ``over`` is true if the newest poll is good again.
    """

    good: Observation | None = None
    bad: Observation | None = None
    good_since: float | None = None
    over: bool = False


def last_good_and_bad(status: EntryPointStatus, endpoint: Endpoint) -> GoodAndBad:
    """The first poll of the newest run of bad ones, and the last good one before it.

    A poll is bad when it failed or when the verdict was not OPEN after it.
    """
    polls = _known_polls(status, endpoint)
    bad = [_is_bad(poll, status) for poll in polls]
    if True not in bad:
        known = [poll.at for poll, is_bad in zip(polls, bad, strict=True) if is_bad is False]
        return GoodAndBad(good_since=min(known, default=None))
    first = len(bad) - 1 - bad[::-1].index(True)
    while first and bad[first - 1] and not _opened(status, polls[first - 1].at, polls[first].at):
        first -= 1
    before = [poll for poll, is_bad in zip(polls[:first], bad, strict=False) if is_bad is False]
    return GoodAndBad(before[-1] if before else None, polls[first], over=bad[-1] is False)


def _known_polls(status: EntryPointStatus, endpoint: Endpoint) -> list[Observation]:
    """Every known poll of the endpoint, oldest first."""
    state = status.state.endpoint(endpoint)
    kept = [*(change.observation for change in status.timeline), state.good, *state.recent]
    kept += status.extra_polls if isinstance(status, MergedStatus) else ()
    polls = {id(poll): poll for poll in kept if poll and poll.endpoint is endpoint}
    return sorted(polls.values(), key=lambda poll: poll.at)


def _is_bad(poll: Observation, status: EntryPointStatus) -> bool | None:
    """Whether a poll was bad; ``None`` if the verdict of that moment is not known."""
    if isinstance(poll.outcome, Failure):
        return True
    verdict = _verdict_at(poll.at, status)
    return None if verdict in {None, Verdict.WAITING} else verdict != Verdict.OPEN


def _verdict_at(at: float, status: EntryPointStatus) -> str | None:
    """The verdict at a moment, as far back as the timeline goes."""
    verdicts = [change for change in status.timeline if change.subject is Subject.VERDICT]
    if not verdicts:
        known = status.since is not None and status.since <= at
        return status.judgement.verdict if known else None
    last = next((change for change in reversed(verdicts) if change.at <= at), None)
    return last.after if last else verdicts[0].before


def _opened(status: EntryPointStatus, after: float, until: float) -> bool:
    """Whether the verdict became OPEN between two times, which separates two runs."""
    return any(
        change.subject is Subject.VERDICT
        and change.after == Verdict.OPEN
        and after < change.at <= until
        for change in status.timeline
    )
