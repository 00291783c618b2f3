"""Makes settings of a document of the right shape: known keys, types, limits."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, MinLen

from wallboard.config.document import Fault, Path, Toml, value_at
from wallboard.config.problem import nearest, shown
from wallboard.config.shape import Hint, expected, keys_of, known_keys, table_at, words_at
from wallboard.settings import Settings

UNNAMED = "\0"
"""The first character of a placeholder for a name that cannot be used."""


def read_strictly(document: Toml, original: Toml) -> tuple[Settings, list[Fault]]:
    """The settings, and everything wrong with the shape of the document.

    What is wrong is left out or replaced, so that the rest can still be checked; with faults the
    settings serve only for that. ``original`` is the document as written.
    """
    reader = _Reader(original)
    settings: Settings = reader.table(Settings, document, ())
    return settings, list(reader.faults.items())


class _MisfitError(Exception):
    """A value that is not of its type, or ``numbers`` of what is in it."""

    def __init__(self, *numbers: int) -> None:
        super().__init__()
        self.numbers = numbers


class _Reader:
    """Makes settings of a document, type by type, and notes what does not fit."""

    def __init__(self, original: Toml) -> None:
        self.faults: dict[Path, str] = {}
        self._original = original

    def table(self, kind: Hint, table: Mapping[str, Toml], path: Path) -> Any:  # noqa: ANN401
        """A table of settings."""
        hints = keys_of(kind)
        values = {}
        for one in fields(kind):
            at = (*path, one.name)
            required = one.default is MISSING and one.default_factory is MISSING
            if one.name in table:
                try:
                    values[one.name] = self._value(hints[one.name], table[one.name], at)
                except _MisfitError as misfit:
                    self.faults[at] = self._message(at, misfit.numbers)
            elif required:
                self.faults[at] = f"is missing; it must be {expected(at)}"
            if required and one.name not in values:
                values[one.name] = _placeholder(at)
        for key in table.keys() - hints.keys():
            self._unknown((*path, key))
        return kind(**values)

    def _value(self, hint: Hint, value: Toml, path: Path) -> Any:  # noqa: ANN401 - of any type
        origin: Hint = get_origin(hint)
        inner = get_args(hint)
        if origin is Annotated:
            value = self._value(inner[0], value, path)
            _require(all(_within(value, limit) for limit in inner[1:]))
            return value
        if origin in {Union, UnionType}:
            return self._first(inner, value, path)
        if origin is tuple:
            _require(isinstance(value, list))
            return tuple(self._item(inner[0], one, (*path, n)) for n, one in enumerate(value))
        if origin is Mapping:
            _require(isinstance(value, dict))
            return dict(self._entries(inner, value, path))
        if is_dataclass(hint):
            _require(isinstance(value, dict))
            return self.table(hint, value, path)
        return _simple(hint, value)

    def _first(self, kinds: tuple[Hint, ...], value: Toml, path: Path) -> Any:  # noqa: ANN401
        """The value as the first of these types that it is of."""
        for kind in kinds:
            with suppress(_MisfitError):
                return self._value(kind, value, path)
        raise _MisfitError

    def _item(self, kind: Hint, value: Toml, path: Path) -> Any:  # noqa: ANN401
        """One of a list; a table that is none keeps the numbers of the next ones."""
        if is_dataclass(kind) and not isinstance(value, dict):
            tables = value_at(self._original, path[:-1])
            instead = tables[int(path[-1])] if isinstance(tables, list) else tables
            self.faults[path] = f"must be a table, not {shown(instead)}"
            return _Reader({}).table(kind, {}, path)
        try:
            return self._value(kind, value, path)
        except _MisfitError:
            raise _MisfitError(int(path[-1])) from None

    def _entries(
        self, kinds: tuple[Hint, ...], table: Mapping[str, Toml], path: Path
    ) -> Iterator[tuple[Any, Any]]:
        key_kind, kind = kinds
        for name, value in table.items():
            at = (*path, name)
            try:
                key = self._value(key_kind, name, at)
            except _MisfitError:
                self._unknown(at)
                continue
            try:
                yield key, self._value(kind, value, at)
            except _MisfitError as misfit:
                self.faults[at] = self._message(at, misfit.numbers)

    def _unknown(self, path: Path) -> None:
        self.faults[path] = f"unknown key; {nearest(str(path[-1]), known_keys(table_at(path)))}"

    def _message(self, path: Path, numbers: tuple[int, ...]) -> str:
        value = value_at(self._original, path)
        if isinstance(value, list) and numbers:
            value = value[numbers[0]]
            return f"must be {expected(path)}; {shown(value)} is not one{_meant(value, path)}"
        if "headers" in path and isinstance(value, str):
            # A header line in place of the table: its value must not be repeated.
            return f"must be {expected(path)}, not a text"
        return f"must be {expected(path)}, not {shown(value)}{_meant(value, path)}"


def _require(fits: bool) -> None:
    if not fits:
        raise _MisfitError


def _within(value: Toml, limit: object) -> bool:
    match limit:
        case Gt(gt):
            return bool(value > gt)
        case Ge(ge):
            return bool(value >= ge)
        case Le(le):
            return bool(value <= le)
        case MinLen(least):
            return len(value) >= least
    raise TypeError(limit)


def _simple(kind: Hint, value: Toml) -> Toml:
    """A value without parts; neither is ``true`` a number, nor a number a text."""
    origin: Hint = get_origin(kind)
    if origin is Literal:
        _require(any(type(value) is type(word) and value == word for word in get_args(kind)))
        return value
    if issubclass(kind, Enum):
        _require(type(value) in {str, int} and value in {member.value for member in kind})
        return kind(value)
    _require(type(value) is kind or (kind is float and type(value) is int))
    return kind(value)


def _meant(value: Toml, path: Path) -> str:
    words = words_at(path)
    hint = nearest(value, words) if words and isinstance(value, str) else ""
    return f"; {hint}" if hint.startswith("did you mean") else ""


def _placeholder(path: Path) -> str | int:
    """A value for a required key, different from that of any other table."""
    if path[-1] == "url":
        return "http://placeholder.invalid"
    number = int(path[-2])
    return 10**15 + number if path[-1] == "id" else f"{UNNAMED}{number}"
