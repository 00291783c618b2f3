"""The answers of a recording, read from it once and kept while they are wanted again."""

import json
import sqlite3
from collections.abc import Collection, Mapping

from wallboard.domain.endpoint import Endpoint
from wallboard.domain.observation import Cause, Failure, Response
from wallboard.domain.reading import Reading
from wallboard.recorder.errors import DamagedError
from wallboard.recorder.file.answers import Answer, unpacked
from wallboard.recorder.reading.lately import Lately

KEPT_BYTES = 16 * 1024 * 1024
"""Bytes of answers that are kept, each counted with what its object takes."""

_OBJECT_BYTES = 1024

_READ = """
SELECT a.id, a.digest, a.cause, a.message, a.status, a.reason, a.head, a.truncated,
  a.body, b.digest, b.size, b.dictionary, b.packed
FROM answer AS a LEFT JOIN body AS b ON b.id = a.body
WHERE a.id IN (SELECT value FROM json_each(?))
"""


class KnownAnswer:
    """An answer and what it means, which is found out when it is first asked."""

    __slots__ = ("_outcomes", "answer", "digest")

    def __init__(self, answer: Answer, digest: bytes) -> None:
        self.answer = answer
        self.digest = digest
        self._outcomes: dict[Endpoint, Reading | Failure] = {}

    def outcome(self, endpoint: Endpoint) -> Reading | Failure:
        """What it means as the answer of an endpoint."""
        outcome = self._outcomes.get(endpoint)
        if outcome is None:
            outcome = self._outcomes[endpoint] = self.answer.outcome(endpoint)
        return outcome


_GONE = KnownAnswer(Answer(None, None), b"")


class AnswerStore:
    """Gives answers by their number in the file."""

    def __init__(self) -> None:
        self._known: Lately[int, KnownAnswer] = Lately(KEPT_BYTES)
        self._dictionaries: dict[int, bytes] = {}

    def of(self, database: sqlite3.Connection, numbers: Collection[int]) -> "Answers":
        """The answers of these numbers; one that is no longer in the file says just that.

        Raises ``DamagedError``.
        """
        found = {n: known for n in numbers if (known := self._known.get(n))}
        # A number may be another answer's once its own was deleted.
        for number, digest in database.execute(
            "SELECT id, digest FROM answer WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(found)),),
        ):
            if found[number].digest != digest:
                del found[number]
        missing = [number for number in numbers if number not in found]
        for row in database.execute(_READ, (json.dumps(missing),)):
            known = self._read(database, row)
            body = known.answer.response.body if known.answer.response else b""
            found[row[0]] = known
            self._known.put(row[0], known, len(body) + _OBJECT_BYTES)
        return Answers(found)

    def _read(self, database: sqlite3.Connection, row: tuple[object, ...]) -> KnownAnswer:
        _, digest, cause, message, status, reason, head, truncated, *kept = row
        failure = None if cause is None else Failure(Cause(str(cause)), _text(message))
        response = None
        if status is not None:
            body = self._body(database, *kept)
            response = Response(
                int(status),  # type: ignore[call-overload]  # what is none raises, as it should
                _text(reason),
                _bytes(head),
                body,
                bool(truncated),
            )
        return KnownAnswer(Answer(failure, response), _bytes(digest))

    def _body(
        self,
        database: sqlite3.Connection,
        number: object,
        digest: object,
        size: object,
        dictionary: object,
        packed: object,
    ) -> bytes:
        if number is None:
            return b""
        if digest is None or not isinstance(size, int) or size < 0:
            raise DamagedError("a body is missing in it")
        return unpacked(
            _bytes(packed), self._dictionary(database, dictionary), size, _bytes(digest)
        )

    def _dictionary(self, database: sqlite3.Connection, number: object) -> bytes:
        if not isinstance(number, int):
            return b""
        known = self._dictionaries.get(number)
        if known is None:
            row = database.execute(
                "SELECT bytes FROM dictionary WHERE id = ?", (number,)
            ).fetchone()
            if row is None:
                raise DamagedError("what its bodies are compressed against is missing")
            known = self._dictionaries[number] = _bytes(row[0])
        return known


class Answers:
    """Some answers by their number."""

    def __init__(self, known: Mapping[int, KnownAnswer]) -> None:
        self._known = known

    def __contains__(self, number: int) -> bool:
        return number in self._known

    def __getitem__(self, number: int) -> KnownAnswer:
        return self._known.get(number, _GONE)


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _bytes(value: object) -> bytes:
    if value is None:
        return b""
    if not isinstance(value, bytes):
        raise DamagedError("a text stands where bytes belong")
    return value
