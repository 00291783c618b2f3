"""From the path of a request to what is asked of whom."""

import re
from functools import lru_cache

from wallboard.domain.endpoint import Endpoint

Route = tuple[Endpoint, int]

# The context root is a deployment choice, so any is taken. The vendor's document misspells one
# operation in its addresses; both spellings answer.
_GET = re.compile(r"(?:/[\w.~-]+)*/chat/entrypoint/(\w+)/(-?\d{1,19})")
_SURVEY = re.compile(r"(?:/[\w.~-]+)*/chat/entrypoint/survey")
_OPERATIONS = {endpoint.value: endpoint for endpoint in Endpoint} | {
    "agentAvilability": Endpoint.AGENT_AVAILABILITY
}


@lru_cache(maxsize=65_536)
def route_of(path: str) -> Route | None:
    """The endpoint and entry point that a path names, or ``None``."""
    match = _GET.fullmatch(path.partition("?")[0])
    if not match:
        return None
    endpoint = _OPERATIONS.get(match[1])
    return (endpoint, int(match[2])) if endpoint else None


def names_survey(path: str) -> bool:
    """Whether a path is that of the survey."""
    return _SURVEY.fullmatch(path.partition("?")[0]) is not None
