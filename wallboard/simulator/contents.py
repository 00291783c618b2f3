"""The content of the five GETs, and how different servers write it as XML or JSON."""

from html import escape
from json import dumps

from wallboard.domain.endpoint import Endpoint
from wallboard.frozen import frozen
from wallboard.simulator.queue_model import QueueState

ROOTS = {
    Endpoint.CHAT_ALLOWED: "chatAllowed",
    Endpoint.CHECK_ELIGIBILITY: "checkEligibility",
    Endpoint.LIVE_SESSION_STATUS: "sessionStatus",
    Endpoint.CAPACITY: "availableSlots",
    Endpoint.AGENT_AVAILABILITY: "agentAvailability",
}

Pairs = tuple[tuple[str, str], ...]


@frozen
class Content:
    """One answer: the root's name, its attributes and its children, in order."""

    root: str
    attributes: Pairs = ()
    children: Pairs = ()


def content_of(endpoint: Endpoint, state: QueueState) -> Content:
    """The answer of an endpoint for this state of the entry point."""
    match endpoint:
        case Endpoint.CHAT_ALLOWED:
            return allowed_content(state.reason)
        case Endpoint.CHECK_ELIGIBILITY:
            return Content(
                "checkEligibility", attributes=(("responseType", str(state.response_type)),)
            )
        case Endpoint.LIVE_SESSION_STATUS:
            return live_content(str(state.wait_seconds), state.queue_depth)
        case Endpoint.CAPACITY:
            return Content("availableSlots", children=(("count", str(state.capacity)),))
        case Endpoint.AGENT_AVAILABILITY:
            return Content(
                "agentAvailability", attributes=(("available", _truth(state.agent_available)),)
            )


def allowed_content(reason: str | None) -> Content:
    """``chatAllowed``: allowed without a reason, and not allowed with one."""
    if reason is None:
        return Content("chatAllowed", attributes=(("allowed", "true"),))
    return Content("chatAllowed", attributes=(("allowed", "false"), ("reason", reason)))


def live_content(wait: str, queue_depth: int) -> Content:
    """``liveSessionStatus`` with the wait as text."""
    return Content("sessionStatus", children=(("waitTime", wait), ("queueDepth", str(queue_depth))))


def json_of(content: Content) -> bytes:
    """The content as JSON, with numbers and booleans unquoted, as newer servers write it."""
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


DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'


@frozen
class Dialect:
    """The way one server writes XML. ``gap`` separates the parts of a body."""

    name: str
    namespaces: str
    attributes_first: bool
    gap: str
    content_type: str

    def write(self, content: Content) -> bytes:
        """A body: root without a namespace, children prefixed."""
        head = self.open(content)
        if not content.children:
            return f"{DECLARATION}{self.gap}<{head}/>".encode()
        inset = f"{self.gap}    " if self.gap else ""
        children = "".join(
            f"{inset}<ns2:{name}>{escape(text)}</ns2:{name}>" for name, text in content.children
        )
        return f"{DECLARATION}{self.gap}<{head}>{children}{self.gap}</{content.root}>".encode()

    def open(self, content: Content) -> str:
        """The root's name with its attributes and namespace declarations."""
        attributes = _written(content.attributes)
        if self.attributes_first:
            return f"{content.root}{attributes} {self.namespaces}"
        return f"{content.root} {self.namespaces}{attributes}"


def _written(attributes: Pairs) -> str:
    return "".join(f' {name}="{escape(text)}"' for name, text in attributes)


DIALECTS = (
    Dialect(
        "lab",
        'xmlns:ns5="http://jabber.org/protocol/httpbind" xmlns:ns2="http://bindings.egain.com/chat"'
        ' xmlns:ns4="jabber:client" xmlns:ns3="urn:ietf:params:xml:ns:xmpp-stanzas"',
        attributes_first=True,
        gap="",
        content_type="application/xml",
    ),
    Dialect(
        "document",
        'xmlns:ns2="http://bindings.egain.com/chat" xmlns:ns4="urn:ietf:params:xml:ns:xmpp-stanzas"'
        ' xmlns:ns3="jabber:client" xmlns:ns5="http://jabber.org/protocol/httpbind"',
        attributes_first=False,
        gap="\n",
        content_type="text/xml;charset=UTF-8",
    ),
    Dialect(
        "bosh",
        'xmlns:ns2="com/egain/live/framework/bosh/gen" xmlns:ns3="http://bindings.egain.com/chat"'
        ' xmlns:ns4="urn:ietf:params:xml:ns:xmpp-stanzas" xmlns:ns5="jabber:client"',
        attributes_first=False,
        gap="",
        content_type="application/xml;charset=UTF-8",
    ),
)
"""A simulator picks one by its seed, so that several servers write differently."""
