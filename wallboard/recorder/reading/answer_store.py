"""Reads answers of a recording, and caches those used last."""

import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from wallboard.domain.endpoint import Endpoint
from wallboard.domain.observation import Cause, Failure, Response
from wallboard.domain.reading import Reading
from wallboard.recorder.errors import DamagedError
from wallboard.recorder.file.answers import DIGEST_BYTES, Answer, unpacked
from wallboard.recorder.file.columns import (
    CAUSE,
    FLAG,
    HTTP_STATUS,
    LONGEST_TEXT,
    ROW,
    TEXT,
    Shape,
    blob,
    optional,
    whole,
)
from wallboard.recorder.file.opening import LONGEST_VALUE
from wallboard.recorder.reading.lru import LruCache

KEPT_BYTES = 16 * 1024 * 1024
"""Bytes of cached answers, each counted with its object."""

MOST_AT_ONCE = 64 * 1024 * 1024
"""Bytes of answers that one call may read."""

_OBJECT_BYTES = 1024

_DIGEST = Shape("answer", id=ROW, digest=blob(DIGEST_BYTES))
_DICTIONARY = Shape("dictionary", bytes=blob(LONGEST_TEXT))
_ANSWER = Shape(
    "answer",
    id=ROW,
    digest=blob(DIGEST_BYTES),
    cause=optional(CAUSE),
    message=optional(TEXT),
    status=optional(HTTP_STATUS),
    reason=optional(TEXT),
    head=optional(blob(LONGEST_TEXT)),
    truncated=FLAG,
    body=optional(ROW),
    body_digest=optional(blob(DIGEST_BYTES)),
    size=optional(whole(0, 2**62)),
    dictionary=optional(ROW),
    packed=optional(blob(LONGEST_VALUE)),
)

_READ = """
SELECT a.id, a.digest, a.cause, a.message, a.status, a.reason, a.head, a.truncated,
  a.body, b.digest, b.size, b.dictionary, b.packed
FROM answer AS a LEFT JOIN body AS b ON b.id = a.body
WHERE a.id IN (SELECT value FROM json_each(?))
"""


_SIZE = Shape("body", answer=ROW, size=whole(0, 2**62))
_SIZES = """
SELECT a.id, b.size FROM answer AS a JOIN body AS b ON b.id = a.body
WHERE a.id IN (SELECT value FROM json_each(?))
"""


class KnownAnswer:
    """An answer and its outcome, decoded when it is first used."""

    __slots__ = ("_outcomes", "answer", "digest")

    def __init__(self, answer: Answer, digest: bytes) -> None:
        self.answer = answer
        self.digest = digest
        self._outcomes: dict[Endpoint, Reading | Failure] = {}

    def outcome(self, endpoint: Endpoint) -> Reading | Failure:
        """The outcome, decoded as an answer of this endpoint."""
        outcome = self._outcomes.get(endpoint)
        if outcome is None:
            outcome = self._outcomes[endpoint] = self.answer.outcome(endpoint)
        return outcome


_GONE = KnownAnswer(Answer(None, None), b"")


class AnswerStore:
    """Reads answers by their row number."""

    def __init__(self) -> None:
        self._known: LruCache[int, KnownAnswer] = LruCache(KEPT_BYTES)
        self._dictionaries: dict[int, bytes] = {}

    def of(self, database: sqlite3.Connection, numbers: Collection[int]) -> "Answers":
        """The answers of these rows; one that is gone from the file reads as a failure.

        Raises ``DamagedError``.
        """
        found = {n: known for n in numbers if (known := self._known.get(n))}
        # SQLite may use the number of a deleted row again.
        for number, digest in _DIGEST.rows(
            database,
            "SELECT id, digest FROM answer WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(found)),),
        ):
            if found[number].digest != digest:
                del found[number]
        missing = [number for number in numbers if number not in found]
        room = MOST_AT_ONCE
        for row in _ANSWER.rows(database, _READ, (json.dumps(missing),)):
            known = self._read(database, row)
            body = known.answer.response.body if known.answer.response else b""
            room -= len(body) + _OBJECT_BYTES
            if room < 0:
                raise DamagedError("the answers of one moment are too large to read")
            found[row[0]] = known
            self._known.put(row[0], known, len(body) + _OBJECT_BYTES)
        return Answers(found)

    def fitting(self, database: sqlite3.Connection, numbers: Sequence[int]) -> int:
        """How many of these answers, at least one, fit into memory at once."""
        sizes = dict(_SIZE.rows(database, _SIZES, (json.dumps(list(set(numbers))),)))
        room = MOST_AT_ONCE // 4
        for count, number in enumerate(numbers):
            room -= sizes.pop(number, 0)
            if room < 0 and count:
                return count
        return len(numbers)

    def _read(self, database: sqlite3.Connection, row: tuple[Any, ...]) -> KnownAnswer:
        _, digest, cause, message, status, reason, head, truncated, *kept = row
        failure = None if cause is None else Failure(Cause(cause), message or "")
        response = None
        if status is not None:
            body = self._body(database, *kept)
            response = Response(status, reason or "", head or b"", body, bool(truncated))
        return KnownAnswer(Answer(failure, response), digest)

    def _body(
        self,
        database: sqlite3.Connection,
        number: int | None,
        digest: bytes | None,
        size: int | None,
        dictionary: int | None,
        packed: bytes | None,
    ) -> bytes:
        if number is None:
            return b""
        if digest is None or size is None or packed is None:
            raise DamagedError(f"body {number} is missing")
        return unpacked(packed, self._dictionary(database, dictionary), size, digest)

    def _dictionary(self, database: sqlite3.Connection, number: int | None) -> bytes:
        if number is None:
            return b""
        known = self._dictionaries.get(number)
        if known is None:
            row = _DICTIONARY.one(database, "SELECT bytes FROM dictionary WHERE id = ?", (number,))
            if row is None:
                raise DamagedError(f"dictionary {number} is missing")
            known = self._dictionaries[number] = row[0]
        return known


class Answers:
    """Answers by their row number."""

    def __init__(self, known: Mapping[int, KnownAnswer]) -> None:
        self._known = known

    def __contains__(self, number: int) -> bool:
        return number in self._known

    def __getitem__(self, number: int) -> KnownAnswer:
        return self._known.get(number, _GONE)
