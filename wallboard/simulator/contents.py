"""What the five GETs say about an entry point, before it is written as XML or JSON."""

from dataclasses import dataclass
from json import dumps

from wallboard.domain.endpoint import Endpoint
from wallboard.simulator.model import Standing

ROOTS = {
    Endpoint.CHAT_ALLOWED: "chatAllowed",
    Endpoint.CHECK_ELIGIBILITY: "checkEligibility",
    Endpoint.LIVE_SESSION_STATUS: "sessionStatus",
    Endpoint.CAPACITY: "availableSlots",
    Endpoint.AGENT_AVAILABILITY: "agentAvailability",
}

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Content:
    """One answer: the root's name, its attributes and its children, in order."""

    root: str
    attributes: Pairs = ()
    children: Pairs = ()


def content_of(endpoint: Endpoint, standing: Standing) -> Content:
    """What an endpoint says of an entry point that stands so."""
    match endpoint:
        case Endpoint.CHAT_ALLOWED:
            return allowed_content(standing.reason)
        case Endpoint.CHECK_ELIGIBILITY:
            return Content(
                "checkEligibility", attributes=(("responseType", str(standing.response_type)),)
            )
        case Endpoint.LIVE_SESSION_STATUS:
            return live_content(str(standing.wait_seconds), standing.queue_depth)
        case Endpoint.CAPACITY:
            return Content("availableSlots", children=(("count", str(standing.capacity)),))
        case Endpoint.AGENT_AVAILABILITY:
            return Content(
                "agentAvailability", attributes=(("available", _truth(standing.agent_available)),)
            )


def allowed_content(reason: str | None) -> Content:
    """``chatAllowed``: allowed without a reason, and not allowed with one."""
    if reason is None:
        return Content("chatAllowed", attributes=(("allowed", "true"),))
    return Content("chatAllowed", attributes=(("allowed", "false"), ("reason", reason)))


def live_content(wait: str, queue_depth: int) -> Content:
    """``liveSessionStatus`` with the wait as it is written."""
    return Content("sessionStatus", children=(("waitTime", wait), ("queueDepth", str(queue_depth))))


def json_of(content: Content) -> bytes:
    """The same content as the newer servers write it, numbers and truths unquoted."""
    pairs = (*content.attributes, *content.children)
    return dumps({name: _typed(text) for name, text in pairs}, separators=(",", ":")).encode()


def _typed(text: str) -> str | bool | int | float:
    if text in {"true", "false"}:
        return text == "true"
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return text


def _truth(value: bool) -> str:
    return "true" if value else "false"
