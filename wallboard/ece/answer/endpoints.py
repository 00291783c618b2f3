"""The five GETs in one table: path, root element, and how the fact is read from the answer."""

import math
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Protocol, TypeVar

from wallboard.domain.endpoint import Endpoint
from wallboard.domain.foreign_text import brief
from wallboard.domain.reading import (
    CAN_TAKE_CHATS,
    DOCUMENTED_REASONS,
    AgentAvailability,
    Capacity,
    ChatAllowed,
    CheckEligibility,
    LiveSessionStatus,
    Reading,
)
from wallboard.frozen import frozen

_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_DECIMAL = re.compile(
    r"[+-]?(?:[0-9]{1,30}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})(?:[eE][+-]?[0-9]{1,3})?"
)
_TRUTH = {"true": True, "false": False}
_RESPONSE_TYPES = {"0": 0, "1": 1, "2": 2}

T = TypeVar("T", bool, int, float)


class Answer(Protocol):
    """An answer with the expected root, in XML or JSON. Names are local names."""

    @property
    def lenient(self) -> bool:
        """Whether the body was not well formed."""

    def attribute(self, name: str) -> str | None:
        """The text of an attribute of the root."""

    def child(self, name: str) -> str | None:
        """The text of a child of the root; several that disagree are joined, and fit no fact."""

    def contested(self, name: str, value: str) -> bool:
        """Whether anything else in the body may give the name of a fact another value."""


def agent_availability(answer: Answer) -> AgentAvailability:
    """Attribute ``available``: true or false, in any case."""
    text = answer.attribute("available")
    return AgentAvailability(*_fact(answer, "available", text, _truth, good=True), answer.lenient)


def capacity(answer: Answer) -> Capacity:
    """Child ``count``: any integer, a negative one too."""
    text = answer.child("count")
    return Capacity(*_fact(answer, "count", text, _integer), answer.lenient)


def live_session_status(answer: Answer) -> LiveSessionStatus:
    """Children ``waitTime`` (seconds, finite, not negative) and ``queueDepth`` (not negative)."""
    wait, raw_wait = _fact(answer, "waitTime", answer.child("waitTime"), _seconds)
    depth, raw_depth = _fact(answer, "queueDepth", answer.child("queueDepth"), _depth)
    return LiveSessionStatus(wait, depth, raw_wait, raw_depth, answer.lenient)


def check_eligibility(answer: Answer) -> CheckEligibility:
    """Attribute ``responseType``: 0, 1 or 2."""
    text = answer.attribute("responseType")
    fact = _fact(answer, "responseType", text, _response_type, good=CAN_TAKE_CHATS)
    return CheckEligibility(*fact, answer.lenient)


def chat_allowed(answer: Answer) -> ChatAllowed:
    """Attribute ``allowed`` and, when there is one, ``reason``; an empty reason is no reason."""
    text, reason_text = answer.attribute("allowed"), (answer.attribute("reason") or "").strip()
    allowed, raw_allowed = _fact(answer, "allowed", text, _truth, good=True)
    reason = reason_text if reason_text in DOCUMENTED_REASONS else None
    return ChatAllowed(
        allowed,
        reason,
        raw_allowed,
        _unused(reason_text or None, reason),
        answer.lenient,
    )


def _fact(
    answer: Answer,
    name: str,
    text: str | None,
    read: Callable[[str], T | None],
    *,
    good: T | None = None,
) -> tuple[T | None, str | None]:
    """The fact in a text, and the text if it holds none.

    A fact whose name also stands elsewhere is none. With ``good``, only that value is in doubt: bad
    news may stand.
    """
    if text is None:
        return None, None
    fact = read(text.strip())
    if fact is not None and good in {None, fact} and answer.contested(name, text.strip()):
        fact, text = None, f"{text} / ?"
    return fact, _unused(text, fact)


def _unused(text: str | None, fact: object) -> str | None:
    return brief(text) if text is not None and fact is None else None


def _truth(text: str) -> bool | None:
    return _TRUTH.get(text.lower())


def _response_type(text: str) -> int | None:
    return _RESPONSE_TYPES.get(text)


def _integer(text: str) -> int | None:
    return int(text) if _INTEGER.fullmatch(text) else None


def _depth(text: str) -> int | None:
    depth = _integer(text)
    return depth if depth is not None and depth >= 0 else None


def _seconds(text: str) -> float | None:
    seconds = float(text) if _DECIMAL.fullmatch(text) else math.nan
    return abs(seconds) if math.isfinite(seconds) and seconds >= 0 else None


@frozen
class Operation:
    """One GET: its path, the root element of its answer, and how the fact is read from that.

    ``names`` are the attributes and children that carry the fact; a JSON answer, which has no root,
    is recognized by them. ``on_500`` is what the vendor documents status 500 to mean.
    """

    path: str
    root: str
    names: tuple[str, ...]
    read: Callable[[Answer], Reading]
    on_500: str


OPERATIONS: Mapping[Endpoint, Operation] = MappingProxyType(
    {
        Endpoint.CHAT_ALLOWED: Operation(
            path="chatAllowed",
            root="chatAllowed",
            names=("allowed", "reason"),
            read=chat_allowed,
            on_500="Unable to retrieve whether this entry point can handle new chats",
        ),
        Endpoint.CHECK_ELIGIBILITY: Operation(
            path="checkEligibility",
            root="checkEligibility",
            names=("responseType",),
            read=check_eligibility,
            on_500="Unable to retrieve the queue depth and wait time",
        ),
        Endpoint.LIVE_SESSION_STATUS: Operation(
            path="liveSessionStatus",
            root="sessionStatus",
            names=("waitTime", "queueDepth"),
            read=live_session_status,
            on_500="Unable to retrieve the queue depth and wait time",
        ),
        Endpoint.CAPACITY: Operation(
            path="capacity",
            root="availableSlots",
            names=("count",),
            read=capacity,
            on_500="Unable to retrieve agent capacity information",
        ),
        Endpoint.AGENT_AVAILABILITY: Operation(
            path="agentAvailability",
            root="agentAvailability",
            names=("available",),
            read=agent_availability,
            on_500="Unable to retrieve agent availability information",
        ),
    }
)
