"""From an answer to its fact: one function for each of the five GETs.

Whatever is missing or outside the documented set becomes ``None``, never a default: a wrong
"available" would be worse than an honest "unknown".
"""

import math
import re
from typing import Protocol

from wallboard.domain.reading import (
    DOCUMENTED_REASONS,
    AgentAvailability,
    Capacity,
    ChatAllowed,
    CheckEligibility,
    LiveSessionStatus,
)
from wallboard.ece.words import shown

_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_DECIMAL = re.compile(
    r"[+-]?(?:[0-9]{1,30}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})(?:[eE][+-]?[0-9]{1,3})?"
)
_TRUTH = {"true": True, "false": False}
_RESPONSE_TYPES = {"0": 0, "1": 1, "2": 2}


class Answer(Protocol):
    """An answer with the expected root, whatever it was written in. Names are local names."""

    @property
    def lenient(self) -> bool:
        """Whether the body was not well formed."""

    def attribute(self, name: str) -> str | None:
        """The text of an attribute of the root."""

    def child(self, name: str) -> str | None:
        """The text of a child of the root; several that disagree are joined, so fit no fact."""


def agent_availability(answer: Answer) -> AgentAvailability:
    """Attribute ``available``: true or false, in any case."""
    text = answer.attribute("available")
    available = _truth(text)
    return AgentAvailability(available, _unused(text, available), answer.lenient)


def capacity(answer: Answer) -> Capacity:
    """Child ``count``: any integer, a negative one too."""
    text = answer.child("count")
    count = _integer(text)
    return Capacity(count, _unused(text, count), answer.lenient)


def live_session_status(answer: Answer) -> LiveSessionStatus:
    """Children ``waitTime`` (seconds, finite, not negative) and ``queueDepth`` (not negative)."""
    wait_text, depth_text = answer.child("waitTime"), answer.child("queueDepth")
    wait, depth = _seconds(wait_text), _integer(depth_text)
    if depth is not None and depth < 0:
        depth = None
    return LiveSessionStatus(
        wait, depth, _unused(wait_text, wait), _unused(depth_text, depth), answer.lenient
    )


def check_eligibility(answer: Answer) -> CheckEligibility:
    """Attribute ``responseType``: 0, 1 or 2."""
    text = answer.attribute("responseType")
    response_type = None if text is None else _RESPONSE_TYPES.get(text.strip())
    return CheckEligibility(response_type, _unused(text, response_type), answer.lenient)


def chat_allowed(answer: Answer) -> ChatAllowed:
    """Attribute ``allowed`` and, when there is one, ``reason``; an empty reason is no reason."""
    text, reason_text = answer.attribute("allowed"), (answer.attribute("reason") or "").strip()
    allowed = _truth(text)
    reason = reason_text if reason_text in DOCUMENTED_REASONS else None
    return ChatAllowed(
        allowed,
        reason,
        _unused(text, allowed),
        _unused(reason_text or None, reason),
        answer.lenient,
    )


def _unused(text: str | None, fact: object) -> str | None:
    return shown(text) if text is not None and fact is None else None


def _truth(text: str | None) -> bool | None:
    return None if text is None else _TRUTH.get(text.strip().lower())


def _integer(text: str | None) -> int | None:
    if text is None or not _INTEGER.fullmatch(text := text.strip()):
        return None
    return int(text)


def _seconds(text: str | None) -> float | None:
    if text is None or not _DECIMAL.fullmatch(text := text.strip()):
        return None
    seconds = float(text)
    return abs(seconds) if math.isfinite(seconds) and seconds >= 0 else None
