"""Polls of the simulator's ordinary day, made without a network: the same bodies, in no time."""

import random
from collections.abc import Iterator, Sequence
from functools import lru_cache

from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.observation import Observation, Request, Response
from wallboard.domain.policy import Policy
from wallboard.ece.answer.decode import decode
from wallboard.ece.ask.outgoing import url_of
from wallboard.settings import ServerSettings
from wallboard.simulator.responder import Responder
from wallboard.simulator.scenario import load_scenario

SCENARIO = "calm"
SERVER = "bench"
INTERVAL = 10.0

# A latency as on a quiet network; no two alike.
_LEAST_SECONDS, _SPREAD_SECONDS = 0.02, 0.01


class SimulatedPolls:
    """What a board of ``count`` entry points hears, each endpoint once every ``INTERVAL``."""

    def __init__(self, count: int, url: str = "http://ece.example.com") -> None:
        self._ids = range(1000, 1000 + count)
        self._responder = Responder(self._ids, load_scenario(SCENARIO))
        self._random = random.Random(1)
        self._decode = lru_cache(65536)(decode)
        server = ServerSettings(name=SERVER, url=url)
        self._requests = {
            (id_, endpoint): Request("GET", url_of(server, endpoint, id_))
            for id_ in self._ids
            for endpoint in Endpoint
        }

    @property
    def entry_points(self) -> list[tuple[EntryPoint, Policy]]:
        """What is on the board."""
        return [
            (EntryPoint(EntryPointKey(SERVER, id_), f"Entry point {id_ - 1000}"), Policy())
            for id_ in self._ids
        ]

    def rounds(self, begin_at: float, since: float, seconds: float) -> Iterator[list[Observation]]:
        """The polls of one round after the other.

        The day of the simulation begins at ``begin_at``, Unix time in seconds, and the polls
        ``since`` seconds later.
        """
        for number in range(int(seconds / INTERVAL)):
            yield list(self._round(begin_at, since + number * INTERVAL))

    def _round(self, begin_at: float, since: float) -> Iterator[Observation]:
        apart = INTERVAL / len(self._ids)
        for place, id_ in enumerate(self._ids):
            for endpoint in Endpoint:
                after = since + place * apart
                reply = self._responder.reply(endpoint, id_, after)
                type_ = f"Content-Type: {reply.content_type}\r\nDate: {after}".encode()
                late = self._random.random()
                yield Observation(
                    EntryPointKey(SERVER, id_),
                    endpoint,
                    begin_at + after + late * apart,
                    _LEAST_SECONDS + late * _SPREAD_SECONDS,
                    self._decode(endpoint, reply.body, reply.content_type),
                    self._requests[id_, endpoint],
                    Response(reply.status, "OK", type_, reply.body),
                )


def batches(events: Sequence[Observation], size: int) -> Iterator[Sequence[Observation]]:
    """As many at a time as there are between two commits."""
    for start in range(0, len(events), size):
        yield events[start : start + size]
