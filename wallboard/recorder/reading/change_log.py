"""What became different, in the order of time or against it."""

import json
import sqlite3
from dataclasses import dataclass, replace

from wallboard.domain.change import Change, Subject
from wallboard.domain.endpoint import EntryPointKey
from wallboard.domain.observation import Observation
from wallboard.domain.policy import Verdict
from wallboard.recorder.file.columns import MOMENT, Shape
from wallboard.recorder.reading.change_rows import COLUMNS, ChangeRow, change_of, poll_of
from wallboard.recorder.reading.read_cache import Contents

PAGE = 1000
"""Changes read at once."""

_ABOVE_ALL = 2**62

_MOMENT = Shape("change", at=MOMENT)

_OF_KEYS = (
    "(:keys IS NULL OR entry_point IN (SELECT value FROM json_each(:keys))"
    " OR (entry_point IS NULL AND server IN (SELECT value FROM json_each(:servers))))"
)

_WORTH_A_STEP = (
    f"subject IN ('{Subject.VERDICT}', '{Subject.LEVEL}', '{Subject.SERVER}')"
    f" AND before <> '{Verdict.WAITING}' AND NOT of_server"
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which changes: all, or those of some entry points and of their servers as a whole."""

    keys: frozenset[EntryPointKey] | None = None

    def parameters(self, contents: Contents, database: sqlite3.Connection) -> dict[str, str | None]:
        """The same as the file's numbers and names."""
        if self.keys is None:
            return {"keys": None, "servers": None}
        numbers = contents.catalogue(database).numbers
        return {
            "keys": json.dumps([numbers[key] for key in self.keys if key in numbers]),
            "servers": json.dumps([key.server for key in self.keys]),
        }


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the changes reading goes on, and where it ends; Unix time in seconds."""

    at: float
    id: int
    end: float
    newest_first: bool

    def after(self, row: ChangeRow) -> "Place":
        """The place after a change."""
        return replace(self, at=row.at, id=row.id)


def begin(first: float, last: float, *, newest_first: bool) -> Place:
    """The place before all changes of a span, both ends in it."""
    if newest_first:
        return Place(last, _ABOVE_ALL, first, newest_first=True)
    return Place(first, -1, last, newest_first=False)


def page(
    database: sqlite3.Connection, contents: Contents, wanted: Wanted, place: Place, size: int
) -> list[ChangeRow]:
    """The next changes after a place."""
    ahead, order, end = ("<", "DESC", ">=") if place.newest_first else (">", "ASC", "<=")
    rows = database.execute(
        f"SELECT {COLUMNS} FROM change WHERE (at, id) {ahead} (:at, :id)"  # noqa: S608  our own names
        f" AND at {end} :end AND {_OF_KEYS} ORDER BY at {order}, id {order} LIMIT :size",
        {
            "at": place.at,
            "id": place.id,
            "end": place.end,
            "size": size,
            **wanted.parameters(contents, database),
        },
    )
    return [ChangeRow.of(row) for row in rows]


def moment_of(
    database: sqlite3.Connection, contents: Contents, wanted: Wanted, span: Place, back: int
) -> float | None:
    """When the change was that has ``back`` newer ones in a span, if there are so many."""
    row = _MOMENT.one(
        database,
        f"SELECT at FROM change WHERE at BETWEEN :end AND :at AND {_OF_KEYS}"  # noqa: S608  as above
        " ORDER BY at DESC, id DESC LIMIT 1 OFFSET :back",
        {"at": span.at, "end": span.end, "back": back, **wanted.parameters(contents, database)},
    )
    return row[0] if row else None


def step(
    database: sqlite3.Connection, contents: Contents, wanted: Wanted, at: float, *, back: bool
) -> Change | None:
    """The first change after a moment, or the last before it, that is worth going to.

    It is of a verdict, a level or a server, and neither the first that was ever heard nor what
    merely follows from a server's outage.
    """
    ahead, order = ("<", "DESC") if back else (">", "ASC")
    row = database.execute(
        f"SELECT {COLUMNS} FROM change WHERE at {ahead} :at AND {_WORTH_A_STEP}"  # noqa: S608  as above
        f" AND {_OF_KEYS} ORDER BY at {order}, id {order} LIMIT 1",
        {"at": at, **wanted.parameters(contents, database)},
    ).fetchone()
    return change_of(ChangeRow.of(row), contents.catalogue(database).keys) if row else None


def observation_of_change(
    database: sqlite3.Connection, contents: Contents, change: Change
) -> Observation | None:
    """The poll that brought a change, if one did and it is still in the file."""
    catalogue = contents.catalogue(database)
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
        return poll_of(row, catalogue, contents.answers.of(database, numbers))
    return None
