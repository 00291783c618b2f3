"""Reads the recorded changes, oldest or newest first."""

import json
import sqlite3
from dataclasses import dataclass, replace

from wallboard.domain.change import Change, Subject
from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.observation import Observation
from wallboard.domain.policy import Verdict
from wallboard.recorder.file.columns import MOMENT, Shape
from wallboard.recorder.reading.change_rows import COLUMNS, ChangeRow, change_of, poll_of
from wallboard.recorder.reading.read_cache import ReadCache

PAGE = 1000
"""Changes read at once."""

_ABOVE_ALL = 2**62

_MOMENT = Shape("change", at=MOMENT)

_OF_KEYS = (
    "(:keys IS NULL OR entry_point IN (SELECT value FROM json_each(:keys))"
    " OR (entry_point IS NULL AND server IN (SELECT value FROM json_each(:servers))))"
)

_NOTABLE = (
    f"subject IN ('{Subject.VERDICT}', '{Subject.LEVEL}', '{Subject.SERVER}')"
    f" AND before <> '{Verdict.WAITING}' AND NOT of_server"
)


@dataclass(frozen=True, slots=True)
class ChangeFilter:
    """Selects all changes, or those of some entry points and of their servers as a whole."""

    keys: frozenset[EntryPointKey] | None = None

    def parameters(self, cache: ReadCache, database: sqlite3.Connection) -> dict[str, str | None]:
        """The parameters of ``_OF_KEYS`` in a query."""
        if self.keys is None:
            return {"keys": None, "servers": None}
        numbers = cache.catalogue(database).numbers
        return {
            "keys": json.dumps([numbers[key] for key in self.keys if key in numbers]),
            "servers": json.dumps([key.server for key in self.keys]),
        }


@dataclass(frozen=True, slots=True)
class PagePosition:
    """After which change the next page begins, and where reading ends; Unix time in seconds."""

    at: float
    id: int
    end: float
    newest_first: bool

    def after(self, row: ChangeRow) -> "PagePosition":
        """The position after a change."""
        return replace(self, at=row.at, id=row.id)


def first_position(first: float, last: float, *, newest_first: bool) -> PagePosition:
    """The position before all changes of a span, both ends in it."""
    if newest_first:
        return PagePosition(last, _ABOVE_ALL, first, newest_first=True)
    return PagePosition(first, -1, last, newest_first=False)


def page(
    database: sqlite3.Connection,
    cache: ReadCache,
    wanted: ChangeFilter,
    position: PagePosition,
    size: int,
) -> list[ChangeRow]:
    """The next changes after a position."""
    ahead, order, end = ("<", "DESC", ">=") if position.newest_first else (">", "ASC", "<=")
    rows = database.execute(
        f"SELECT {COLUMNS} FROM change WHERE (at, id) {ahead} (:at, :id)"  # noqa: S608  our own names
        f" AND at {end} :end AND {_OF_KEYS} ORDER BY at {order}, id {order} LIMIT :size",
        {
            "at": position.at,
            "id": position.id,
            "end": position.end,
            "size": size,
            **wanted.parameters(cache, database),
        },
    )
    return [ChangeRow.of(row) for row in rows]


def moment_before_newest(
    database: sqlite3.Connection,
    cache: ReadCache,
    wanted: ChangeFilter,
    span: PagePosition,
    back: int,
) -> float | None:
    """The time of the change that has ``back`` newer ones in a span, if there is one."""
    row = _MOMENT.one(
        database,
        f"SELECT at FROM change WHERE at BETWEEN :end AND :at AND {_OF_KEYS}"  # noqa: S608  as above
        " ORDER BY at DESC, id DESC LIMIT 1 OFFSET :back",
        {"at": span.at, "end": span.end, "back": back, **wanted.parameters(cache, database)},
    )
    return row[0] if row else None


def next_notable_change(
    database: sqlite3.Connection, cache: ReadCache, wanted: ChangeFilter, at: float, *, back: bool
) -> Change | None:
    """The first notable change after a moment, or with ``back`` the last before it.

    Notable are changes of a verdict, a level or a server, but neither first answers nor changes
    that merely follow from a server's outage.
    """
    ahead, order = ("<", "DESC") if back else (">", "ASC")
    row = database.execute(
        f"SELECT {COLUMNS} FROM change WHERE at {ahead} :at AND {_NOTABLE}"  # noqa: S608  as above
        f" AND {_OF_KEYS} ORDER BY at {order}, id {order} LIMIT 1",
        {"at": at, **wanted.parameters(cache, database)},
    ).fetchone()
    return change_of(ChangeRow.of(row), cache.catalogue(database).keys) if row else None


def observation_of_change(
    database: sqlite3.Connection, cache: ReadCache, change: Change
) -> Observation | None:
    """The poll that caused a change, if one did and it is still in the file."""
    catalogue = cache.catalogue(database)
    number = catalogue.numbers.get(change.key) if change.key else None
    if number is None:
        return None
    rows = database.execute(
        f"SELECT {COLUMNS} FROM change WHERE entry_point = ? AND at = ? AND subject = ?"  # noqa: S608  as above
        " AND after = ? AND answer IS NOT NULL AND (?5 IS NULL OR endpoint = ?5) LIMIT 1",
        (
            number,
            change.at,
            str(change.subject),
            change.after,
            str(change.endpoint) if change.endpoint else None,
        ),
    )
    for row in map(ChangeRow.of, rows):
        numbers = () if row.answer is None else (row.answer,)
        return poll_of(row, catalogue, cache.answers.of(database, numbers))
    return None
