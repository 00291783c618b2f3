"""How every target stood at the end of a segment: what a picture of any later moment begins with.

Times and latencies are in the units of the schema.
"""

import json
import zlib
from collections.abc import Iterable
from typing import NamedTuple

from wallboard.recorder.errors import DamagedError


class Standing(NamedTuple):
    """The last run of a target, and its last good answer, which may be older.

    ``good_answer`` is ``None`` while there never was one; ``elapsed`` is the latency of the newest
    poll.
    """

    target: int
    answer: int
    first: int
    last: int
    polls: int
    elapsed: int
    good_answer: int | None
    good_at: int
    good_elapsed: int


def standing_bytes(standings: Iterable[Standing]) -> bytes:
    """The targets as they are written."""
    return zlib.compress(json.dumps(list(standings), separators=(",", ":")).encode())


def standings_of(data: bytes) -> list[Standing]:
    """The targets of a segment. Raises ``DamagedError``."""
    try:
        return [Standing(*row) for row in json.loads(zlib.decompress(data))]
    except (zlib.error, ValueError, TypeError):
        raise DamagedError("a segment in it does not say how it ended") from None
