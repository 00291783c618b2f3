"""The five GETs in one table, and the address of each on a server."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

from wallboard.domain.endpoint import Endpoint
from wallboard.domain.reading import Reading
from wallboard.ece import facts
from wallboard.ece.facts import Answer
from wallboard.settings import DEFAULT_CONTEXT_ROOT, ServerSettings

ID = "{id}"
"""Stands for the entry point's id in an overridden path."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One GET: its path, the root element of its answer, and how the fact is read from that.

    ``names`` are the attributes and children that carry the fact; a JSON answer, which has no root,
    is told by them.
    """

    path: str
    root: str
    names: tuple[str, ...]
    read: Callable[[Answer], Reading]


OPERATIONS: Mapping[Endpoint, Operation] = MappingProxyType(
    {
        Endpoint.CHAT_ALLOWED: Operation(
            "chatAllowed", "chatAllowed", ("allowed", "reason"), facts.chat_allowed
        ),
        Endpoint.CHECK_ELIGIBILITY: Operation(
            "checkEligibility", "checkEligibility", ("responseType",), facts.check_eligibility
        ),
        Endpoint.LIVE_SESSION_STATUS: Operation(
            "liveSessionStatus",
            "sessionStatus",
            ("waitTime", "queueDepth"),
            facts.live_session_status,
        ),
        Endpoint.CAPACITY: Operation("capacity", "availableSlots", ("count",), facts.capacity),
        Endpoint.AGENT_AVAILABILITY: Operation(
            "agentAvailability", "agentAvailability", ("available",), facts.agent_availability
        ),
    }
)


def url_of(server: ServerSettings, endpoint: Endpoint, entry_point_id: int) -> str:
    """Where one GET is asked. Never holds credentials; those are ``basic_auth_of``.

    A query in the server's address is kept and one in an overridden path put before it. Raises
    ``ValueError`` if the address is no address.
    """
    base = urlsplit(server.url)
    root = base.path.rstrip("/") or DEFAULT_CONTEXT_ROOT
    path, _, query = server.paths.get(endpoint, OPERATIONS[endpoint].path).partition("?")
    if ID not in path and ID not in query:
        path = f"{path.rstrip('/')}/{ID}"
    path = f"{root}/{path.lstrip('/')}".replace(ID, str(entry_point_id))
    query = "&".join(part for part in (query.replace(ID, str(entry_point_id)), base.query) if part)
    return urlunsplit((base.scheme, _host_and_port(base), path, query, ""))


def basic_auth_of(url: str) -> str | None:
    """The value of ``Authorization`` for the credentials in an address, if it holds any."""
    parts = urlsplit(url)
    if parts.username is None and parts.password is None:
        return None
    credentials = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
    return "Basic " + base64.b64encode(credentials.encode()).decode("ascii")


def without_credentials(url: str) -> str:
    """The address as it may be shown."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=_host_and_port(parts)))


def _host_and_port(parts: SplitResult) -> str:
    return parts.netloc.rpartition("@")[2]
