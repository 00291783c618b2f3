"""Which endpoint decides the verdict on an entry point, and what it said."""

from wallboard.domain.foreign_text import brief
from wallboard.domain.observation import Cause, Failure, Observation
from wallboard.domain.reading import ChatAllowed, CheckEligibility
from wallboard.domain.snapshot import EntryPointStatus
from wallboard.report.words.changes import CAUSE_WORDS


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
