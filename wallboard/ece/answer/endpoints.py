"""The five GETs in one table, and the address of each, and of the survey, on a server."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

from wallboard.domain.endpoint import Endpoint
from wallboard.domain.reading import Reading
from wallboard.ece.answer import facts
from wallboard.ece.answer.facts import Answer
from wallboard.settings import DEFAULT_CONTEXT_ROOT, ServerSettings

ID = "{id}"
"""Stands for the entry point's id in an overridden path."""

SURVEY_PATH = "survey"
"""The path of the one POST."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One GET: its path, the root element of its answer, and how the fact is read from that.

    ``names`` are the attributes and children that carry the fact; a JSON answer, which has no root,
    is told by them. ``trouble`` is what the vendor documents status 500 to mean.
    """

    path: str
    root: str
    names: tuple[str, ...]
    read: Callable[[Answer], Reading]
    trouble: str


OPERATIONS: Mapping[Endpoint, Operation] = MappingProxyType(
    {
        Endpoint.CHAT_ALLOWED: Operation(
            path="chatAllowed",
            root="chatAllowed",
            names=("allowed", "reason"),
            read=facts.chat_allowed,
            trouble="Unable to retrieve whether this entry point can handle new chats",
        ),
        Endpoint.CHECK_ELIGIBILITY: Operation(
            path="checkEligibility",
            root="checkEligibility",
            names=("responseType",),
            read=facts.check_eligibility,
            trouble="Unable to retrieve the queue depth and wait time",
        ),
        Endpoint.LIVE_SESSION_STATUS: Operation(
            path="liveSessionStatus",
            root="sessionStatus",
            names=("waitTime", "queueDepth"),
            read=facts.live_session_status,
            trouble="Unable to retrieve the queue depth and wait time",
        ),
        Endpoint.CAPACITY: Operation(
            path="capacity",
            root="availableSlots",
            names=("count",),
            read=facts.capacity,
            trouble="Unable to retrieve agent capacity information",
        ),
        Endpoint.AGENT_AVAILABILITY: Operation(
            path="agentAvailability",
            root="agentAvailability",
            names=("available",),
            read=facts.agent_availability,
            trouble="Unable to retrieve agent availability information",
        ),
    }
)


def url_of(server: ServerSettings, endpoint: Endpoint, entry_point_id: int) -> str:
    """Where one GET is asked. Never holds credentials; those are ``basic_auth_of``.

    A query in the server's address is kept and one in an overridden path put before it. Raises
    ``ValueError`` if the address is no address.
    """
    base = urlsplit(server.url)
    path, _, query = server.paths.get(endpoint, OPERATIONS[endpoint].path).partition("?")
    if ID not in path and ID not in query:
        path = f"{path.rstrip('/')}/{ID}"
    return _below(
        base, path.replace(ID, str(entry_point_id)), query.replace(ID, str(entry_point_id))
    )


def survey_url_of(server: ServerSettings) -> str:
    """Where a survey is posted; like ``url_of`` in all else."""
    return _below(urlsplit(server.url), SURVEY_PATH, "")


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


def _below(base: SplitResult, path: str, query: str) -> str:
    """An address below that of a server."""
    root = base.path.rstrip("/") or DEFAULT_CONTEXT_ROOT
    query = "&".join(part for part in (query, base.query) if part)
    return urlunsplit((base.scheme, _host_and_port(base), f"{root}/{path.lstrip('/')}", query, ""))


def _host_and_port(parts: SplitResult) -> str:
    return parts.netloc.rpartition("@")[2]
