"""What it means when the status is not 200."""

from urllib.parse import urlsplit

from wallboard.domain.endpoint import Endpoint
from wallboard.domain.observation import Cause, Failure
from wallboard.ece.endpoints import OPERATIONS, without_credentials
from wallboard.ece.words import shown

_ADVICE = {
    400: "The server could not make sense of the request: check the id and `paths`.",
    401: "The server wants credentials: set them in `headers`, or in `url`.",
    403: "The server or a gateway forbids it: ask for this machine's address to be let in.",
    404: "Nothing is at this address: check the context root in `url`, and `paths`.",
    405: "The address takes no GET: check `url` and `paths`.",
    407: "Check the credentials in `proxy`.",
    429: "Too many requests: raise `interval`.",
    502: "A gateway could not reach the ECE server behind it: see whether that runs.",
    503: "The service is down or starting: look at the ECE services, and at a load balancer.",
    504: "A gateway waited in vain for the ECE server behind it: see whether that hangs.",
}


def status_failure(
    endpoint: Endpoint, status: int, reason: str, location: str | None, *, proxied: bool
) -> Failure:
    """Why a status other than 200 is no answer, with what the server said about it."""
    if 300 <= status < 400 and location is not None:
        return Failure(
            Cause.REDIRECT,
            f"{endpoint}: the server redirects ({status}) to {redirect_words(location)}",
        )
    said = f"{status} {shown(reason, 60)}".strip()
    if status == 500:
        advice = f"{OPERATIONS[endpoint].trouble}. Look at the server's log, and check the id."
    else:
        advice = _ADVICE.get(status, "Open the address with curl to see more.")
    cause = Cause.PROXY if status == 407 and proxied else Cause.HTTP
    return Failure(cause, f"{endpoint}: the server answered {said}. {advice}")


def redirect_words(location: str) -> str:
    """Where a redirect points, and what to do about it."""
    return (
        f"{_shown_location(location)}, which is not followed. If that is a login page, one is in "
        "the way; else use it as `url`."
    )


def _shown_location(location: str) -> str:
    """Where a redirect points, without query (which may hold a token) and credentials."""
    try:
        parts = urlsplit(location)
        return shown(without_credentials(parts._replace(query="", fragment="").geturl())) or "?"
    except ValueError:
        return shown(location.partition("?")[0].rpartition("@")[2]) or "?"
