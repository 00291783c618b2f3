"""One entry point as several places see it: who says what, who agrees, and whose word counts.

A place that is silent, or whose answer is out of date, does not count. Places poll at different
moments, so that they disagree only once they have for longer than a round of polls takes.
"""

from collections import Counter
from collections.abc import Iterable

from wallboard.domain.observation import is_recent
from wallboard.domain.policy import Verdict
from wallboard.domain.snapshot import EntryPointStatus
from wallboard.frozen import frozen

SETTLED_INTERVALS = 1.5
"""How long places may differ, while each of them polls again, before that is a disagreement."""


@frozen
class Answer:
    """What one place says of an entry point, and whether that counts.

    ``since`` is when its verdict began, ``silent_since`` when the place was heard last if it is
    silent; both are Unix time in seconds, ``None`` where that is not known or not so.
    """

    place: str
    status: EntryPointStatus
    own: bool
    counts: bool
    since: float | None = None
    silent_since: float | None = None

    @property
    def verdict(self) -> Verdict:
        """Its verdict, the last one where it does not count."""
        return self.status.judgement.verdict


@frozen
class Agreement:
    """How many places say the same of an entry point: ``agree`` of the ``count`` that count.

    ``verdict`` is that of this board or, where its own does not count, of most places.
    ``differing`` are the names of those that count and say something else, each with what;
    ``silent`` and ``stale`` are those that do not count, as they or their answers are out of date.
    ``disagrees`` is true once places have differed for longer than a round.
    """

    verdict: Verdict
    agree: int
    count: int
    differing: tuple[tuple[str, Verdict], ...] = ()
    silent: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    disagrees: bool = False

    @property
    def unanimous(self) -> bool:
        """Whether all that count say the same."""
        return not self.differing


def answers_of(status: EntryPointStatus, now: float) -> tuple[Answer, ...]:
    """What each place says, in the order of their names; nothing where there is only one."""
    places = status.places
    if places is None:
        return ()
    own = Answer(places.own, status, own=True, counts=is_known(status, now), since=status.since)
    others = (
        Answer(
            one.place,
            one.status,
            own=False,
            counts=one.silent_since is None and is_known(one.status, now),
            since=one.since,
            silent_since=one.silent_since,
        )
        for one in places.others
    )
    return tuple(sorted((own, *others), key=lambda one: one.place))


def agreement_of(status: EntryPointStatus, now: float) -> Agreement | None:
    """How many places agree; ``None`` where there is only one."""
    answers = answers_of(status, now)
    if not answers:
        return None
    counting = [one for one in answers if one.counts]
    verdict = _verdict(answers, counting)
    differing = tuple((one.place, one.verdict) for one in counting if one.verdict is not verdict)
    left_out = [one for one in answers if not one.counts]
    return Agreement(
        verdict,
        len(counting) - len(differing),
        len(counting),
        differing,
        tuple(one.place for one in left_out if one.silent_since is not None),
        tuple(one.place for one in left_out if one.silent_since is None),
        bool(differing) and _settled(counting, now, status.policy.interval),
    )


def disagree(status: EntryPointStatus, now: float) -> bool:
    """Whether places disagree about an entry point."""
    places, verdict = status.places, status.judgement.verdict
    if places is None or all(one.status.judgement.verdict is verdict for one in places.others):
        return False  # nearly all of them, each at every tick
    agreement = agreement_of(status, now)
    return agreement is not None and agreement.disagrees


def is_known(status: EntryPointStatus, now: float) -> bool:
    """Whether the verdict of a status was given and is not out of date."""
    judgement = status.judgement
    return not (
        judgement.verdict is Verdict.WAITING
        or judgement.unconfirmed(now)
        or (status.known_until is not None and status.known_until < now)
    )


def _verdict(answers: Iterable[Answer], counting: list[Answer]) -> Verdict:
    own = next(one for one in answers if one.own)
    if own.counts or not counting:
        return own.verdict
    found = Counter(one.verdict for one in counting)
    return min(found, key=lambda verdict: (-found[verdict], verdict.place))


def _settled(counting: Iterable[Answer], now: float, interval: float) -> bool:
    """Whether all have said what they say for longer than a round takes."""
    lately = SETTLED_INTERVALS * interval
    return not any(one.since is None or is_recent(one.since, now, lately) for one in counting)
