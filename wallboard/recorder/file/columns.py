"""The values that each column of a recording may hold.

The file may come from anybody, so each value is checked as it is read.
"""

import json
import sqlite3
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple, TypeVar

from wallboard.domain.endpoint import LARGEST_ID, Endpoint
from wallboard.domain.observation import Cause
from wallboard.domain.policy import Level, Verdict
from wallboard.recorder.errors import DamagedError

LONGEST_TEXT = 65_536
"""Characters of a name, an address or a message."""

MOST_KEPT_TEXT = 32 * 1024 * 1024
"""Characters and bytes of all rows that are held at once."""

MOST_ROWS = 500_000
"""Rows that are held at once."""

_SHOWN = 40

_Value = TypeVar("_Value")


class Kind(NamedTuple):
    """The values a column may hold, in words and as a test; of numbers the least and the most."""

    what: str
    holds: Callable[[object], bool]
    least: float = 0
    most: float = 0


def whole(least: int, most: int) -> Kind:
    """Whole numbers, both ends among them."""
    return Kind(
        f"a whole number from {least} to {most}",
        lambda value: type(value) is int and least <= value <= most,
        least,
        most,
    )


def number(least: float, most: float) -> Kind:
    """Numbers, both ends among them; never NaN."""
    return Kind(
        f"a number from {least:g} to {most:g}",
        lambda value: type(value) in _NUMBERS and least <= value <= most,  # type: ignore[operator]
        least,
        most,
    )


def text(longest: int) -> Kind:
    """Texts of at most so many characters."""
    return Kind(
        f"a text of at most {longest:,} characters",
        lambda value: type(value) is str and len(value) <= longest,
    )


def blob(longest: int) -> Kind:
    """At most so many bytes."""
    return Kind(
        f"at most {longest:,} bytes",
        lambda value: type(value) is bytes and len(value) <= longest,
    )


def word(words: Iterable[str]) -> Kind:
    """One of some words."""
    known = frozenset(map(str, words))
    return Kind(
        f"one of {', '.join(sorted(known))}",
        lambda value: type(value) is str and value in known,
    )


def optional(kind: Kind) -> Kind:
    """The same, or null."""
    holds = kind.holds
    return Kind(f"null or {kind.what}", lambda value: value is None or holds(value))


_NUMBERS = frozenset({int, float})

ROW = whole(0, 2**62)
ID = whole(0, LARGEST_ID)
POLLS = whole(1, 2**40)
FLAG = whole(0, 1)
MOMENT = number(-5e10, 1.5e11)
"""Unix time in seconds, in years that a date can say: the sum of ``EPOCH`` and ``TICK`` is one."""
EPOCH = number(0, 5e10)
TICK = whole(-(10**14) // 2, 10**14)
SECONDS = number(0, 1e12)
LATENCY = number(0, 2**53)
WAIT = number(0, sys.float_info.max)
FIGURE = number(-(2**63), 2**63)
TEXT = text(LONGEST_TEXT)
ENDPOINT = word(Endpoint)
VERDICT = word(Verdict)
CAUSE = word(Cause)
HTTP_STATUS = whole(0, 999_999)
LEVEL = whole(min(Level), max(Level))


class Shape:
    """The columns of a query in their order, with the names that errors use."""

    def __init__(self, table: str, **columns: Kind) -> None:
        self._table = table
        self._columns = columns
        self._holds = tuple(kind.holds for kind in columns.values())

    def rows(
        self,
        database: sqlite3.Connection,
        query: str,
        parameters: Sequence[object] | dict[str, Any] = (),
    ) -> Iterator[tuple[Any, ...]]:
        """The checked rows of a query, one by one. Raises ``DamagedError``."""
        for row in database.execute(query, parameters):
            yield self.checked(row)

    def kept(
        self,
        database: sqlite3.Connection,
        query: str,
        parameters: Sequence[object] | dict[str, Any] = (),
    ) -> list[tuple[Any, ...]]:
        """All rows of a query, within a limit of memory. Raises ``DamagedError``."""
        found: list[tuple[Any, ...]] = []
        room = MOST_KEPT_TEXT
        for row in self.rows(database, query, parameters):
            room -= sum(len(value) for value in row if type(value) in _LONG)
            if len(found) >= MOST_ROWS or room < 0:
                raise DamagedError(f"{self._table}: too large to read at once")
            found.append(row)
        return found

    def one(
        self,
        database: sqlite3.Connection,
        query: str,
        parameters: Sequence[object] | dict[str, Any] = (),
    ) -> tuple[Any, ...] | None:
        """The first row of a query, if there is one. Raises ``DamagedError``."""
        return next(self.rows(database, query, parameters), None)

    def checked(self, row: Sequence[Any]) -> tuple[Any, ...]:
        """A row with its values checked. Raises ``DamagedError``."""
        if len(row) != len(self._holds):
            raise DamagedError(f"{self._table}: {len(row)} values stand for {len(self._holds)}")
        for holds, value in zip(self._holds, row, strict=True):
            if not holds(value):
                raise DamagedError(self._fault(row))
        return tuple(row)

    def _fault(self, row: Sequence[object]) -> str:
        names = list(self._columns)
        place = next(n for n, value in enumerate(row) if not self._holds[n](value))
        which = f" of row {row[0]}" if names[0] == "id" and place else ""
        kind = self._columns[names[place]]
        return f"{self._table}.{names[place]}{which} is {_shown(row[place])}, not {kind.what}"


_LONG = frozenset({str, bytes})


class Numbered(dict[int, _Value]):
    """Values by row number; a number that is missing raises ``DamagedError``."""

    def __init__(self, what: str, *args: Any) -> None:  # noqa: ANN401  as dict takes them
        super().__init__(*args)
        self._what = what

    def __missing__(self, number: int) -> _Value:
        raise DamagedError(f"{self._what} {number} is missing")


def json_of(data: str | bytes, what: str) -> Any:  # noqa: ANN401  it may be anything
    """The value of a text in JSON, without NaN and infinity. Raises ``DamagedError``."""
    try:
        return json.loads(data, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise DamagedError(f"{what} is invalid") from None


def inflated(data: bytes, most: int, what: str, dictionary: bytes = b"") -> bytes:
    """Data decompressed by zlib, ``most`` bytes at most. Raises ``DamagedError``."""
    unpacker = zlib.decompressobj(zdict=dictionary)
    try:
        found = unpacker.decompress(data, most)
    except zlib.error:
        raise DamagedError(f"{what} cannot be unpacked") from None
    if not unpacker.eof:
        more = unpacker.unconsumed_tail or len(found) >= most
        why = f"unpacks to more than {most:,} bytes" if more else "is cut short"
        raise DamagedError(f"{what} {why}")
    if unpacker.unused_data:
        raise DamagedError(f"{what} goes on after its end")
    return found


def storable(text: str) -> str:
    """A text without lone surrogates, cut to the length that a reader accepts."""
    return text[:LONGEST_TEXT].encode("utf-8", "replace").decode("utf-8")


def _no_constant(name: str) -> float:
    raise ValueError(name)


def _shown(value: object) -> str:
    if isinstance(value, str | bytes) and len(value) > _SHOWN:
        kind = "characters" if isinstance(value, str) else "bytes"
        return f"{value[:_SHOWN]!r}… ({len(value):,} {kind})"
    return repr(value)
