"""The entry points and endpoints of a recording by their row numbers, and its time scale."""

import math
import sqlite3
from collections.abc import Collection, Mapping

from wallboard.domain.endpoint import Endpoint, EntryPoint, EntryPointKey
from wallboard.domain.observation import Request
from wallboard.domain.policy import Policy
from wallboard.frozen import frozen
from wallboard.recorder.errors import DamagedError
from wallboard.recorder.file.columns import (
    ENDPOINT,
    ID,
    ROW,
    TEXT,
    Numbered,
    Shape,
    json_of,
)
from wallboard.recorder.file.policies import INTERVAL, policy_of
from wallboard.recorder.file.schema import TICKS, epoch_of
from wallboard.recorder.file.segment_end import gap_after

_ENDPOINTS = {str(endpoint): endpoint for endpoint in Endpoint}

_UNKNOWN_REQUEST = Request("GET", "")


_KEY = Shape("entry_point", id=ROW, server=TEXT, number=ID)
_TARGET = Shape("target", id=ROW, entry_point=ROW, endpoint=ENDPOINT, url=TEXT)
_LISTED = Shape(
    "entry_point", id=ROW, server=TEXT, number=ID, name=TEXT, grp=TEXT, endpoints=TEXT, policy=TEXT
)
_SAID = Shape("about", value=TEXT)
_INTERVALS = Shape("entry_point", server=TEXT, interval=INTERVAL)


@frozen
class Source:
    """One endpoint of one entry point; ``entry_point`` is the row number of the latter."""

    entry_point: int
    key: EntryPointKey
    endpoint: Endpoint
    request: Request


@frozen
class Catalogue:
    """The entry points (``keys``) and endpoints (``sources``) of the file by row number.

    ``epoch`` is Unix time in seconds; ``intervals`` are the seconds between two polls of an
    endpoint, by server.
    """

    epoch: float
    intervals: Mapping[str, float]
    keys: Mapping[int, EntryPointKey]
    numbers: Mapping[EntryPointKey, int]
    sources: Mapping[int, Source]
    requests: Mapping[tuple[int, Endpoint], Request]

    @property
    def gap_seconds(self) -> float:
        """Seconds; a longer time without polls between two segments is a gap."""
        return gap_after(self.intervals)

    def ticks(self, at: float) -> int:
        """``at``, Unix time in seconds, in the file's time, rounded up."""
        # Infinity must not overflow SQLite's integers.
        return math.ceil(min(max((at - self.epoch) * TICKS, -(2.0**60)), 2.0**60))

    def at(self, ticks: float) -> float:
        """A time of the file as Unix time in seconds."""
        return self.epoch + ticks / TICKS

    def request(self, entry_point: int, endpoint: Endpoint) -> Request:
        """The request of an endpoint, without headers, which are not recorded."""
        return self.requests.get((entry_point, endpoint), _UNKNOWN_REQUEST)

    def sources_of(
        self,
        keys: Collection[EntryPointKey] | None = None,
        endpoints: Collection[Endpoint] | None = None,
    ) -> dict[int, Source]:
        """The sources of these entry points and endpoints; ``None`` stands for all."""
        return {
            number: source
            for number, source in self.sources.items()
            if (keys is None or source.key in keys)
            and (endpoints is None or source.endpoint in endpoints)
        }


def read_catalogue(database: sqlite3.Connection) -> Catalogue:
    """Read the catalogue of a file."""
    keys: Numbered[EntryPointKey] = Numbered(
        "entry point",
        {
            number: EntryPointKey(server, id_)
            for number, server, id_ in _KEY.kept(
                database, "SELECT id, server, number FROM entry_point"
            )
        },
    )
    sources: Numbered[Source] = Numbered(
        "endpoint",
        {
            number: Source(of, keys[of], _ENDPOINTS[endpoint], Request("GET", url))
            for number, of, endpoint, url in _TARGET.kept(
                database, "SELECT id, entry_point, endpoint, url FROM target"
            )
        },
    )
    return Catalogue(
        epoch_of(database),
        _intervals(database),
        keys,
        {key: number for number, key in keys.items()},
        sources,
        {(source.entry_point, source.endpoint): source.request for source in sources.values()},
    )


def read_entry_points(database: sqlite3.Connection) -> list[tuple[EntryPoint, Policy]]:
    """What was last on the board, in its order."""
    return [
        (
            EntryPoint(EntryPointKey(server, number), name, group, _endpoints(endpoints, id_)),
            policy_of(policy, f"entry point {id_}"),
        )
        for id_, server, number, name, group, endpoints, policy in _LISTED.kept(
            database,
            "SELECT id, server, number, name, grp, endpoints, policy FROM entry_point"
            " WHERE place IS NOT NULL ORDER BY place",
        )
    ]


def _endpoints(text: str, number: int) -> tuple[Endpoint, ...]:
    what = f"the endpoints of entry point {number}"
    names = json_of(text, what)
    if not isinstance(names, list) or not all(ENDPOINT.holds(name) for name in names):
        raise DamagedError(f"{what} are not all among {', '.join(_ENDPOINTS)}")
    return tuple(dict.fromkeys(_ENDPOINTS[name] for name in names))


def read_title(database: sqlite3.Connection) -> str:
    """What the board is called."""
    return read_said(database, "title")


def read_said(database: sqlite3.Connection, name: str) -> str:
    """What the file says under a name; empty if nothing."""
    row = _SAID.one(database, "SELECT value FROM about WHERE name = ?", (name,))
    return str(row[0]) if row else ""


def _intervals(database: sqlite3.Connection) -> dict[str, float]:
    rows = _INTERVALS.kept(
        database,
        "SELECT server, min(json_extract(policy, '$.interval')) FROM entry_point"
        " WHERE place IS NOT NULL AND endpoints <> '[]' GROUP BY server",
    )
    return dict(rows)
