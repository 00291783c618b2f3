"""What the bus answers, checked: it is foreign, like a server's answer."""

import json
import re
from datetime import datetime
from typing import Any, NamedTuple

from wallboard.fleet.bus_errors import BusError
from wallboard.frozen import frozen

MOST_DIGITS = 20
_API = re.compile(r"\$JS\.[A-Za-z0-9_-]+\.API")
_NANOSECONDS = re.compile(r"(\.\d{6})\d+")


class Place(NamedTuple):
    """The number of a message in a stream, of the bus that has this epoch."""

    epoch: int
    number: int


@frozen
class Stored:
    """A message that a stream keeps, by its number there; since when, Unix time by the bus."""

    number: int
    data: bytes
    at: float = 0.0


@frozen
class Kept:
    """What a bucket keeps under a key, and since when, Unix time by the bus; ``None``: deleted."""

    revision: int
    data: bytes | None
    at: float


@frozen
class StreamState:
    """A stream as it is: its messages and bytes, and what it may hold; 0 is no limit.

    ``clock`` is Unix time in seconds by the bus when it said so; ``mirror`` is the beginning of the
    subjects of the JetStream whose stream this one mirrors.
    """

    name: str
    first: int = 0
    last: int = 0
    messages: int = 0
    size: int = 0
    largest: int = 0
    seconds: float = 0.0
    created: float = 0.0
    clock: float = 0.0
    mirror: str = ""


def state_of(name: str, info: dict[str, Any]) -> StreamState:
    """A stream by what the bus says of it."""
    state, config = table_of(info, "state"), table_of(info, "config")
    return StreamState(
        name=name,
        first=whole_of(state, "first_seq"),
        last=whole_of(state, "last_seq"),
        messages=whole_of(state, "messages"),
        size=whole_of(state, "bytes"),
        largest=max(0, whole_of(config, "max_bytes")),
        seconds=whole_of(config, "max_age") / 1e9,
        created=moment_of(info.get("created")),
        clock=moment_of(info.get("ts")),
        mirror=_origin_of(table_of(config, "mirror")),
    )


def _origin_of(mirror: dict[str, Any]) -> str:
    api = table_of(mirror, "external").get("api")
    return api if isinstance(api, str) and _API.fullmatch(api) else "$JS.API" if mirror else ""


def table_in(data: bytes) -> dict[str, Any]:
    """An answer in JSON. Raises ``BusError``."""
    try:
        found = json.loads(data)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise BusError("the bus answered what is no JSON object")
    return found


def table_of(info: dict[str, Any], key: str) -> dict[str, Any]:
    """A table in an answer; an empty one where there is none."""
    found = info.get(key)
    return found if isinstance(found, dict) else {}


def whole_of(info: dict[str, Any], key: str) -> int:
    """A whole number in an answer; 0 where there is none."""
    found = info.get(key)
    return found if isinstance(found, int) else 0


def number_in(text: str) -> int:
    """A number in a header. Raises ``BusError``."""
    if not text.isdecimal() or len(text) > MOST_DIGITS:
        raise BusError("the bus answered with a number that is none")
    return int(text)


def moment_of(found: object) -> float:
    """Unix time in seconds, 0 where there is none; the bus gives nanoseconds."""
    if not isinstance(found, str):
        return 0.0
    try:
        return datetime.fromisoformat(_NANOSECONDS.sub(r"\1", found)).timestamp()
    except (ValueError, OverflowError):
        return 0.0
