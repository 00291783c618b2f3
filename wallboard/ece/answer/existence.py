"""Whether an entry point exists, by the answer of ``chatAllowed`` to its id."""

import re

from wallboard.domain.discovery import Found, Presence
from wallboard.domain.foreign_text import brief
from wallboard.domain.observation import Failure, Observation
from wallboard.domain.reading import ChatAllowed
from wallboard.ece.answer.encoding import text_of

_INVALID = "invalid_entry_point"
_BUSY = frozenset({429, 502, 503, 504})
"""Statuses of a server, or of a gateway before it, that is overloaded or down."""

# Not within an address: an error page that repeats the address says nothing about the id.
_NO_SUCH = re.compile(
    r"\binvalid[\s_-]+entry[\s_-]?point\b"
    r"|(?<![/\w])entry[\s_-]?point\b(?![/\w])[^<>/.]{0,60}"
    r"\b(?:not\s+found|not\s+exist|not\s+valid|is\s+invalid|unknown)\b"
    r"|\b(?:no\s+such|unknown)\s+entry[\s_-]?point\b",
    re.IGNORECASE,
)
_SEARCHED = 20_000


def server_failure_in(observation: Observation) -> Failure | None:
    """The failure, if it is one of the whole server and so says nothing about the id."""
    outcome, response = observation.outcome, observation.response
    if not isinstance(outcome, Failure):
        return None
    busy = response is not None and response.status in _BUSY
    return outcome if busy or outcome.cause.unreachable else None


def found_of(observation: Observation) -> Found:
    """Whether the entry point exists by an answer; what is not certain is ``UNCLEAR``."""
    number, outcome = observation.key.id, observation.outcome
    if isinstance(outcome, ChatAllowed):
        return found_of_reading(number, outcome)
    if words := _refusal(observation):
        return Found(number, Presence.MISSING, words=words)
    words = outcome.message if isinstance(outcome, Failure) else ""
    return Found(number, Presence.UNCLEAR, words=words)


def found_of_reading(number: int, said: ChatAllowed) -> Found:
    """Whether the entry point exists by a reading of ``chatAllowed``."""
    if said.allowed is None:
        value = f"allowed is “{said.raw_allowed}”" if said.raw_allowed else "allowed is missing"
        return Found(number, Presence.UNCLEAR, words=f"chatAllowed: {value}: not a valid answer.")
    if said.allowed:
        return Found(number, Presence.EXISTS, allowed=True)
    if said.reason == _INVALID:
        return Found(number, Presence.MISSING)
    if said.raw_reason:
        words = f"chatAllowed: undocumented reason “{said.raw_reason}”."
        return Found(number, Presence.UNCLEAR, allowed=False, words=words)
    return Found(number, Presence.EXISTS, allowed=False, reason=said.reason)


def _refusal(observation: Observation) -> str:
    """The words of a 404 or 500 that say that there is no such entry point."""
    response = observation.response
    if response is None or response.status not in {404, 500}:
        return ""
    said = _NO_SUCH.search(text_of(response.body[:_SEARCHED]))
    return f"{response.status} “{brief(said[0], 80)}”" if said else ""
