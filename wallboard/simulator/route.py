"""From the path of a request to what is asked of whom."""

import re
from functools import lru_cache

from wallboard.domain.endpoint import Endpoint

_NOT_PLAIN = (b"\nconnection: close", b"\ncontent-length:", b"\ntransfer-encoding:", b"\nexpect:",
              b"\nupgrade:")  # fmt: skip

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


def is_plain_get(data: bytes) -> bool:
    """Whether these bytes are one whole GET without a body on a connection to be kept."""
    end = data.find(b"\r\n\r\n")
    if end != len(data) - 4 or not data.startswith(b"GET /"):
        return False
    if data[: data.index(b"\r\n")].count(b" ") != 2 or b" HTTP/1.1\r\n" not in data:
        return False
    lower = data.lower()
    return not any(header in lower for header in _NOT_PLAIN)
