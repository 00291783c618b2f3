"""The status of an entry point in few words: since when, why, and which endpoint decides."""

from wallboard.domain.endpoint import Endpoint
from wallboard.domain.foreign_text import brief, safe
from wallboard.domain.judgement import Judgement
from wallboard.domain.observation import AHEAD_SECONDS, Cause, Failure, Observation
from wallboard.domain.onset import Onset
from wallboard.domain.policy import Verdict
from wallboard.domain.reading import (
    CAN_TAKE_CHATS,
    MAXIMUM_DEPTH,
    NO_AGENT,
    ChatAllowed,
    CheckEligibility,
)
from wallboard.domain.snapshot import EntryPointStatus
from wallboard.domain.time_span import UNKNOWN, span
from wallboard.report.words.changes import CAUSE_WORDS
from wallboard.report.words.figures import age, clock

_RESPONSE_TYPE = {
    CAN_TAKE_CHATS: "eligible",
    NO_AGENT: f"no agent ({NO_AGENT})",
    MAXIMUM_DEPTH: f"max depth ({MAXIMUM_DEPTH})",
}


def age_words(onset: Onset | None, now: float) -> str:
    """For how long it has been as it is: ``13m``, or ``>13m`` where nobody saw it begin.

    Nothing where nobody knows.
    """
    if onset is None or onset.at > now + AHEAD_SECONDS:
        return ""
    return f"{'' if onset.seen else '>'}{age(now - onset.at)}"


def since_words(onset: Onset | None, now: float) -> str:
    """The same with the moment: ``since 14:43:28 (13m)``, ``since before 14:43:28 (>13m)``."""
    words = age_words(onset, now)
    if onset is None or not words:
        return ""
    return f"since {'' if onset.seen else 'before '}{clock(onset.at, now)} ({words})"


def before_words(onset: Onset | None) -> str:
    """What it was before and for how long, as far as that is known: ``OPEN for 36s``."""
    if onset is None or onset.before is None:
        return ""
    was = onset.before.label.upper()
    return was if onset.lasted is None else f"{was} for {span(onset.lasted)}"


def raised_words(judgement: Judgement) -> str:
    """Why an open entry point is not at its best: ``no free slots``; nothing if it is."""
    return judgement.raised[0] if judgement.raised else ""


def response_type_words(judgement: Judgement, now: float, unknown: str = UNKNOWN) -> str:
    """The response type on its chip: ``eligible``, ``no agent (1)``, a dash where nobody knows.

    One that is not documented is shown as it came.
    """
    unanswered = (
        judgement.verdict is Verdict.UNREACHABLE
        or Endpoint.CHECK_ELIGIBILITY in judgement.failing
        or judgement.stale(now)
    )
    if unanswered or (judgement.raw_response_type is None and judgement.response_type is None):
        return unknown
    if judgement.response_type in _RESPONSE_TYPE:
        return _RESPONSE_TYPE[judgement.response_type]
    return f"? {safe(judgement.raw_response_type or '')}"


def deciding_poll(status: EntryPointStatus) -> Observation | None:
    """The poll that the verdict rests on; ``None`` where none decides."""
    endpoint = status.judgement.decided_by
    return status.state.current(endpoint) if endpoint else None


def deciding_words(status: EntryPointStatus) -> str:
    """The endpoint that decides and its value: ``chatAllowed allowed=false reason=other``."""
    poll = deciding_poll(status)
    if poll is None:
        return ""
    match poll.outcome:
        case ChatAllowed(allowed=allowed, reason=reason, raw_allowed=raw, raw_reason=raw_reason):
            said = brief(raw or "-") if allowed is None else str(allowed).lower()
            why = reason or raw_reason
            words = f"allowed={said}" + (f" reason={brief(why)}" if why else "")
        case CheckEligibility(response_type=response_type, raw=raw):
            said = brief(raw or "-") if response_type is None else str(response_type)
            words = f"responseType={said}"
        case Failure():
            words = failure_words(poll, poll.outcome)
        case _:
            return ""
    return f"{poll.endpoint} {words}"


def cause_words(status: EntryPointStatus) -> str:
    """Why a poll failed, for an HTTP error with its status; nothing where none decides."""
    cause, poll = status.judgement.cause, deciding_poll(status)
    if cause is None:
        return ""
    if poll and isinstance(poll.outcome, Failure) and poll.outcome.cause is cause:
        return failure_words(poll, poll.outcome)
    return CAUSE_WORDS[cause]


def failure_words(poll: Observation, failure: Failure) -> str:
    """Why a poll failed, for an HTTP error with its status."""
    if failure.cause is Cause.HTTP and poll.response:
        return f"HTTP {poll.response.status}"
    return CAUSE_WORDS[failure.cause]
