"""What a status other than 200 means, and what to do about it."""

import re
from urllib.parse import urlsplit

from wallboard.domain.endpoint import Endpoint
from wallboard.domain.foreign_text import brief
from wallboard.domain.observation import Blame, Cause, Failure
from wallboard.ece.answer.endpoints import OPERATIONS
from wallboard.ece.answer.received import Received
from wallboard.ece.ask.outgoing import Destination, without_credentials

_Advice = tuple[Blame | None, str]

_ADVICE: dict[int, _Advice] = {
    400: (None, "The server rejected the request: check the id and `paths`."),
    401: (None, "Credentials required: set `Authorization` in `headers`."),
    403: (None, "Access denied by the server or a gateway: have this machine's IP allowed."),
    404: (None, "Not found: check the context root in `url`, and `paths`."),
    405: (None, "GET not allowed here: check `url` and `paths`."),
    407: (Blame.PROXY, "A proxy that is not in the config requires credentials: set "
          "`proxy` with them, or have this machine allowed."),
    421: (Blame.ADDRESS, "The server does not serve this host name: check `url`."),
    429: (Blame.CONFIG, "Too many requests: raise `interval`."),
    495: (Blame.CONFIG, "Client certificate rejected: check `client_cert`."),
    496: (Blame.CONFIG, "Client certificate required: set `client_cert` and `client_key`."),
    497: (Blame.ADDRESS, "The port speaks TLS: use https:// in `url`."),
    502: (None, "A gateway cannot reach the ECE server behind it: check that it is running."),
    503: (None, "The service is down or starting: check the ECE services and the load balancer."),
    504: (None, "The ECE server behind a gateway timed out: check whether it hangs."),
}  # fmt: skip
_CREDENTIALS_REFUSED: _Advice = (
    None,
    "Credentials rejected: check `headers`.",
)
_BEHIND_A_GATEWAY: _Advice = (
    Blame.SERVER,
    "The fault is between a gateway and the server behind it: check TLS between the two.",
)
_PROXY_CREDENTIALS: _Advice = (Blame.PROXY, "Proxy credentials missing or rejected: check `proxy`.")

_SAID: tuple[tuple[re.Pattern[bytes], int], ...] = (
    (re.compile(rb"plain http request|speaking plain http|http request to an https"
                rb"|combination of host and port requires tls|secure channel"
                rb"|secured with secure sockets|ssl is required", re.IGNORECASE), 497),
    (re.compile(rb"certificate error|certificate (?:was revoked|is either not|is not|has expired"
                rb"|is invalid|is untrusted)", re.IGNORECASE), 495),
    (re.compile(rb"no required ssl certificate|client certificate|certificate required"
                rb"|post-handshake authentication", re.IGNORECASE), 496),
    (re.compile(rb"invalid hostname|hostname is invalid", re.IGNORECASE), 421),
)  # fmt: skip
"""Words of error pages (nginx, Apache, Tomcat, Go, IIS), and the status with the same meaning."""

_WANTS_TLS = 497
_OF_TLS = frozenset({495, 496, _WANTS_TLS})
_MEANT_OTHERWISE = frozenset({400, 403})
"""Statuses whose error page says more precisely what is wrong."""

_LOOKED_AT = 16_384
"""Bytes of an error page that are searched; the words of IIS follow its style sheet."""

_PROXY_SAYS_SO_TOO = frozenset({403, 500, 502, 503, 504})
_ASKED_TO_WAIT = frozenset({429, 502, 503, 504})
_LONGEST_WAIT = 86_400


def status_failure(
    endpoint: Endpoint, received: Received, target: Destination, *, authorized: bool
) -> Failure:
    """The failure for a status other than 200, with what the server said about it.

    ``authorized`` says whether credentials for the server were sent.
    """
    status, location = received.status or 0, received.header("location")
    if 300 <= status < 400 and location:
        return Failure(
            Cause.REDIRECT,
            f"{endpoint}: the server redirects ({status}) to {redirect_words(location)}",
        )
    said = f"{status} {brief(received.reason, 60)}".strip()
    if status == 407 and target.proxied:
        blame, advice = _PROXY_CREDENTIALS
    elif status == 401 and authorized:
        blame, advice = _CREDENTIALS_REFUSED
    elif status == 500:
        blame = None
        advice = f"{OPERATIONS[endpoint].on_500}. Check the server's log and the id."
    else:
        blame, advice = _advice(_meant(status, received), target)
    if status in _PROXY_SAYS_SO_TOO and target.proxied:
        if target.tls:
            blame = blame or Blame.SERVER
        else:
            advice = f"{advice} This may also come from the proxy itself: check its log."
    cause = Cause.PROXY if status == 407 and target.proxied else Cause.HTTP
    wait = _wait(status, received)
    who = "the server" if status != 407 else "the proxy" if target.proxied else "a proxy"
    return Failure(cause, f"{endpoint}: {who} answered {said}. {advice}{wait}", blame)


def outdated_failure(
    endpoint: Endpoint, received: Received, target: Destination, longest: float
) -> Failure | None:
    """The failure if a cache on the way keeps its answers longer than so many seconds."""
    age = re.match(r"\s*([0-9]{1,15})", received.header("age") or "")
    if not age or int(age[1]) <= longest:
        return None
    who = "the proxy" if target.proxied else "the cache"
    return Failure(
        Cause.HTTP,
        f"{endpoint}: a cache on the way answered with a copy that is {int(age[1]):,} s old. Have "
        f"{who} pass these requests on to the server.",
        Blame.PROXY,
    )


def redirect_words(location: str) -> str:
    """Where a redirect points, and what to do about it."""
    return (
        f"{_shown_location(location)} (not followed). If that is not a login page, use it as `url`."
    )


def _advice(meant: int, target: Destination) -> _Advice:
    if meant in _OF_TLS and (meant == _WANTS_TLS) is target.tls:
        return _BEHIND_A_GATEWAY
    return _ADVICE.get(meant, (None, "Try the address with curl for details."))


def _meant(status: int, received: Received) -> int:
    """The status with the meaning of the error page."""
    if status in _MEANT_OTHERWISE:
        page = received.body[:_LOOKED_AT] + received.reason.encode()
        for words, meant in _SAID:
            if words.search(page):
                return meant
    return status


def _wait(status: int, received: Received) -> str:
    """The sentence for a ``Retry-After`` in seconds, else empty."""
    text = (received.header("retry-after") or "").strip()
    if status not in _ASKED_TO_WAIT or not re.fullmatch(r"[0-9]{1,5}", text):
        return ""
    seconds = int(text)
    return f" Retry after {seconds} s." if 0 < seconds <= _LONGEST_WAIT else ""


def _shown_location(location: str) -> str:
    """The target of a redirect without credentials and query, which may hold a token."""
    try:
        parts = urlsplit(location)
        return brief(without_credentials(parts._replace(query="", fragment="").geturl())) or "?"
    except ValueError:
        return brief(location.partition("?")[0].rpartition("@")[2]) or "?"
