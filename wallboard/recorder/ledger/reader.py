"""Reads a ledger, also while others write it; and the one beside a recording."""

import math
import sqlite3
from collections.abc import Collection, Iterator
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from types import TracebackType

from wallboard.domain.blind import NETWORK_KINDS
from wallboard.domain.ledger_order import content, in_order
from wallboard.domain.ledger_row import LedgerRow, RowKind
from wallboard.files import exists
from wallboard.recorder.file.columns import MOMENT, ROW, Shape, optional
from wallboard.recorder.ledger.schema import COLUMNS, LEDGER, SHAPE, row_of
from wallboard.recorder.ledger.update import LedgerUpdate
from wallboard.recorder.paths import ledger_path
from wallboard.recorder.reading.connection import Connection, Stamp, Version

PAGE = 2_000
"""Rows that are read at once."""

_LONGEST_SHELF_SECONDS = 31 * 86_400.0
"""Longer than anything may be shelved."""

_OWED_SECONDS = 8 * 86_400.0
"""Longer than anybody waits for the end of what was told."""

_RECENT_SECONDS = 86_400.0
"""As long as chattering may look back."""

_MOST_FAULTS = 20
"""The number of faults that SQLite may list."""

_NEWEST = Shape("ledger", id=ROW)
_FIRST = Shape("ledger", at=optional(MOMENT))
_EXTENT = Shape("ledger", rows=ROW, at=optional(MOMENT))

_AFTER = f"SELECT {COLUMNS} FROM ledger WHERE id > ? ORDER BY id LIMIT {PAGE}"  # noqa: S608  our own names
_BETWEEN = (
    f"SELECT {COLUMNS} FROM ledger WHERE at BETWEEN :since AND :until"  # noqa: S608  as above
    f" AND (at, id) > (:at, :id) ORDER BY at, id LIMIT {PAGE}"
)
_CURRENT = (
    # A date that is a text is after all numbers; it must not be passed over.
    f"SELECT {COLUMNS} FROM ledger WHERE (at <= :until OR at >= '') AND id IN ("  # noqa: S608
    " SELECT ledger.id FROM ("
    f"  SELECT server, number, max(onset) AS onset, at FROM ledger"
    f"  WHERE kind = '{RowKind.RAISED}' AND at <= :until GROUP BY server, number"
    " ) AS raised JOIN ledger ON ledger.server = raised.server"
    "  AND ledger.number IS raised.number"
    "  AND (ledger.onset = raised.onset OR ledger.at >= raised.at)"
    " UNION SELECT id FROM ledger WHERE at > :recent"
    f" UNION SELECT id FROM ledger WHERE kind IN ('{RowKind.SHELVED}', '{RowKind.UNSHELVED}')"
    "  AND at > :shelved"
    # Whoever was told of an alarm is owed the end of it.
    " UNION SELECT ledger.id FROM ("
    f"  SELECT DISTINCT server, number, onset FROM ledger WHERE kind = '{RowKind.QUEUED}'"
    "   AND at > :owed AND substr(notice, 1, 24) NOT IN ("
    "    SELECT substr(ended.notice, 1, 24) FROM ledger AS ended WHERE ended.at > :owed"
    f"    AND ended.kind IN ('{RowKind.SENT}', '{RowKind.GIVEN_UP}')"
    "     AND ended.text >= 'over' AND ended.text < 'oves')"
    " ) AS told JOIN ledger ON ledger.server = told.server"
    "  AND ledger.number IS told.number AND ledger.onset = told.onset"
    f" UNION SELECT id FROM ledger WHERE kind IN ('{RowKind.BLIND}', '{RowKind.SEEING}')"
    "  AND at <= :until AND at >= ("
    f"   SELECT coalesce(max(at), -9e99) FROM ledger WHERE kind = '{RowKind.SEEING}'"
    "    AND at <= :until)"
    ")"
)


class LedgerReader:
    """Reads one file; used by one thread at a time.

    The rows that matter at a moment are, of each alarm, those since it was raised last, its
    shelves, all of the day before, and what was told of which nobody was told the end. Every method
    raises ``RecordingError`` where the file cannot be read, and its subclass ``DamagedError`` where
    its content is damaged.
    """

    def __init__(self, path: Path) -> None:
        """Raises as the methods do."""
        self._connection = Connection(path, LEDGER)
        self._file: Stamp | None = None
        self._version: Version | None = None
        self._newest = 0

    def __enter__(self) -> "LedgerReader":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def first_at(self) -> float | None:
        """When its first row was written, Unix time in seconds; ``None`` without any."""
        with self._connection.reading() as database:
            row = _FIRST.one(database, "SELECT min(at) FROM ledger")
        return row[0] if row else None

    def rows_at(self, at: float) -> list[LedgerRow]:
        """The rows that matter at a moment, Unix time in seconds, none of them later."""
        with self._connection.reading() as database:
            return _current_rows(database, at, at)

    def read_update(self, now: float, *, again: bool = False) -> LedgerUpdate:
        """What was written since the last call, at most ``PAGE`` rows of it at once.

        At first, and ``again``, it is all that matters ``now``, Unix time in seconds, whatever its
        date.
        """
        with self._connection.reading() as database:
            file, version = self._connection.file, self._connection.version
            if again or file != self._file:
                rows = tuple(_current_rows(database, math.inf, now))
                update = LedgerUpdate(rows, whole=file != self._file, again=again)
                self._file, self._version, self._newest = file, version, _newest_in(database)
                return update
            if version == self._version:
                return LedgerUpdate()
            found = SHAPE.kept(database, _AFTER, (self._newest,))
        if found:
            self._newest = found[-1][0]
        if len(found) < PAGE:
            self._version = version
        return LedgerUpdate(tuple(in_order(map(row_of, found))))

    def newest(self) -> int:
        """The number of the row that was written last; 0 without any."""
        with self._connection.reading() as database:
            return _newest_in(database)

    def current_rows(self, now: float) -> list[LedgerRow]:
        """All rows that matter ``now``, Unix time in seconds, whatever their dates."""
        with self._connection.reading() as database:
            return _current_rows(database, math.inf, now)

    def written_after(self, number: int) -> tuple[list[LedgerRow], int]:
        """The rows after a number as they were written, ``PAGE`` at most; how many there are."""
        with self._connection.reading() as database:
            rows = [row_of(row) for row in SHAPE.kept(database, _AFTER, (number,))]
            count = len(rows)
            if count == PAGE:
                found = _NEWEST.one(database, "SELECT count(*) FROM ledger WHERE id > ?", (number,))
                count = found[0] if found else count
        return rows, count

    def extent(self) -> tuple[int, float | None]:
        """How many rows there are, and when the oldest is from, Unix time in seconds."""
        with self._connection.reading() as database:
            found = _EXTENT.one(database, "SELECT count(*), min(at) FROM ledger")
        return found or (0, None)

    def faults(self) -> Iterator[str]:
        """A sentence for each fault; none if all of it is intact."""
        with self._connection.reading() as database:
            for (line,) in database.execute(f"PRAGMA integrity_check({_MOST_FAULTS})"):
                if line != "ok":
                    yield str(line)
            for _ in SHAPE.rows(database, f"SELECT {COLUMNS} FROM ledger"):  # noqa: S608  our own names
                pass

    def rows(self, since: float = -math.inf, until: float = math.inf) -> Iterator[LedgerRow]:
        """The rows of a span, both ends included, by their dates; read page by page."""
        place = {"since": since, "until": until, "at": -math.inf, "id": 0}
        for _, rows in groupby(self._by_date(place), key=attrgetter("at")):
            yield from sorted(rows, key=content)

    def _by_date(self, place: dict[str, float]) -> Iterator[LedgerRow]:
        while True:
            with self._connection.reading() as database:
                page = [row_of(row) for row in SHAPE.kept(database, _BETWEEN, place)]
            yield from page
            if len(page) < PAGE:
                return
            place |= {"at": page[-1].at, "id": page[-1].number}


def _newest_in(database: sqlite3.Connection) -> int:
    row = _NEWEST.one(database, "SELECT coalesce(max(id), 0) FROM ledger")
    return row[0] if row else 0


def _current_rows(database: sqlite3.Connection, until: float, now: float) -> list[LedgerRow]:
    moments = {
        "until": until,
        "recent": now - _RECENT_SECONDS,
        "owed": now - _OWED_SECONDS,
        "shelved": now - _LONGEST_SHELF_SECONDS,
    }
    return in_order(row_of(row) for row in SHAPE.kept(database, _CURRENT, moments))


def rows_of_recording(
    recording: Path, since: float = -math.inf, kinds: Collection[RowKind] = tuple(RowKind)
) -> list[LedgerRow]:
    """The rows of some kinds from a moment on, Unix time in seconds; none without a ledger.

    Before them is the one that says whether this machine had a network then.
    Raises ``RecordingError``.
    """
    path = ledger_path(recording)
    if not exists(path):
        return []
    with LedgerReader(path) as ledger:
        before = [] if math.isinf(since) else ledger.rows_at(since)
        network = [row for row in before if row.kind in NETWORK_KINDS and row.at < since]
        return [row for row in (*network, *ledger.rows(since)) if row.kind in kinds]
