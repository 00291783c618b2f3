"""When it is known what an entry point was."""

import math
import sqlite3
from collections.abc import Sequence

from wallboard.recorder.file.columns import MOMENT, Shape
from wallboard.recorder.reading.read_cache import ReadCache
from wallboard.recorder.reading.segments import Span, joined

_OUTAGES = """
SELECT begun_at, at FROM server_status
WHERE cause IS NOT NULL AND at >= begun_at AND server = ?
"""

_OUTAGE = Shape("server_status", begun_at=MOMENT, at=MOMENT)


class KnownSpans:
    """The spans in which the board was polled, or a server known to be out of reach."""

    def __init__(self, database: sqlite3.Connection, cache: ReadCache) -> None:
        self._database = database
        self._catalogue = cache.catalogue(database)
        self._recorded = [segment.span for segment in cache.segments(database)]
        self._of_server: dict[str, list[tuple[float, float]]] = {}

    def of(self, entry_point: int) -> Sequence[tuple[float, float]]:
        """The spans of an entry point, in order and apart."""
        server = self._catalogue.keys[entry_point].server
        if server not in self._of_server:
            outages = _OUTAGE.kept(self._database, _OUTAGES, (server,))
            spans = [*self._recorded, *(Span(*outage) for outage in outages)]
            self._of_server[server] = [
                (span.first_at, span.last_at) for span in joined(spans, self._catalogue.gap_seconds)
            ]
        return self._of_server[server]

    def known_from(self, entry_point: int, at: float) -> float:
        """Since when there was no gap before a moment, Unix time in seconds.

        What came before the first span is forgotten and was no gap. At infinity, which stands for a
        clock that was put back, nobody knows.
        """
        before = [first_at for first_at, _ in self.of(entry_point) if first_at <= at]
        return before[-1] if len(before) > 1 and at < math.inf else -math.inf
