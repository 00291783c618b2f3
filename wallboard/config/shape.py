"""Checks that a document has the shape of the settings: known keys, types, limits."""

import json
from typing import TYPE_CHECKING

from wallboard.config.document import UNNAMED, Fault, Path, Toml, key_path, value_at
from wallboard.config.problem import shown
from wallboard.domain.nearest import nearest
from wallboard.settings import Settings

if TYPE_CHECKING:
    from pydantic import TypeAdapter
    from pydantic_core import ErrorDetails
from collections.abc import Mapping
from dataclasses import is_dataclass
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from annotated_types import Ge, Gt, Le

from wallboard.calendar_settings import (
    CalendarSettings,
    ForcedSettings,
    MaintenanceSettings,
    SpecialDaySettings,
)
from wallboard.channel_settings import CHANNEL_KINDS
from wallboard.config.document import LISTED, SINGLE
from wallboard.config.secret import SECRET_FORM
from wallboard.setting_types import Secret
from wallboard.settings import (
    EntryPointSettings,
    GroupSettings,
    NoticeSettings,
    ServerSettings,
    SurveyQuestionSettings,
)

Hint = Any
"""A type as an annotation gives it, with its limits; the checker has no type for those."""

_TABLES: dict[str, type] = {
    "server": ServerSettings,
    "group": GroupSettings,
    "entry_point": EntryPointSettings,
    "question": SurveyQuestionSettings,
    "calendar": CalendarSettings,
    "special": SpecialDaySettings,
    "force_open": ForcedSettings,
    "force_close": ForcedSettings,
    "maintenance": MaintenanceSettings,
    "notice": NoticeSettings,
    **CHANNEL_KINDS,
}
_BASES = {float: "a number", int: "a whole number", str: "a string", bool: "true or false"}


def keys_of(table: Hint) -> dict[str, Hint]:
    """The keys of a table and the type of each."""
    return get_type_hints(table, include_extras=True)


def table_at(path: Path) -> Hint:
    """What holds the key at the end of a path: a dataclass of settings, or a mapping's type."""
    table: Hint = Settings
    for step in path[:-1]:
        if step in LISTED:
            table = _TABLES[str(step)]
        elif step in SINGLE:
            table = keys_of(table)[str(step)]
    return table


def known_keys(table: Hint) -> tuple[str, ...]:
    """The keys that a table may hold; none where any key is allowed."""
    if is_dataclass(table):
        return tuple(keys_of(table))
    kind = get_args(table)[0]
    return tuple(member.value for member in kind) if issubclass(kind, Enum) else ()


def expected(path: Path) -> str:
    """What the key at the end of a path may hold, such as "a number greater than 0"."""
    return _wording(_hint_at(path))


def words_at(path: Path) -> tuple[str, ...]:
    """The words that the key at the end of a path chooses from; none if it takes anything else."""
    for kind in _leaves(_hint_at(path)):
        if isinstance(kind, type) and issubclass(kind, Enum):
            return tuple(str(member.value) for member in kind)
    return ()


def _hint_at(path: Path) -> Hint:
    table = table_at(path)
    return keys_of(table)[str(path[-1])] if is_dataclass(table) else get_args(table)[1]


def _leaves(hint: Hint) -> list[Hint]:
    inner = [kind for kind in get_args(hint) if kind is not Ellipsis]
    return [leaf for kind in inner for leaf in _leaves(kind)] if inner else [hint]


def _wording(hint: Hint) -> str:
    origin: Hint = get_origin(hint)
    inner = get_args(hint)
    if origin is Annotated:
        return _bounded(_wording(inner[0]), inner[1:])
    if origin in {Union, UnionType}:
        return " or ".join(_wording(kind) for kind in inner if kind is not NoneType)
    if origin is Literal:
        return " or ".join(f'"{word}"' if isinstance(word, str) else "false" for word in inner)
    if origin is tuple:
        return f"a list of {_several(inner[0])}"
    if hint is Secret:
        return SECRET_FORM
    if origin is Mapping or is_dataclass(hint):
        return "a table"
    if issubclass(hint, Enum):
        return f"one of {_words(hint)}"
    return _BASES[hint]


def _several(kind: Hint) -> str:
    if is_dataclass(kind):
        return "tables"
    return _words(kind) if isinstance(kind, type) and issubclass(kind, Enum) else "strings"


def _words(kind: type[Enum]) -> str:
    return ", ".join(f'"{member.value}"' for member in kind)


def _bounded(kind: str, limits: tuple[object, ...]) -> str:
    above = [limit.gt for limit in limits if isinstance(limit, Gt)]
    least = [limit.ge for limit in limits if isinstance(limit, Ge)]
    most = [limit.le for limit in limits if isinstance(limit, Le)]
    if least and most:
        return f"{kind} from {least[0]} to {most[0]}"
    if above and most:
        return f"{kind} greater than {above[0]} and at most {most[0]}"
    return "a non-empty string" if kind == "a string" else kind


_REPAIRS = 4
"""Attempts after which everything unusable has been removed from a document."""


def shape(document: Toml, original: Toml) -> tuple[Settings | None, list[Fault]]:
    """The settings, and everything wrong with the shape of the document.

    Wrong values are removed or replaced, so that the rest can still be checked; with faults the
    settings serve only for that. ``original`` is the document as written.
    """
    from pydantic import ValidationError

    adapter = _adapter()
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


@cache
def _adapter() -> "TypeAdapter[Settings]":
    from pydantic import TypeAdapter

    return TypeAdapter(Settings)


def _message(details: "ErrorDetails", path: Path, original: Toml) -> str:
    if not path:
        return "cannot be read as settings"
    key = str(path[-1])
    if details["type"] == "missing":
        return f"is missing; it must be {expected(path)}"
    if details["type"] == "unexpected_keyword_argument" or details["loc"][-1] == "[key]":
        if len(path) == 1 and key in known_keys(_TABLES["server"]):
            table = f"[[server.{key}]]" if key in LISTED else "[[server]]"
            return f"unknown key; it belongs to a server, in {table}"
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
        # A header line in place of the table: its value must not be repeated.
        return f"must be {expected(path)}, not a string"
    return f"must be {expected(path)}, not {shown(value)}{_meant(value, path)}"


def _meant(value: Toml, path: Path) -> str:
    words = words_at(path)
    hint = nearest(value, words) if words and isinstance(value, str) else ""
    return f"; {hint}" if hint.startswith("did you mean") else ""


def _repair(document: Toml, path: Path, *, missing: bool) -> None:
    if not path:
        return
    holder = value_at(document, path[:-1])
    if not isinstance(holder, dict):
        # An entry of a list that is no table: an empty table keeps the numbers of the next ones.
        if isinstance(holder, list) and isinstance(path[-1], int):
            holder[path[-1]] = {}
    elif missing:
        holder[path[-1]] = _placeholder(path)
    else:
        holder.pop(path[-1], None)


def _placeholder(path: Path) -> Toml:
    """A value for a required key, different from that of any other table."""
    hint = _hint_at(path)
    if hint is Secret:
        return {"value": UNNAMED}
    if _wording(hint).startswith("a list"):
        return [UNNAMED]
    if path[-1] == "url":
        return "http://placeholder.invalid"
    number = int(path[-2])
    return 10**15 + number if path[-1] == "id" else f"{UNNAMED}{number}"
