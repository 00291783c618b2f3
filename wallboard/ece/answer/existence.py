"""Whether there is an entry point, from what ``chatAllowed`` says of its id."""

import re

from wallboard.domain.discovery import Found, Presence
from wallboard.domain.foreign_text import brief
from wallboard.domain.observation import Failure, Observation
from wallboard.domain.reading import ChatAllowed
from wallboard.ece.answer.encoding import text_of

_INVALID = "invalid_entry_point"
_WEARY = frozenset({429, 502, 503, 504})
"""Statuses of a server, or of a gateway before it, that wants to be asked later."""

# Never what stands in an address: a page that repeats the address says nothing of the id.
_NO_SUCH = re.compile(
    r"\binvalid[\s_-]+entry[\s_-]?point\b"
    r"|(?<![/\w])entry[\s_-]?point\b(?![/\w])[^<>/.]{0,60}"
    r"\b(?:not\s+found|not\s+exist|not\s+valid|is\s+invalid|unknown)\b"
    r"|\b(?:no\s+such|unknown)\s+entry[\s_-]?point\b",
    re.IGNORECASE,
)
_SEARCHED = 20_000


def trouble_in(observation: Observation) -> Failure | None:
    """Why nothing was learnt of the id, if that is for the server to get over."""
    outcome, response = observation.outcome, observation.response
    if not isinstance(outcome, Failure):
        return None
    weary = response is not None and response.status in _WEARY
    return outcome if weary or outcome.cause.unreachable else None


def found_of(observation: Observation) -> Found:
    """What an answer says of its id; what it does not say for certain is unclear."""
    number, outcome = observation.key.id, observation.outcome
    if isinstance(outcome, ChatAllowed):
        return answered(number, outcome)
    if words := _refusal(observation):
        return Found(number, Presence.MISSING, words=words)
    words = outcome.message if isinstance(outcome, Failure) else ""
    return Found(number, Presence.UNCLEAR, words=words)


def answered(number: int, said: ChatAllowed) -> Found:
    """What an id is by what ``chatAllowed`` says of it."""
    if said.allowed is None:
        value = f"allowed is “{said.raw_allowed}”" if said.raw_allowed else "allowed is missing"
        return Found(number, Presence.UNCLEAR, words=f"chatAllowed: {value}, which is no answer.")
    if said.allowed:
        return Found(number, Presence.EXISTS, allowed=True)
    if said.reason == _INVALID:
        return Found(number, Presence.MISSING)
    if said.raw_reason:
        words = f"chatAllowed: the reason is “{said.raw_reason}”, which is not documented."
        return Found(number, Presence.UNCLEAR, allowed=False, words=words)
    return Found(number, Presence.EXISTS, allowed=False, reason=said.reason)


def _refusal(observation: Observation) -> str:
    """What a 404 or 500 says of the id, if it says that there is no such entry point."""
    response = observation.response
    if response is None or response.status not in {404, 500}:
        return ""
    said = _NO_SUCH.search(text_of(response.body[:_SEARCHED]))
    return f"{response.status} “{brief(said[0], 80)}”" if said else ""
