"""What one poll brought back. Everything the board shows is folded from these."""

from collections.abc import Iterable
from dataclasses import field, replace
from enum import StrEnum

from wallboard.domain.endpoint import Endpoint, EntryPointKey
from wallboard.domain.reading import Reading
from wallboard.frozen import frozen


class Cause(StrEnum):
    """Why a poll failed; the values are the ``error`` of the JSON report."""

    DNS = "dns"
    REFUSED = "refused"
    TLS = "tls"
    TIMEOUT = "timeout"
    RESET = "reset"
    PROXY = "proxy"
    HTTP = "http"
    REDIRECT = "redirect"
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    FORBIDDEN_DTD = "forbidden_dtd"
    NOT_XML = "not_xml"
    WRONG_ROOT = "wrong_root"
    INTERNAL = "internal"

    @property
    def unreachable(self) -> bool:
        """Whether the server could not be reached at all, as against answering badly."""
        return self in UNREACHABLE_CAUSES


AHEAD_SECONDS = 2.0
"""What is dated further into the future was dated by a clock that has been put back since."""


def is_recent(at: float, now: float, seconds: float) -> bool:
    """Whether something was less than ``seconds`` ago; what is dated in the future was not."""
    return -AHEAD_SECONDS <= now - at < seconds


def newest(moments: Iterable[float | None], now: float) -> float | None:
    """The last moment up to ``now``; one after it, of unknown age, only if there is no other."""
    known = [at for at in moments if at is not None]
    return max((at for at in known if at <= now + AHEAD_SECONDS), default=max(known, default=None))


def shifted(at: float | None, by: float) -> float | None:
    """A time after the clock was set forward by ``by`` seconds, or back; ``None`` stays."""
    return None if at is None else at + by


UNREACHABLE_CAUSES = frozenset(
    {Cause.DNS, Cause.REFUSED, Cause.TLS, Cause.TIMEOUT, Cause.RESET, Cause.PROXY}
)


class Blame(StrEnum):
    """Where to look; the values are the names in every report."""

    NOBODY = "nobody"
    CONFIG = "config"
    MACHINE = "machine"
    NETWORK = "network"
    PROXY = "proxy"
    CERTIFICATE = "certificate"
    CLOCK = "clock"
    ADDRESS = "address"
    SERVER = "server"
    RECORDING = "recording"
    TERMINAL = "terminal"


@frozen
class Failure:
    """A poll without a usable answer: the cause, and a sentence a person can act on.

    ``blame`` says where to look if the cause does not tell; no recording keeps it.
    """

    cause: Cause
    message: str
    blame: Blame | None = field(default=None, compare=False)


@frozen
class Request:
    """What was sent, safe to show: header values that came from the config are masked."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()


@frozen
class Response:
    """What came back, byte for byte.

    ``head`` is the header block as received, ``Name: value`` lines parted by CR LF. ``body`` is
    what remains after content decoding (gzip); ``truncated`` says that it was cut at the size limit
    or ended early.
    """

    status: int
    reason: str
    head: bytes
    body: bytes
    truncated: bool = False


@frozen
class Observation:
    """One poll of one endpoint of one entry point.

    ``at`` is Unix time in seconds when the outcome was known; ``elapsed_seconds`` is how long the
    poll took. A failure keeps the response that caused it, when there was one. ``asked_again`` says
    that the first request was not answered, and a second one was sent on a new connection.
    """

    key: EntryPointKey
    endpoint: Endpoint
    at: float
    elapsed_seconds: float
    outcome: Reading | Failure
    request: Request
    response: Response | None = None
    asked_again: bool = False


@frozen
class ServerStatus:
    """Whether a server can be reached at all, said when that changes and at every probe.

    ``failure`` is ``None`` while the server answers. ``since`` and ``next_probe_at`` are Unix time
    in seconds.
    """

    server: str
    at: float
    failure: Failure | None = None
    since: float | None = None
    next_probe_at: float | None = None

    def as_old_as_before(self, by: float) -> "ServerStatus":
        """The same after the clock was put forward ``by`` seconds, or back."""
        return replace(
            self,
            at=self.at + by,
            since=shifted(self.since, by),
            next_probe_at=shifted(self.next_probe_at, by),
        )
