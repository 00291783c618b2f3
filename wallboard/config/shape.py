"""Checks that a document has the shape of the settings: known keys, types, limits."""

import json
from typing import TYPE_CHECKING

from wallboard.config.place import Path, Toml, key_path, value_at
from wallboard.config.prepare import Fault
from wallboard.config.problem import nearest, shown
from wallboard.config.wording import expected, known_keys, table_at, words_at
from wallboard.settings import Settings

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

UNNAMED = "\0"
"""What the name begins with that stands in for one that cannot be used."""

_REPAIRS = 4
"""Rounds after which everything unusable has been taken out of a document."""


def shape(document: Toml, original: Toml) -> tuple[Settings | None, list[Fault]]:
    """The settings, and everything wrong with the shape of the document.

    What is wrong is taken out or replaced, so that the rest can still be checked for sense: the
    settings are only for that when there are faults. ``original`` is the document as written.
    """
    from pydantic import TypeAdapter, ValidationError

    adapter = TypeAdapter(Settings)
    faults: dict[Path, str] = {}
    for round_number in range(_REPAIRS):
        try:
            return adapter.validate_json(json.dumps(document)), list(faults.items())
        except ValidationError as error:
            for details in error.errors(include_url=False, include_context=False):
                path = key_path(details["loc"])
                if round_number == 0:
                    faults.setdefault(path, _message(details, path, original))
                _repair(document, path, missing=details["type"] == "missing")
    return None, list(faults.items()) or [((), "cannot be read as settings")]


def _message(details: "ErrorDetails", path: Path, original: Toml) -> str:
    if not path:
        return "cannot be read as settings"
    key = str(path[-1])
    if details["type"] == "missing":
        return f"is missing; it must be {expected(path)}"
    if details["type"] == "unexpected_keyword_argument" or details["loc"][-1] == "[key]":
        return f"unknown key; {nearest(key, known_keys(table_at(path)))}"
    if isinstance(path[-1], int):
        tables = value_at(original, path[:-1])
        instead = tables[path[-1]] if isinstance(tables, list) else tables
        return f"must be a table, not {shown(instead)}"
    value = value_at(original, path)
    extra = details["loc"][len(path) :]
    if isinstance(value, list) and extra and isinstance(extra[0], int):
        value = value_at(value, (extra[0],))
        return f"must be {expected(path)}; {shown(value)} is not one{_meant(value, path)}"
    if "headers" in path and isinstance(value, str):
        # A header as it is sent stands where its table belongs; its value is not to be repeated.
        return f"must be {expected(path)}, not a text"
    return f"must be {expected(path)}, not {shown(value)}{_meant(value, path)}"


def _meant(value: Toml, path: Path) -> str:
    words = words_at(path)
    hint = nearest(value, words) if words and isinstance(value, str) else ""
    return f"; {hint}" if hint.startswith("did you mean") else ""


def _repair(document: Toml, path: Path, *, missing: bool) -> None:
    holder = value_at(document, path[:-1])
    if not isinstance(holder, dict):
        # A table of a list that is no table: an empty one keeps the numbers of those behind it.
        if isinstance(holder, list) and isinstance(path[-1], int):
            holder[path[-1]] = {}
    elif missing:
        holder[path[-1]] = _standing_in(path)
    else:
        holder.pop(path[-1], None)


def _standing_in(path: Path) -> str | int:
    """A value for a key that must be there, which no other table holds."""
    if path[-1] == "url":
        return "http://placeholder.invalid"
    number = int(path[-2])
    return 10**15 + number if path[-1] == "id" else f"{UNNAMED}{number}"
