"""What an answer means, in the words of the drill-down."""

from wallboard.domain.observation import Failure, Observation
from wallboard.domain.reading import (
    AgentAvailability,
    Capacity,
    ChatAllowed,
    CheckEligibility,
    LiveSessionStatus,
    Reading,
)
from wallboard.ui.look.text import figure, safe, span

_RESPONSE_TYPES = {
    0: "the queue can take new chats",
    1: "no agent is available",
    2: "the queue has reached its maximum depth",
}


def meaning(observation: Observation) -> str:
    """One line that says what the poll found or, if it failed, why and what to do."""
    if isinstance(observation.outcome, Failure):
        # The line begins with the endpoint's name, and so do some sentences.
        return safe(observation.outcome.message.removeprefix(f"{observation.endpoint}: "))
    words = _of_reading(observation.outcome)
    return f"{words}  (~ not well formed)" if observation.outcome.lenient else words


def _of_reading(reading: Reading) -> str:
    match reading:
        case AgentAvailability(available=None, raw=raw):
            return f"available={_raw(raw)}: not understood"
        case AgentAvailability(available=available):
            return "an agent is available" if available else "no agent is available"
        case Capacity(count=None, raw=raw):
            return f"count={_raw(raw)}: not understood"
        case Capacity(count=count):
            return f"agents can take {count} more chat{'' if count == 1 else 's'}"
        case LiveSessionStatus():
            return _live(reading)
        case CheckEligibility(response_type=None, raw=raw):
            return f"responseType={_raw(raw)}: not understood"
        case CheckEligibility(response_type=response_type):
            known = _RESPONSE_TYPES.get(response_type or 0, "not documented")
            return f"responseType={response_type}: {known}"
        case ChatAllowed():
            return _allowed(reading)


def _live(reading: LiveSessionStatus) -> str:
    wait = (
        f"waitTime={_raw(reading.raw_wait)}: not understood"
        if reading.wait_seconds is None
        else f"est. wait {span(reading.wait_seconds)}"
    )
    depth = reading.queue_depth
    if depth is None:
        return f"{wait}, queueDepth={_raw(reading.raw_depth)}: not understood"
    return f"{wait}, queue depth {figure(depth)}; a new arrival would be number {depth + 1}"


def _allowed(reading: ChatAllowed) -> str:
    if reading.allowed is None:
        return f"allowed={_raw(reading.raw_allowed)}: not understood"
    if reading.allowed:
        return "allowed=true: a chat can be started"
    if reading.reason:
        return f"allowed=false: {reading.reason}"
    if reading.raw_reason is None:
        return "allowed=false, without a reason"
    return f"allowed=false: {_raw(reading.raw_reason)}, a reason that is not documented"


def _raw(text: str | None) -> str:
    return "(missing)" if text is None else safe(repr(text))
