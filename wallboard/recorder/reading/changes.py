"""Reads recorded changes, oldest or newest first, and the polls that caused them."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from wallboard.domain.change import Change, Subject
from wallboard.domain.endpoint import Endpoint, EntryPointKey
from wallboard.domain.observation import Cause, Observation
from wallboard.domain.policy import Level, Verdict
from wallboard.frozen import frozen
from wallboard.recorder.errors import DamagedError
from wallboard.recorder.file.columns import (
    CAUSE,
    ENDPOINT,
    FLAG,
    HTTP_STATUS,
    LEVEL,
    MOMENT,
    ROW,
    SECONDS,
    TEXT,
    Shape,
    optional,
    word,
)
from wallboard.recorder.reading.answer_store import Answers
from wallboard.recorder.reading.catalogue import Catalogue
from wallboard.recorder.reading.read_cache import ReadCache

COLUMNS = (
    "id, at, entry_point, server, subject, before, after, level, lasted, summary, endpoint,"
    " of_server, answer, polled_at, elapsed,"
    " (SELECT cause FROM answer WHERE answer.id = change.answer),"
    " (SELECT status FROM answer WHERE answer.id = change.answer)"
)


class ChangeRow(NamedTuple):
    """A row of ``change``, in the order of ``COLUMNS``."""

    id: int
    at: float
    entry_point: int | None
    server: str
    subject: str
    before: str
    after: str
    level: int
    lasted: float | None
    summary: str
    endpoint: str | None
    of_server: int
    answer: int | None
    polled_at: float | None
    elapsed: float | None
    cause: str | None
    status: int | None

    @classmethod
    def of(cls, row: Sequence[Any]) -> "ChangeRow":
        """A row with its values checked. Raises ``DamagedError``."""
        found = cls._make(_SHAPE.checked(row))
        words = SUBJECT_WORDS[found.subject]
        if found.before not in words or found.after not in words:
            said = f"of a {found.subject} {found.before[:40]!r} and {found.after[:40]!r}"
            raise DamagedError(f"change {found.id} says {said}, which is invalid")
        return found


_SHAPE = Shape(
    "change",
    id=ROW,
    at=MOMENT,
    entry_point=optional(ROW),
    server=TEXT,
    subject=word(Subject),
    before=TEXT,
    after=TEXT,
    level=LEVEL,
    lasted=optional(SECONDS),
    summary=TEXT,
    endpoint=optional(ENDPOINT),
    of_server=FLAG,
    answer=optional(ROW),
    polled_at=optional(MOMENT),
    elapsed=optional(SECONDS),
    cause=optional(CAUSE),
    status=optional(HTTP_STATUS),
)
_OUTCOMES = frozenset({"ok", *map(str, Cause)})
SUBJECT_WORDS: Mapping[str, frozenset[str]] = {
    Subject.VERDICT: frozenset(map(str, Verdict)),
    Subject.LEVEL: frozenset(level.label for level in Level),
    Subject.ENDPOINT: _OUTCOMES,
    Subject.SERVER: _OUTCOMES,
}
"""What a change of each subject may say it was before, and is after."""
_SUBJECTS = {str(subject): subject for subject in Subject}
_LEVELS = {int(level): level for level in Level}
_ENDPOINTS = {str(endpoint): endpoint for endpoint in Endpoint}


def change_of(
    row: ChangeRow, keys: Mapping[int, EntryPointKey], observation: Observation | None = None
) -> Change:
    """The change of a row."""
    subject, cause = _SUBJECTS[row.subject], Cause(row.cause) if row.cause else None
    if subject is Subject.ENDPOINT and row.endpoint is None:
        raise DamagedError(f"change {row.id} has no endpoint")
    return Change(
        row.at,
        None if row.entry_point is None else keys[row.entry_point],
        row.server,
        subject,
        row.before,
        row.after,
        _LEVELS[row.level],
        row.lasted,
        row.summary,
        # For all others the column says which endpoint was polled.
        _ENDPOINTS[row.endpoint or ""] if subject is Subject.ENDPOINT else None,
        observation,
        bool(row.of_server),
        cause,
        row.status if cause is Cause.HTTP else None,
        row.polled_at if subject is Subject.SERVER else None,
    )


def poll_of(row: ChangeRow, catalogue: Catalogue, answers: Answers) -> Observation | None:
    """The poll that caused the change of a row, if one did and its answer is still there."""
    if row.entry_point is None or row.endpoint is None:
        return None
    if row.answer is None or row.answer not in answers or row.polled_at is None:
        return None
    endpoint = _ENDPOINTS[row.endpoint]
    known = answers[row.answer]
    return Observation(
        catalogue.keys[row.entry_point],
        endpoint,
        row.polled_at,
        row.elapsed or 0.0,
        known.outcome(endpoint),
        catalogue.request(row.entry_point, endpoint),
        known.answer.response,
    )


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


@frozen
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


@frozen
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
