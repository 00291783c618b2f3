"""Writes each distinct answer, body and dictionary once."""

import sqlite3

from wallboard.domain.endpoint import Endpoint
from wallboard.recorder.file.answers import body_digest, packed
from wallboard.recorder.file.columns import storable
from wallboard.recorder.writing.open_segment import KeptAnswer

DICTIONARY_BYTES = 4096
"""The longest body that is used as a dictionary for others."""


class AnswerRows:
    """Writes answers; the caller reports each ``committed`` or ``rolled_back`` transaction."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._dictionaries: dict[Endpoint, tuple[int, bytes]] = {}
        self._fresh: list[KeptAnswer] = []
        self._fresh_dictionaries: list[Endpoint] = []
        self._seen: list[tuple[KeptAnswer, int]] = []

    def number_of(self, kept: KeptAnswer, segment: int) -> int:
        """The row number of an answer, written if it is new; marks it as used in this segment."""
        number = kept.id
        if number is None:
            self._fresh.append(kept)
            self._seen.append((kept, kept.seen))
            number = kept.id = self._found(kept) or self._inserted(kept, segment)
        if kept.seen < segment:
            self._database.execute("UPDATE answer SET seen = ? WHERE id = ?", (segment, number))
            self._seen.append((kept, kept.seen))
            kept.seen = segment
        return number

    def committed(self) -> None:
        """The transaction was committed."""
        self._fresh.clear()
        self._fresh_dictionaries.clear()
        self._seen.clear()

    def rolled_back(self) -> None:
        """The transaction was rolled back: forget the row numbers it gave."""
        for kept in self._fresh:
            kept.id = None
        for kept, seen in reversed(self._seen):
            kept.seen = seen
        for endpoint in self._fresh_dictionaries:
            del self._dictionaries[endpoint]
        self.committed()

    def _found(self, kept: KeptAnswer) -> int | None:
        row = self._database.execute(
            "SELECT id, seen FROM answer WHERE digest = ?", (kept.digest,)
        ).fetchone()
        if not row:
            return None
        kept.seen = int(row[1])
        return int(row[0])

    def _inserted(self, kept: KeptAnswer, segment: int) -> int:
        answer = kept.answer
        assert answer is not None  # noqa: S101  only one that came from the file has none
        failure, response = answer.failure, answer.response
        number = self._database.execute(
            "INSERT INTO answer (digest, cause, message, status, reason, head, body, truncated,"
            " seen) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                kept.digest,
                str(failure.cause) if failure else None,
                storable(failure.message) if failure else None,
                response.status if response else None,
                storable(response.reason) if response else None,
                response.head if response else None,
                self._body(response.body, kept.endpoint) if response else None,
                bool(response and response.truncated),
                segment,
            ),
        ).lastrowid
        kept.seen = segment
        return int(number or 0)

    def _body(self, body: bytes, endpoint: Endpoint | None) -> int:
        digest = body_digest(body)
        row = self._database.execute("SELECT id FROM body WHERE digest = ?", (digest,)).fetchone()
        if row:
            return int(row[0])
        number, dictionary = self._dictionary(endpoint, body) if endpoint else (None, b"")
        return int(
            self._database.execute(
                "INSERT INTO body (digest, size, dictionary, packed) VALUES (?, ?, ?, ?)",
                (digest, len(body), number, packed(body, dictionary)),
            ).lastrowid
            or 0
        )

    def _dictionary(self, endpoint: Endpoint, body: bytes) -> tuple[int | None, bytes]:
        """The dictionary for bodies of an endpoint: the first one recorded."""
        known = self._dictionaries.get(endpoint)
        if known is None:
            name = f"dictionary {endpoint}"
            row = self._database.execute(
                "SELECT dictionary.id, bytes FROM about JOIN dictionary ON dictionary.id = value"
                " WHERE name = ?",
                (name,),
            ).fetchone()
            if row is None and 0 < len(body) <= DICTIONARY_BYTES:
                number = self._database.execute(
                    "INSERT INTO dictionary (bytes) VALUES (?)", (body,)
                ).lastrowid
                self._database.execute("INSERT OR REPLACE INTO about VALUES (?, ?)", (name, number))
                row = (number, body)
            if row is None:
                return None, b""
            known = self._dictionaries[endpoint] = (int(row[0]), bytes(row[1]))
            self._fresh_dictionaries.append(endpoint)
        return known
