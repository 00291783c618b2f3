"""Whether one server can be reached, and when to try again: pure, on clocks it is handed.

It begins after a row of polls that did not reach the server: then one probe at a time is sent, ever
more seldom, until the first answer of any kind.
"""

from math import inf
from random import Random

from wallboard.domain.observation import Failure, ServerStatus

FIRST_WAIT_SECONDS = 1.0
"""Before the second probe; less where the server is polled more often than that."""

BATCHES = 2
"""How many times the concurrency must fail in a row before the server is in doubt."""


class Backoff:
    """The reachability of one server.

    A backoff is *in doubt* until its first probe, sent at once, has failed too: a few hanging
    endpoints in a row must not look like a dead server. Only then is the failure announced.
    """

    def __init__(
        self,
        server: str,
        *,
        endpoints: int,
        concurrency: int,
        interval: float,
        backoff_max: float,
        random: Random,
    ) -> None:
        """Not backing off yet; times are seconds."""
        self._server = server
        self._concurrency = concurrency
        self._interval = interval
        self._backoff_max = backoff_max
        self.resize(endpoints)
        self._random = random
        self._in_a_row = 0
        self._probes = 0
        self._since: float | None = None
        self._failure: Failure | None = None
        self.answered_at = -inf
        """When it answered last, Unix time in seconds."""
        self.active = False
        self.next_probe = 0.0
        """When the next probe is due, in monotonic seconds, while it backs off."""

    def resize(self, endpoints: int) -> None:
        """Go by another number of endpoints; what was counted stays."""
        self._limit = max(1, min(endpoints, BATCHES * self._concurrency))
        # The gap between two polls of a healthy server: probes never come faster than that.
        gap = self._interval / max(1, endpoints)
        self._first_wait = min(max(FIRST_WAIT_SECONDS, gap), self._interval, self._backoff_max)

    @property
    def announced(self) -> bool:
        """Whether the server is known to be unreachable, as against in doubt."""
        return self.active and self._probes > 0

    def answered(self, wall: float) -> ServerStatus | None:
        """The server answered: ends the backoff. The status to publish, if it was out of reach."""
        over = ServerStatus(self._server, wall) if self.announced else None
        self.active = False
        self.answered_at = wall
        self._in_a_row = self._probes = 0
        self._since = self._failure = None
        return over

    def unreached(
        self, failure: Failure, now: float, wall: float, *, probe: bool
    ) -> ServerStatus | None:
        """A poll did not reach the server. The status to publish, if that was not known.

        ``probe`` says whether the poll was a probe; stragglers from before that
        neither lengthen the wait nor shorten it.
        """
        before, self._failure = self._failure, failure
        self._since = wall if self._since is None else self._since
        if not self.active:
            self._in_a_row += 1
            if self._in_a_row >= self._limit:
                self.active = True
                self.next_probe = now
            return None
        if not probe:
            return None
        if before and before.cause is not failure.cause:
            self._probes = 0  # something moves over there: look again soon
        self.next_probe = now + self._wait()
        self._probes += 1
        return self._status(wall, wall + self.next_probe - now)

    def unusable(self, failure: Failure, now: float, wall: float) -> ServerStatus:
        """The server cannot even be tried, by a fault on our side. The status to publish."""
        self.active = True
        self.unreached(failure, now, wall, probe=True)
        return self._status(wall, wall + self.next_probe - now)

    def given_up(self, wall: float) -> ServerStatus:
        """The status to publish where nobody will probe again."""
        return self._status(wall, None)

    def hurry(self, now: float) -> None:
        """Let the next probe through now."""
        self.next_probe = min(self.next_probe, now)

    def _status(self, wall: float, next_probe_at: float | None) -> ServerStatus:
        return ServerStatus(self._server, wall, self._failure, self._since, next_probe_at)

    def _wait(self) -> float:
        # Doubling stops before a float overflows; the cap holds long before that.
        grown = self._first_wait * 2.0 ** min(self._probes, 60)
        return min(grown, self._backoff_max) * self._random.uniform(0.75, 1.0)
